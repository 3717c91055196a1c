"""Annotations: an author's words, colours and units in a drawing."""
