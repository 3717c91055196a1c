"""Layout in the order of the flow: rows, or columns."""
