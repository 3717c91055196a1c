"""Load a PyTorch module from the text that names it."""
