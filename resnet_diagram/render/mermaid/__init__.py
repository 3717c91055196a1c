"""Mermaid."""
