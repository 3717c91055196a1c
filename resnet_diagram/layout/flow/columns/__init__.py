"""Layout in columns, with the flow running down."""
