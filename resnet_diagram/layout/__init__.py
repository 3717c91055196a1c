"""Layout: turn a diagram into a scene, in points."""
