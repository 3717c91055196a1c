"""Faults of a design, with their paths."""

Path = tuple[str | int, ...]
"""Keys and positions from the top of the file: `("stage", 2, "width")`."""


class DesignError(Exception):
    """Mismatch with the expected type; callers prefix the path from the inside out."""

    def __init__(self, problem: str, *path: str | int) -> None:
        super().__init__(problem)
        self.problem = problem
        self.path: Path = path

    def within(self, *path: str | int) -> "DesignError":
        """Return this error with `path` added in front of its location."""
        self.path = (*path, *self.path)
        return self


def path_text(path: Path) -> str:
    """Return a path as text for a message; positions count from 1.

    >>> path_text(("stage", 2, "block", 0, "width"))
    'stage 3, block 1, width'
    """
    words = ""
    for step in path:
        words += f" {step + 1}" if isinstance(step, int) else f", {step}"
    return words.removeprefix(", ")
