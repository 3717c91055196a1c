"""Panels of a network or of one block: the overview, and types of block drawn open."""
