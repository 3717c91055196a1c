"""Networks that are no chain, drawn as a graph with a row for each resolution."""
