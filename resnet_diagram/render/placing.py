"""Where LaTeX puts a drawing."""

from dataclasses import dataclass
from enum import StrEnum


class Float(StrEnum):
    """The environment of LaTeX that a drawing stands in; the starred one is as wide as both columns."""

    AUTO = "auto"
    FIGURE = "figure"
    WIDE = "figure*"


@dataclass(frozen=True, slots=True, kw_only=True)
class Placing:
    """Where LaTeX puts a drawing: in a float with caption and label, or in the text.

    `caption`, `label`: None asks for one, "" for none. `column`: how wide a column is, in points; a wider
    drawing takes the wide float. `kept`: the drawing is scaled down where the line it stands in is shorter.
    """

    environment: Float | None = None
    caption: str | None = None
    label: str | None = None
    column: float = 252.0
    kept: bool = False


IN_TEXT = Placing()
"""As it comes, in no float."""
