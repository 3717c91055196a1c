"""Use cases: what the command line, notebooks and integrations call."""
