"""Model of a residual network: data, derived facts, files and catalog.

Nothing is imported here, so that each user of the layer loads only what it needs.
"""
