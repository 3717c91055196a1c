"""The legend: samples of the styles in use with their explanations, in rows below the drawing."""

import math
import re
from dataclasses import replace
from functools import partial

from resnet_diagram.diagram.model import Diagram, EdgeRole, LegendEntry, Node, NodeRole
from resnet_diagram.diagram.walk import MERGES
from resnet_diagram.layout import spacing
from resnet_diagram.layout.canvas import Canvas
from resnet_diagram.layout.flow.draw import merge_box
from resnet_diagram.layout.scene import Box, Connector, Form, GroupKind, Scene
from resnet_diagram.layout.text.metrics import text_width
from resnet_diagram.layout.text.wrap import pack
from resnet_diagram.layout.units import balanced
from resnet_diagram.wording.terms import literal

_LINE = 20.0
_SWATCH = 9.0
_GAP = 3.5
_BETWEEN = 13.0
_UNBROKEN = 211.0
"""Width of the narrowest column, in points: shorter entries without a sample stay in one line."""


def draw_legend(
    canvas: Canvas, entries: tuple[LegendEntry, ...], across: tuple[float, float], top: float
) -> float:
    """Draw the entries between the two x `across`, from `top` down; return where the legend ends."""
    left, right = across
    y = top + spacing.LEGEND_PITCH / 2
    with canvas.group("legend", GroupKind.LEGEND):
        for row in _rows(canvas, entries, right - left):
            x = left + max(0.0, (right - left - _width(canvas, row)) / 2)
            for entry in row:
                _entry(canvas, entry, x, y)
                x += _entry_width(canvas, entry) + _BETWEEN
            y += spacing.LEGEND_PITCH
    return y - spacing.LEGEND_PITCH / 2


def finished(canvas: Canvas, diagram: Diagram, width: float, bottom: float) -> Scene:
    """Return the scene of a drawn diagram, `width` points wide, with its legend below `bottom`."""
    margin = spacing.PAGE_MARGIN
    if diagram.legend:
        ends = margin, width - margin
        bottom = draw_legend(canvas, diagram.legend, ends, bottom + spacing.LEGEND_GAP)
    return Scene(
        width=round(width, 2),
        height=round(bottom + margin, 2),
        title=diagram.title,
        description=diagram.description,
        root=canvas.build(),
    )


def legend_height(canvas: Canvas, entries: tuple[LegendEntry, ...], room: float) -> float:
    """Return the height that the entries need in rows of up to `room` points."""
    return len(_rows(canvas, entries, room)) * spacing.LEGEND_PITCH if entries else 0.0


def widest_entry(canvas: Canvas, entries: tuple[LegendEntry, ...]) -> float:
    """Return the minimum width of the legend, in points; entries without a sample can be broken."""
    widths = ((entry.role, _entry_width(canvas, entry)) for entry in entries)
    return max((width if role else min(width, _UNBROKEN) for role, width in widths), default=0.0)


def _rows(canvas: Canvas, entries: tuple[LegendEntry, ...], room: float) -> list[list[LegendEntry]]:
    """Return as few rows of up to `room` points as possible, of similar lengths."""
    sized = [(entry, _entry_width(canvas, entry)) for entry in entries]
    least = widest_entry(canvas, entries)
    return balanced(partial(_packed, canvas, sized), room, _BETWEEN, least)


def _packed(canvas: Canvas, sized: list[tuple[LegendEntry, float]], room: float) -> list[list[LegendEntry]]:
    """Return rows of up to `room` points, filled; a wrapped text shares its rows with no other."""
    rows: list[list[LegendEntry]] = []
    end = math.inf
    for entry, width in sized:
        lines = [entry] if entry.role or width <= room else _broken(canvas, entry, room)
        if len(lines) > 1:
            rows += [[line] for line in lines]
            end = math.inf
        elif rows and end + width + _BETWEEN * len(rows[-1]) <= room:
            rows[-1].append(entry)
            end += width
        else:
            rows.append(lines)
            end = width
    return rows


def _broken(canvas: Canvas, entry: LegendEntry, room: float) -> list[LegendEntry]:
    """Return an entry without a sample in parts of up to `room` points, broken at commas or spaces."""
    size = canvas.theme.size("legend")
    parts = re.split(r"(?<=,) ", entry.text)
    is_short = all(text_width(part, size) <= room for part in parts)
    lines = pack(parts if is_short else entry.text.split(" "), room, size, keeps_commas=True)
    return [replace(entry, text=literal(line)) for line in lines]


def _width(canvas: Canvas, row: list[LegendEntry]) -> float:
    return sum(_entry_width(canvas, entry) for entry in row) + _BETWEEN * (len(row) - 1)


def _sample_width(entry: LegendEntry) -> float:
    if entry.role is None:
        return 0.0
    return (_LINE if isinstance(entry.role, EdgeRole) else _SWATCH) + _GAP


def _entry_width(canvas: Canvas, entry: LegendEntry) -> float:
    return _sample_width(entry) + text_width(entry.text, canvas.theme.size("legend"))


def _entry(canvas: Canvas, entry: LegendEntry, x: float, y: float) -> None:
    """Draw one sample and its text."""
    if isinstance(entry.role, EdgeRole):
        canvas.current.connectors.append(Connector(role=entry.role, points=((x, y), (x + _LINE, y))))
    elif entry.role in MERGES:
        merge = Node(id="", role=entry.role, lines=())
        canvas.current.boxes.append(merge_box(canvas, merge, (x + _SWATCH / 2, y)))
    elif entry.role:
        canvas.current.boxes += _swatch(entry, entry.role, x, y)
    canvas.words(entry.text, "legend", "text", (x + _sample_width(entry), y))


def _swatch(entry: LegendEntry, role: NodeRole, x: float, y: float) -> list[Box]:
    """Return a small box, or two bars, with a total width of `_SWATCH`."""
    bars = ((0.0, 3.0, 9.0, 1), (4.4, 4.6, 5.0, 3))
    is_bars = role is NodeRole.BLOCK and not entry.shade
    shapes = bars if is_bars else ((0.0, _SWATCH, 7.0, entry.shade),)
    return [
        Box(
            id="",
            role=role,
            form=Form.RECTANGLE,
            x=x + left,
            y=y - height / 2,
            width=width,
            height=height,
            shade=shade,
        )
        for left, width, height, shade in shapes
    ]
