"""Drawings that stand in documents between markers: where they are, and what belongs there."""
