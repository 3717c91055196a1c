"""Formulas in an author's texts."""
