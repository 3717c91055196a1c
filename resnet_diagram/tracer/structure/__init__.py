"""Find blocks and stages in the flow."""
