"""What a residual network is."""
