"""The command line: the only part that prints. `main.main` is its entry."""
