"""Find markers in documents and insert drawings between them."""
