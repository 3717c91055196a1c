"""A difference between two networks."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing that differs: where, and what stands there in each network."""

    where: str
    left: str
    right: str
