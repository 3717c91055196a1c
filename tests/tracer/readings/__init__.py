"""Readings of merges: sums with factors, concatenations, products, memories."""
