"""LaTeX text that drawings and tables share."""
