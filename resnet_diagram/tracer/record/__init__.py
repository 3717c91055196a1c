"""Record the operations of a run."""
