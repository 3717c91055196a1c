"""What differs between two networks, in words."""
