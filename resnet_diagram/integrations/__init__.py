"""Diagrams in documentation generators: `sphinx` an extension, `mkdocs` a fence."""
