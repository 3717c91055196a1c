"""How a table is written: one module a format, and `formats.TABLE_FORMATS`."""
