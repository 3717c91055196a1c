"""Networks as people write them: a short TOML form, and its reader and writer.

Nothing is imported here, so that each user of the layer loads only what it needs.
"""
