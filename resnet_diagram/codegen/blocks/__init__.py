"""Classes of blocks."""
