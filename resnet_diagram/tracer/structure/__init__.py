"""From the flow to blocks and stages."""
