"""Layout of networks side by side."""
