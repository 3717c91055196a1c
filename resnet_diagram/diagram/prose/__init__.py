"""Sentences on a network: captions and descriptions."""
