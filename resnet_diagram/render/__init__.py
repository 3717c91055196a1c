"""Printers: write a diagram or a scene in a format."""
