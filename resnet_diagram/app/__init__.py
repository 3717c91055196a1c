"""Use cases, shared by the command line, notebooks and integrations."""
