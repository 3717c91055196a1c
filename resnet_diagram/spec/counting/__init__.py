"""The blocks of a network as readers count them, and their places."""
