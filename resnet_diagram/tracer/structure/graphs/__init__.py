"""Irregular parts of the flow: regions, and the graphs that they are reduced to."""
