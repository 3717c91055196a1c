"""Models that tests trace, and the libraries of models they use."""
