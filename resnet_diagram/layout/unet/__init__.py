"""U-Nets, drawn as a U."""
