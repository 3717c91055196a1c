"""From a network to a short TOML file."""
