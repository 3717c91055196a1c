"""Where things are drawn: a diagram becomes a scene, in points."""
