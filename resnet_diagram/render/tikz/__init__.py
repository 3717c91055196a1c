"""TikZ."""
