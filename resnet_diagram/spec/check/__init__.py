"""Consistency checks of networks."""
