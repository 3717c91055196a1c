"""Annotations: labels, colours and units that an author adds to a drawing."""
