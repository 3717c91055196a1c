"""Escaping of text, one file a language."""
