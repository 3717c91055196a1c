"""The options of a drawing as a caller writes them: words and numbers, read into `Options` and `Style`."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, TypedDict, TypeVar

from resnet_diagram.diagram.model import Direction
from resnet_diagram.diagram.options import USUAL, Options, Show, StageNames, View
from resnet_diagram.errors import UsageError, closest, did_you_mean
from resnet_diagram.layout.units import FREE, NAMED_WIDTHS, Fit, length, named_width, sized, venue_width
from resnet_diagram.render.figure import DPI, Engine
from resnet_diagram.render.latex_float import IN_TEXT, Float, Placing, check_label

Choice = TypeVar("Choice", bound=StrEnum)

_RESOLUTIONS = range(10, 2401)


class Choices(TypedDict, total=False):
    """What may be chosen about a drawing; the names are those of `resnet-diagram draw`.

    `width` and `max_height`: points, or a length such as "3.25in"; "columnwidth" and "textwidth" are those of
    the `venue`. `figure`, for LaTeX: "figure", "figure*", or "auto" for the one that is wide enough;
    `caption`, `label`: None proposes one, "" leaves it out. `show`: any of `Show`. `direction`:
    "down" or "right"; None lets the page decide. `dpi`: pixels to the inch of PNG. `engine`: "own" or
    "graphviz".
    """

    view: str | None
    block: str
    direction: str | None
    legend: bool
    title: str | None
    show: Collection[str]
    names: str
    lang: str
    theme: str
    width: str | float | None
    max_height: str | float | None
    venue: str | None
    standalone: bool
    figure: str | None
    caption: str | None
    label: str | None
    templates: Path | None
    dpi: int
    engine: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How a drawing is written. `theme` is a name or a TOML file; `templates` a folder searched first."""

    theme: str = "paper"
    fit: Fit = FREE
    standalone: bool = False
    placing: Placing = IN_TEXT
    templates: Path | None = None
    dpi: int = DPI
    engine: Engine = Engine.OWN


def options(choices: Choices) -> Options:
    """What is drawn. Raises UsageError."""
    _check_names(choices)
    direction, block = choices.get("direction"), choices.get("block", "")
    return Options(
        view=_view(choices.get("view"), block),
        block=block,
        direction=_one_of(Direction, direction, "direction") if direction else None,
        legend=choices.get("legend", True),
        title=choices.get("title"),
        show=frozenset(_one_of(Show, word, "thing to show") for word in choices.get("show", USUAL)),
        names=_one_of(StageNames, choices.get("names", StageNames.STAGE), "way to name stages"),
        lang=choices.get("lang", "en"),
    )


def _check_names(choices: Choices) -> None:
    """Raise UsageError for a choice there is not."""
    known = Choices.__annotations__
    for name in choices:
        if name not in known:
            hint = did_you_mean(closest(name, known))
            raise UsageError(f"A drawing has no choice {name!r}.{hint} There are {', '.join(known)}.")


def _view(asked: str | None, block: str) -> View:
    """The view asked for; naming a block asks for it alone."""
    view = _one_of(View, asked or (View.BLOCK if block else View.PAPER), "view")
    if block and view is not View.BLOCK:
        raise UsageError(f"--block {block} is drawn by --view block, not {view}. Leave one of them out.")
    return view


def style(choices: Choices) -> Style:
    """How it is written. Raises UsageError."""
    return Style(
        theme=choices.get("theme", "paper"),
        fit=_fit(choices),
        standalone=choices.get("standalone", False),
        placing=_placing(choices),
        templates=choices.get("templates"),
        dpi=_dpi(choices.get("dpi", DPI)),
        engine=_one_of(Engine, choices.get("engine", Engine.OWN), "engine"),
    )


def _placing(choices: Choices) -> Placing:
    """Where LaTeX puts the drawing. A caption or a label without a float takes one."""
    around, label, width = choices.get("figure"), choices.get("label"), choices.get("width")
    given = bool(choices.get("caption") or label)
    taken = _one_of(Float, around, "float") if around else Float.AUTO if given else None
    if taken and choices.get("standalone"):
        raise UsageError("--standalone is a page of its own, --figure a part of one; leave one out.")
    check_label(label)
    if width in NAMED_WIDTHS and taken is Float.AUTO:
        taken = Float.WIDE if width == NAMED_WIDTHS[1] else Float.FIGURE
    venue = choices.get("venue")
    column = named_width(NAMED_WIDTHS[0], venue) if venue else IN_TEXT.column
    return Placing(
        environment=taken,
        caption=choices.get("caption"),
        label=label,
        column=column,
        kept=bool(taken) or width in NAMED_WIDTHS,
    )


def _dpi(value: int) -> int:
    if value not in _RESOLUTIONS:
        ends = f"{_RESOLUTIONS.start} to {_RESOLUTIONS.stop - 1}"
        raise UsageError(f"--dpi {value}: expected pixels to the inch, {ends}. Print wants {DPI}.")
    return value


def _fit(choices: Choices) -> Fit:
    width, venue = choices.get("width"), choices.get("venue")
    if width in NAMED_WIDTHS:
        return Fit(named_width(str(width), venue), _points(choices.get("max_height")))
    if width is not None and venue:
        raise UsageError(f"--width {width} and --venue {venue} both give the width; leave one out.")
    return Fit(venue_width(venue) if venue else _points(width), _points(choices.get("max_height")))


def _points(value: str | float | None) -> float | None:
    if value is None:
        return None
    return length(value) if isinstance(value, str) else sized(value, value)


def _one_of(choices: type[Choice], value: Any, what: str) -> Choice:
    known = [str(one) for one in choices]
    if value not in known:
        hint = did_you_mean(closest(str(value), known))
        raise UsageError(f"No {what} is named {value!r}.{hint} Choose one of {', '.join(known)}.")
    return choices(value)
