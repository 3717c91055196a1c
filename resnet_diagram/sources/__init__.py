"""Resolve a source (name, spec file, code, saved model, module) to a Network: one file for each kind."""
