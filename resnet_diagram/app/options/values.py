"""Read the values of options: lists of labels, lengths, factors and floats."""

import re
from collections.abc import Collection, Mapping
from typing import Any

from resnet_diagram.app.options.declaration import one_of
from resnet_diagram.diagram.options import USUAL, Show
from resnet_diagram.errors import UsageError, check_text
from resnet_diagram.layout.units import NAMED_WIDTHS, Fit, length, named_width, sized, venue_width
from resnet_diagram.render.latex.floats import IN_TEXT, Float, Placing, check_label

_SCALES = (0.05, 20.0)
"""Smallest and largest factor."""


def shown(words: str | Collection[str]) -> frozenset[Show]:
    """Return the labels to include; from the first word with a sign on, labels are added or removed.

    A list that begins with a sign changes the usual labels. Raises UsageError for an unknown label.

    >>> sorted(shown("+params,-norm")), sorted(shown(["params"]))
    ([<Show.ACT: 'act'>, <Show.PARAMS: 'params'>, <Show.SHAPES: 'shapes'>], [<Show.PARAMS: 'params'>])
    """
    if not isinstance(words, Collection):
        check_text(words, "labels, as a list or a text")
    listed = [word.strip() for word in (words.split(",") if isinstance(words, str) else words)]
    shown: set[Show] = set(USUAL) if listed and listed[0][:1] in ("+", "-") else set()
    sign = "+"
    for word in filter(None, listed):
        sign = word[0] if word[0] in ("+", "-") else sign
        label = one_of(Show, word.lstrip("+-"), "kind of label")
        shown = shown | {label} if sign == "+" else shown - {label}
    return frozenset(shown)


def id_prefix(text: str) -> str:
    """Return the beginning of ids, which style sheets name. Raise UsageError where an id cannot begin so.

    >>> id_prefix("left"), id_prefix("")
    ('left', '')
    """
    if text and not re.fullmatch(r"[^\W\d][\w-]*", text):
        raise UsageError(
            f"No id begins with {text!r}: expected a letter, then letters, digits, hyphens and underscores."
        )
    return text


def scale(value: str | float | None) -> float:
    """Return a factor. Raise UsageError for anything else.

    >>> scale("75%"), scale("1.5"), scale(2), scale(None)
    (0.75, 1.5, 2.0, 1.0)
    """
    if value is None:
        return 1.0
    text = str(value).strip()
    try:
        factor = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        factor = 0.0
    least, greatest = _SCALES
    if not least <= factor <= greatest:
        percent = f" For {text} in a hundred write {text}%." if least <= factor / 100 <= greatest else ""
        raise UsageError(
            f"--scale {text}: expected a factor from {least:g} to {greatest:g}, or 5% to 2000%.{percent}"
        )
    return factor


def placing(choices: Mapping[str, Any]) -> Placing:
    """Return the float of a drawing in LaTeX; a caption or a label implies one."""
    figure, label, width = choices.get("figure"), choices.get("label"), choices.get("width")
    by_name = bool(choices.get("caption") or label)
    environment = one_of(Float, figure, "float") if figure else Float.AUTO if by_name else None
    if environment and choices.get("standalone"):
        raise UsageError("--standalone writes a document, --figure a part of one; leave one out.")
    check_label(label)
    if width in NAMED_WIDTHS and environment is Float.AUTO:
        environment = Float.WIDE if width == NAMED_WIDTHS[1] else Float.FIGURE
    venue = choices.get("venue")
    return Placing(
        environment=environment,
        caption=choices.get("caption"),
        label=label,
        column=named_width(NAMED_WIDTHS[0], venue) if venue else IN_TEXT.column,
        kept=bool(environment) or width in NAMED_WIDTHS,
    )


def fit(choices: Mapping[str, Any]) -> Fit:
    """Return the space for a drawing, in points."""

    def points(value: str | float | None) -> float | None:
        if value is None:
            return None
        return length(value) if isinstance(value, str) else sized(value, value)

    width, venue, height = choices.get("width"), choices.get("venue"), points(choices.get("max_height"))
    if width in NAMED_WIDTHS:
        return Fit(named_width(str(width), venue), height)
    if width is not None and venue:
        raise UsageError(f"--width {width} and --venue {venue} both give the width; leave one out.")
    return Fit(venue_width(venue) if venue else points(width), height)
