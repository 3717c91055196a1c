"""Saved models and checkpoints."""
