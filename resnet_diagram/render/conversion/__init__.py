"""PDF and PNG, converted from the SVG."""
