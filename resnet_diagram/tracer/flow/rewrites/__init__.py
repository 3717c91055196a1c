"""Rewrites of the flow that make it series-parallel."""
