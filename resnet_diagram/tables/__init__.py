"""What a table says: networks side by side, and their shortcuts. Data only; `render.tables` writes it."""
