"""The words of every output."""
