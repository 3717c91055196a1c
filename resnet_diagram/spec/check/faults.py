"""Faults of a network description, with their places in it."""

from collections.abc import Iterator
from contextlib import contextmanager

Path = tuple[str | int, ...]
"""Keys, positions from 0, or names, from the outside in: `("stage", 2, "width")`."""


class FaultError(Exception):
    """Fault of a description at `path`; callers prefix the path from the inside out, by `within`."""

    def __init__(self, problem: str, *path: str | int) -> None:
        super().__init__(problem)
        self.problem = problem
        self.path: Path = path


@contextmanager
def within(*path: str | int) -> Iterator[None]:
    """Add `path` in front of the place of a fault that is raised inside."""
    try:
        yield
    except FaultError as fault:
        fault.path = (*path, *fault.path)
        raise
