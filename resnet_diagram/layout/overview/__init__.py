"""Layout of the overview: bars in frames, with shortcuts as arcs."""
