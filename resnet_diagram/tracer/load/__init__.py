"""From text to a PyTorch module."""
