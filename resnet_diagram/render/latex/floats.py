"""Floats of LaTeX."""

import re
from enum import StrEnum

from resnet_diagram.dataclass import dataclass
from resnet_diagram.errors import UsageError


class Float(StrEnum):
    """LaTeX environment of a drawing; the starred one spans both columns."""

    AUTO = "auto"
    FIGURE = "figure"
    WIDE = "figure*"


@dataclass(frozen=True, slots=True, kw_only=True)
class Placing:
    """Placement in LaTeX: a float with caption and label, or in the text.

    `caption`, `label`: None proposes one, "" omits it. `column`: width of a column in points; a wider drawing
    uses the wide float. `kept`: the drawing is scaled down to a shorter line.
    """

    environment: Float | None = None
    caption: str | None = None
    label: str | None = None
    column: float = 252.0
    kept: bool = False


IN_TEXT = Placing()
"""In the text, without a float."""


def check_label(label: str | None) -> None:
    """Raise UsageError for a label that LaTeX does not take."""
    if label and not re.fullmatch(r"[A-Za-z0-9:._/+*-]+", label):
        raise UsageError(
            f"The label {label!r} has signs that break LaTeX; use letters, digits and any of :._/+*-."
        )
