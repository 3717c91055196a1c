"""Keys and types of the TOML form."""
