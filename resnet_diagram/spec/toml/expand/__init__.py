"""From a parsed TOML file to a network."""
