"""The flow of activations."""
