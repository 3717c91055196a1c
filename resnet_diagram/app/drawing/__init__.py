"""Drawings: networks and annotations to figures, and figures to files."""
