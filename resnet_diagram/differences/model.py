"""A difference between two networks."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One difference: its place, and the words for each network."""

    where: str
    left: str
    right: str
