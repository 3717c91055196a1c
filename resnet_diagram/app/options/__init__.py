"""The options of drawings and tables: declared once, for Python, the command line and Sphinx."""
