"""Blocks: residual branches, shortcuts, gates and concatenations."""
