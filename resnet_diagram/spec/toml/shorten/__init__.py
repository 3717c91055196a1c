"""Describe a network by a short TOML file."""
