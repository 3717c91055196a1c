"""Contents of tables: networks side by side, and shortcuts. `render` writes them."""
