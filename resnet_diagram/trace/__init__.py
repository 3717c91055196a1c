"""Read a network from a real PyTorch model."""
