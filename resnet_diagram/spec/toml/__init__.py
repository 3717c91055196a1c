"""Networks as TOML."""
