"""Layout in rows, with the flow running to the right."""
