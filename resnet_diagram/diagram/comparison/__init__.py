"""Networks side by side."""
