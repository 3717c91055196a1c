"""draw.io."""
