"""From a source to a network."""
