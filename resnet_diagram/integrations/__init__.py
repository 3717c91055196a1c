"""Diagrams in documentation generators and notebooks."""
