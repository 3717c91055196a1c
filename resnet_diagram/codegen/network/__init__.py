"""The class of a network."""
