"""Graphviz: the DOT source, and pictures drawn from it."""
