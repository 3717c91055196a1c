"""Networks in JSON format."""
