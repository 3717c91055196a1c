"""Draw a graph of overviews and boxes in a panel."""

from collections.abc import Sequence
from dataclasses import field
from functools import lru_cache

from resnet_diagram.dataclass import dataclass
from resnet_diagram.diagram.lanes.frames import with_frames
from resnet_diagram.diagram.lanes.sides import sides_of
from resnet_diagram.diagram.model import Dag, EdgeRole, GroupRole, Overview, Vertex
from resnet_diagram.diagram.walk import overviews, vertex_items
from resnet_diagram.layout.canvas import Canvas, DrawnPanel
from resnet_diagram.layout.flow.boxes import BoxSizer, box_sizer
from resnet_diagram.layout.flow.cells import Series
from resnet_diagram.layout.flow.draw import draw_part
from resnet_diagram.layout.flow.measure import extent_of, measured_part
from resnet_diagram.layout.flow.titles import heading_widths
from resnet_diagram.layout.lanes.bands import bands
from resnet_diagram.layout.lanes.draw import draw_plan, words_on
from resnet_diagram.layout.lanes.extents import Extent
from resnet_diagram.layout.lanes.plan import Plan, plan
from resnet_diagram.layout.lanes.routes import Way
from resnet_diagram.layout.overview.draw import RoutedOverview, draw_routed, routed_overview
from resnet_diagram.layout.overview.measure import FRAME_PADDING, low_frame
from resnet_diagram.layout.overview.rows import OverviewLayout, measured_rows
from resnet_diagram.layout.overview.scale import Scale, low_scale, scale_of
from resnet_diagram.layout.scene import LOOSE, Anchor, Connector, Point, boxes, connectors
from resnet_diagram.layout.text.metrics import text_width
from resnet_diagram.layout.unet.draw import unet_panel
from resnet_diagram.style.theme import Theme

_MARGIN = 2.0
_ROW_LABEL_GAP = 6.0
_BAND_GAP = 10.0
_STEP = 24.0
"""Points by which bands are made narrower until they fit."""
_LOWEST = 16.0
_TALLEST = 58.0
"""Heights of the lowest bar, and of a bar with text at most, in points."""
_LOWER = 0.55
"""Share of the rise of bars with resolution, beside that of an overview."""
_LEVELS = 3
"""Rows with stages from which on their frames are low."""
_ROUNDING = 0.1
_MOST_STRETCH = 1.6
"""Factor up to which an overview is stretched to the width of its column."""


@dataclass(frozen=True)
class _Sizes:
    """The measured parts of a graph by their ids, kept for all the bands it may be broken into."""

    theme: Theme
    sizer: BoxSizer
    scale: Scale
    room: float
    layouts: dict[str, OverviewLayout] = field(default_factory=dict)
    parts: dict[str, Series] = field(default_factory=dict)


@dataclass()
class _Measured:
    """A graph, or a band of it, with its parts measured."""

    dag: Dag
    sizes: _Sizes
    routed: dict[int, RoutedOverview] = field(default_factory=dict)

    def measured(self) -> "tuple[_Measured, Plan]":
        """Return the graph with its plan, with overviews stretched to the width of their columns."""
        first = self._plan([self._extent(at, vertex, 0.0) for at, vertex in enumerate(self.dag.vertices)])
        widths = [end - start for start, end in first.columns]
        columns = first.grid.columns
        extents = [
            self._extent(at, vertex, widths[columns[at]]) for at, vertex in enumerate(self.dag.vertices)
        ]
        return self, self._plan(extents)

    def _plan(self, extents: Sequence[Extent]) -> Plan:
        theme = self.sizes.theme
        size = theme.size("label")
        headings = tuple(
            (frame.id, sum(heading_widths(frame, theme)) + (4 if frame.repeat > 1 else 2) * FRAME_PADDING)
            for frame in (vertex.frame for vertex in self.dag.vertices)
            if frame
        )
        return plan(self.dag, tuple(extents), words_on(self.dag, size), size, headings)

    def _extent(self, number: int, vertex: Vertex, width: float) -> Extent:
        theme, parts, layouts = self.sizes.theme, self.sizes.parts, self.sizes.layouts
        if not isinstance(vertex.content, Overview):
            if vertex.id not in parts:
                parts[vertex.id] = measured_part(vertex, self.sizes.sizer)
            return extent_of(parts[vertex.id])
        if vertex.id not in layouts:
            layouts[vertex.id] = measured_rows(vertex.content, theme, self.sizes.room, self.sizes.scale)
        layout = layouts[vertex.id]
        framed = any(frame.role for frame in vertex.content.frames)
        target = min(width, layout.width * _MOST_STRETCH) if framed else layout.width
        routed = self.routed[number] = routed_overview(layout, max(target, layout.width), theme)
        return Extent(routed.length, routed.above, routed.below, routed.lines[-1] - routed.above)

    def part(self, canvas: Canvas, planned: Plan, number: int, at: Point) -> None:
        """Draw a part of the graph with the line into it at `at`."""
        vertex = self.dag.vertices[number]
        if not isinstance(vertex.content, Overview):
            draw_part(canvas, self.sizes.parts[vertex.id], planned.reaches[number], at)
            return
        routed = self.routed[number]
        inner = Canvas(theme=self.sizes.theme, turned=False)
        entry, end = routed.above, routed.length
        level = any(route.head == number and route.way is not Way.ACROSS for route in planned.routes)
        if level:
            inner.begin(LOOSE, (0.0, entry))
        draw_routed(inner, routed)
        if inner.line:
            inner.end(LOOSE, (end, routed.lines[-1]), arrow=False)
        root = inner.root.build()
        places = [place for line in connectors(root) for place in line.points]
        last = max((u for u, v in places if abs(v - routed.lines[-1]) < 0.01), default=end)
        if last < end - 0.01:
            rest = inner.points([(last, routed.lines[-1]), (end, routed.lines[-1])])
            inner.current.connectors.append(Connector(role=EdgeRole.FLOW, points=rest, arrow=False))
        starts = [u for u, v in places if abs(v - entry) < 0.01]
        first = min([*starts, *(box.x for box in boxes(root))], default=0.0)
        if level and first > 0:
            lead = inner.points([(0.0, entry), (first, entry)])
            inner.current.connectors.append(Connector(role=EdgeRole.FLOW, points=lead, arrow=False))
        canvas.place(inner, at[0], at[1] - entry)


