"""Text metrics and line wrapping."""
