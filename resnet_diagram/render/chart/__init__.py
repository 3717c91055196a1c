"""Charts: diagrams for formats that lay out by themselves."""