@lru_cache(maxsize=16)
def lanes_panel(dag: Dag, theme: Theme, room: float) -> DrawnPanel:
    """Return a graph drawn in `room` points: as a U, or in rows, in several bands if it is wider.

    A page that does not fit is tried with other panels, so that the drawings of its graphs are kept.
    """
    sides = sides_of(dag) if dag.u_shaped else None
    if sides and (as_u := unet_panel(dag, sides, theme, room)):
        return as_u
    levels = {
        vertex.row
        for vertex in dag.vertices
        if isinstance(vertex.content, Overview)
        and any(frame.role is GroupRole.STAGE for frame in vertex.content.frames)
    }
    is_low = len(levels) >= _LEVELS
    if is_low:  # frames of a triangle and within modules have no captions
        dag = with_frames(dag, lambda at, frame: low_frame(frame, captioned=not (at.column or at.frame)))
    items = tuple(item for vertex in dag.vertices for item in vertex_items(vertex))
    frames = tuple(frame for strip in overviews(dag) for frame in strip.frames)
    strip = Overview(frames=frames)
    plain = scale_of(strip, tight=True)
    lower = plain._replace(lowest=_LOWEST, rise=plain.rise * _LOWER, tallest=_TALLEST)
    scale = low_scale(strip) if is_low else lower
    canvas = Canvas(theme=theme, turned=False)
    for wrapped in (False, True):
        sizes = _Sizes(theme, box_sizer(items, theme, turned=False, wrapped=wrapped), scale, room)
        parts = [_Measured(dag, sizes).measured()]
        if _width(parts) <= room + _ROUNDING:
            break
    limit = room + _STEP
    _, planned = parts[0]
    while _width(parts) > room + _ROUNDING and limit > room / 2:
        split = bands(dag, planned, limit - _left(dag, theme))
        parts = [_Measured(band, sizes).measured() for band in split]
        limit -= _STEP
    y = _MARGIN
    for number, (measured, band) in enumerate(parts):
        y += _BAND_GAP if number else 0.0
        left = _left(measured.dag, theme)
        _draw(canvas, measured, band, (_MARGIN + left, y))
        y += band.height
    return DrawnPanel(canvas, _width(parts), y + _MARGIN)


def _width(parts: Sequence[tuple[_Measured, Plan]]) -> float:
    """Return the width of a graph in bands."""
    return max(_left(part.dag, part.sizes.theme) + band.length + 2 * _MARGIN for part, band in parts)


def _left(dag: Dag, theme: Theme) -> float:
    """Return the room for the words beside the rows."""
    widest = max((text_width(words, theme.size("caption")) for words in dag.rows), default=0.0)
    return widest + _ROW_LABEL_GAP if widest else 0.0


def _draw(canvas: Canvas, measured: _Measured, planned: Plan, at: Point) -> None:
    draw_plan(
        canvas,
        measured.dag,
        planned,
        at,
        lambda number, u, v: measured.part(canvas, planned, number, (u, v)),
    )
    for words, v in zip(measured.dag.rows, planned.rows, strict=False):
        place = (at[0] - _ROW_LABEL_GAP, at[1] + v)
        canvas.words(words, "caption", "muted", place, anchor=Anchor.END)
