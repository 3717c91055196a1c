"""Widths and heights available to a drawing, in points (72 per inch)."""

import re
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from resnet_diagram.dataclass import dataclass
from resnet_diagram.errors import UsageError, closest, did_you_mean
from resnet_diagram.limits import POINTS, is_length

Rows = TypeVar("Rows", bound=Sequence[Any])
_UNITS = {"pt": 1.0, "bp": 1.0, "in": 72.0, "cm": 72 / 2.54, "mm": 7.2 / 2.54, "px": 0.75}
_LEAST = 36.0
"""Minimum length in points; a smaller one probably lacks its unit."""

VENUES = {
    "cvpr": (234.0, 495.0),
    "iccv": (234.0, 495.0),
    "ieee": (251.0, 514.0),
    "acl": (218.0, 455.0),
    "icml": (234.0, 486.0),
    "neurips": (396.0, 396.0),
    "iclr": (396.0, 396.0),
    "springer": (347.0, 347.0),
    "nature": (252.0, 519.0),
    "article": (343.0, 343.0),
}
"""Width of one column and of the whole text, from the venues' templates; equal where there is one column."""


@dataclass(frozen=True, slots=True)
class Fit:
    """The most a drawing may take, in points; None leaves it free."""

    width: float | None = None
    height: float | None = None


FREE = Fit()
"""Unlimited room."""


def excess(width: float, height: float, fit: Fit) -> float:
    """Return the ratio of a size to the available space; 0 where that is unlimited."""
    sides = ((width, fit.width), (height, fit.height))
    return max([0.0, *(side / room for side, room in sides if room)])


def balanced(pack: "Callable[[float], Rows]", room: float, step: float, least: float = 0.0) -> "Rows":
    """Return the rows that `pack` fills, in the narrowest room that needs no more of them.

    The room shrinks by `step` points, as long as it is more than `least`.
    """
    rows = pack(room)
    while len(rows) > 1 and room > least:
        room -= step
        narrower = pack(room)
        if len(narrower) > len(rows):
            break
        rows = narrower
    return rows


def filled_rows(widths: Sequence[float], room: float, gap: float) -> list[list[int]]:
    """Return the numbers of elements on each row: as many as fit into `room` points with gaps between."""
    rows: list[list[int]] = []
    end = 0.0
    for number, width in enumerate(widths):
        if rows and end + gap + width <= room:
            rows[-1].append(number)
            end += gap + width
        else:
            rows.append([number])
            end = width
    return rows


def fits(width: float, height: float, fit: Fit) -> bool:
    """Return whether a size fits, in hundredths of a point, to which the sizes of pages are rounded.

    >>> fits(481.89, 100.0, Fit(width=481.88976))
    True
    """
    sides = ((width, fit.width), (height, fit.height))
    return all(round(side, 2) <= round(room, 2) for side, room in sides if room)


def length(text: str) -> float:
    """Return a length such as "3.25in", "84mm", "8.4cm" or "234pt" in points.

    >>> length("3.25in")
    234.0

    Raises UsageError for anything else.
    """
    match = re.fullmatch(r"\s*(\d+(?:\.\d*)?|\.\d+)\s*([a-z]*)\s*", text)
    if not match or match[2] not in _UNITS or not float(match[1]):
        raise UsageError(
            f"{text!r} is no length; write a number with its unit: 3.25in, 84mm, 8.4cm or 234pt."
        )
    return sized(float(match[1]) * _UNITS[match[2]], text)


def sized(points: float, value: object) -> float:
    """Return a length that suits a drawing. Raises UsageError for one too short or too long."""
    if not is_length(points):
        raise UsageError(f"{str(value)[:20]} is too long for a drawing; expected {POINTS:g} pt at most.")
    if points < _LEAST:
        raise UsageError(f"{value} is {points:g} pt, too small for a drawing; write 3.25in, 84mm or 234pt.")
    return points


NAMED_WIDTHS = ("columnwidth", "textwidth")
"""Widths by their names in LaTeX: one column, and the whole text."""

_USUAL = (234.0, 495.0)
"""Column and text of most two-column classes: 3.25 in, and 6.875 in."""


def named_width(name: str, venue: str | None = None) -> float:
    """Return the width of "columnwidth" or "textwidth", in points, in a venue's or a common template.

    >>> named_width("columnwidth"), named_width("textwidth", "ieee")
    (234.0, 514.0)
    """
    if not venue:
        return _USUAL[NAMED_WIDTHS.index(name)]
    columns = ("single", "double")[NAMED_WIDTHS.index(name)]
    return venue_width(f"{re.split('[ :-]', venue)[0]}-{columns}")


def venue_width(text: str) -> float:
    """Return the width of a venue's column, in points: "cvpr", "cvpr single" or "cvpr-double".

    A single column by default. Raises UsageError for an unknown venue.
    """
    name, _, columns = text.lower().replace(" ", "-").replace(":", "-").partition("-")
    if name not in VENUES or columns not in ("", "single", "double"):
        names = ", ".join(VENUES)
        raise UsageError(
            f"No venue is called {text!r}.{did_you_mean(closest(name, VENUES))} Write one of {names}, with "
            "-single or -double behind it."
        )
    return VENUES[name][columns == "double"]
