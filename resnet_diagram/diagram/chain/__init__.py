"""Networks, stages and blocks as chains of items."""
