"""Build a network from a parsed TOML file."""
