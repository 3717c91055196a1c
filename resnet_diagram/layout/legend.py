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


def finished(canvas: Canvas, diagram: Diagram, width: float, bottom: float) -> Scene:
    """Return the scene of a drawn diagram, `width` points wide, with its legend below `bottom`."""
    margin = spacing.PAGE_MARGIN
    if diagram.legend:
        room = width - 2 * margin
        bottom += spacing.LEGEND_GAP
        with canvas.group("legend", GroupKind.LEGEND):
            for row in _rows(canvas, diagram.legend, room):
                widths = [_entry_width(canvas, entry) for entry in row]
                x = margin + max(0.0, (room - sum(widths) - _BETWEEN * (len(row) - 1)) / 2)
                for entry, entry_width in zip(row, widths, strict=True):
                    _entry(canvas, entry, x, bottom + spacing.LEGEND_PITCH / 2)
                    x += entry_width + _BETWEEN
                bottom += spacing.LEGEND_PITCH
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
    """Return rows of up to `room` points, filled.

    A text without a sample may be broken, at commas or spaces, and then shares its rows with no other.
    """
    size = canvas.theme.size("legend")
    rows: list[list[LegendEntry]] = []
    end = math.inf
    for entry, width in sized:
        if width > room and not entry.role:
            parts = re.split(r"(?<=,) ", entry.text)
            is_short = all(text_width(part, size) <= room for part in parts)
            lines = pack(parts if is_short else entry.text.split(" "), room, size, keeps_commas=True)
            rows += [[replace(entry, text=literal(line))] for line in lines]
            end = math.inf if len(lines) > 1 else width
        elif rows and end + width + _BETWEEN * len(rows[-1]) <= room:
            rows[-1].append(entry)
            end += width
        else:
            rows.append([entry])
            end = width
    return rows


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
        # A small box, or two bars, as wide together as the box.
        bars = ((0.0, 3.0, 9.0, 1), (4.4, 4.6, 5.0, 3))
        is_bars = entry.role is NodeRole.BLOCK and not entry.shade
        canvas.current.boxes += [
            Box(
                id="",
                role=entry.role,
                form=Form.RECTANGLE,
                x=x + left,
                y=y - height / 2,
                width=width,
                height=height,
                shade=shade,
            )
            for left, width, height, shade in (bars if is_bars else ((0.0, _SWATCH, 7.0, entry.shade),))
        ]
    canvas.words(entry.text, "legend", "text", (x + _sample_width(entry), y))
