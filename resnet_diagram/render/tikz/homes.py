"""Which part of a drawing each of its items belongs to."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from resnet_diagram.diagram.model import Diagram, Fork, Group, Panel, Slab, Strip
from resnet_diagram.diagram.model import Item as DiagramItem
from resnet_diagram.layout.scene import Box, Item, Path, Scene, Text
from resnet_diagram.render.tikz.parts import FRAMES, Parts, Point, centre

TITLE, ROWS, BETWEEN, LEGEND = "Title", "Rows", "Between the parts", "Legend"
"""What stands in no part of its own."""

Rectangle = tuple[float, float, float, float]
"""Left, top, right, bottom."""
_LETTER = 4
"""A text with fewer letters is no title."""


class Homes:
    """The parts of a diagram, and where they are in its scene.

    `titles`: the comment over each part, by its key, in the order of the drawing.
    """

    def __init__(self, diagram: Diagram, scene: Scene, parts: Parts) -> None:
        self.titles = _titles(diagram)
        self._of_id = _ids_of_parts(diagram)
        self._panels = _panels(diagram)
        self._title = diagram.title
        named = [box for box in parts.boxes.values() if box.id]
        self._areas = _areas([*named, *_continued(named, parts)], self._of_id)
        self._legend = _legend_top(diagram, scene)

    def of(self, item: Item) -> str:
        """The key of the part that an item is in, or what stands in none."""
        match item:
            case Box() if item.id:
                return self._of_id.get(item.id, ROWS if item.role in FRAMES else BETWEEN)
            case Path() if home := self._joined(item):
                return home
            case Text() if home := self._titled(item):
                return home
        points = _points(item)
        if min(y for _, y in points) >= self._legend:
            return LEGEND
        if isinstance(item, Text) and item.halo and not self._inside(points):
            return BETWEEN
        return self._nearest(points)

    def _joined(self, path: Path) -> str:
        """The part that a line is in by the boxes it joins, or "" where it joins none."""
        ends = {self._of_id.get(one, BETWEEN) for one in (path.tail, path.head) if one}
        return BETWEEN if len(ends) > 1 or self._leaves(path) else "".join(ends)

    def _leaves(self, path: Path) -> bool:
        """Whether a line runs from one part to the border of another."""
        tail, head = (self._inside([point]) for point in (path.points[0], path.points[-1]))
        return bool(tail and head) and tail != head

    def _titled(self, text: Text) -> str:
        """The part whose title a text is."""
        if text.text == self._title and not self._inside([(text.x, text.y)]):
            return TITLE
        for number, panel in enumerate(self._panels):
            letter = text.text == f"({chr(ord('a') + number)})"
            words = text.role == "text" and len(text.text) >= _LETTER and text.text in panel.title
            if letter or (words and not self._inside([(text.x, text.y)])):
                return TITLE if isinstance(panel.content, Strip) else panel.id
        return ""

    def _inside(self, points: Sequence[Point]) -> str:
        areas = self._areas.items()
        return next(
            (
                home
                for home, area in areas
                if any(all(not _away(one, point) for point in points) for one in area)
            ),
            "",
        )

    def _nearest(self, points: Sequence[Point]) -> str:
        """The part that is least far from where an item is."""
        if not self._areas:
            return BETWEEN
        return min(self._areas, key=lambda home: min(_distance(one, points) for one in self._areas[home]))


def _titles(diagram: Diagram) -> dict[str, str]:
    """The comment over each part: bays of a strip and groups, then panels that are no strip."""
    groups = {item.id: _title(item) for item in diagram.items if isinstance(item, Group)}
    strips = [panel.content for panel in _panels(diagram) if isinstance(panel.content, Strip)]
    bays = {bay.id: bay.title or "Blocks" for strip in strips for bay in strip.bays}
    return {**bays, **groups, **{panel.id: panel.title for panel in _insets(diagram)}}


def _insets(diagram: Diagram) -> list[Panel]:
    return [panel for panel in _panels(diagram) if not isinstance(panel.content, Strip)]


def _panels(diagram: Diagram) -> tuple[Panel, ...]:
    return diagram.sheet.panels if diagram.sheet else ()


def _title(group: Group) -> str:
    count = f" [×{group.repeat}]" if group.repeat > 1 else ""
    caption = f": {group.caption}" if group.caption else ""
    return f"{group.title or group.id}{count}{caption}"


def _ids_of_parts(diagram: Diagram) -> dict[str, str]:
    """The part of each node, group and slab, by its id."""
    found = {one: group.id for group in diagram.items if isinstance(group, Group) for one in _ids((group,))}
    for panel in _panels(diagram):
        if isinstance(panel.content, Strip):
            for bay in panel.content.bays:
                held = [slab.id for slab in bay.slabs if isinstance(slab, Slab)]
                found |= dict.fromkeys([bay.id, *held], bay.id)
        else:
            found |= dict.fromkeys(_ids(panel.content), panel.id)
    for column in diagram.sheet.comparison.columns if diagram.sheet and diagram.sheet.comparison else ():
        found |= {one: column.id for cell in column.cells for one in _ids(cell)}
    return found


def _ids(items: Iterable[DiagramItem]) -> Iterator[str]:
    """Every id in a tree of diagram items."""
    for item in items:
        if isinstance(item, Fork):
            for branch in item.branches:
                yield from _ids(branch)
            yield item.merge.id
            yield from (node.id for node in item.shortcut.nodes) if item.shortcut else ()
        else:
            yield item.id
            if isinstance(item, Group):
                yield from _ids(item.items)


def _continued(named: Sequence[Box], parts: Parts) -> list[Box]:
    """Nameless frames, each with the id of the first box in it: a stage that goes on in another column."""
    found = []
    for frame in parts.boxes.values():
        if not frame.id and frame.role in FRAMES:
            inner = next((box for box in named if not _away(_area(frame), centre(box))), None)
            found += [replace(frame, id=inner.id)] if inner else []
    return found


def _areas(boxes: Sequence[Box], of_id: dict[str, str]) -> dict[str, list[Rectangle]]:
    """The frames of each part; of one without a frame the rectangle round its boxes."""
    found: dict[str, list[Rectangle]] = {}
    for box in boxes:
        if box.id in of_id and box.role in FRAMES:
            found.setdefault(of_id[box.id], []).append(_area(box))
    loose: dict[str, list[Rectangle]] = {}
    for box in boxes:
        if of_id.get(box.id, "") not in {"", *found}:
            loose.setdefault(of_id[box.id], []).append(_area(box))
    return found | {home: [_round(areas)] for home, areas in loose.items()}


def _round(areas: Sequence[Rectangle]) -> Rectangle:
    """The rectangle round several."""
    left, top, right, bottom = zip(*areas, strict=True)
    return min(left), min(top), max(right), max(bottom)


def _area(box: Box) -> Rectangle:
    return box.x, box.y, box.x + box.width, box.y + box.height


def _distance(area: Rectangle, points: Sequence[Point]) -> float:
    return sum(_away(area, point) for point in points)


def _away(area: Rectangle, point: Point) -> float:
    """How far a point is outside a rectangle."""
    left, top, right, bottom = area
    x, y = point
    return math.hypot(max(left - x, 0.0, x - right), max(top - y, 0.0, y - bottom))


def _legend_top(diagram: Diagram, scene: Scene) -> float:
    """Where the legend begins: at the first of its texts."""
    legend = (diagram.sheet.legend if diagram.sheet else ()) or diagram.legend
    words = {entry.text for entry in (*legend, *diagram.legend)}
    lines = [item for item in scene.items if isinstance(item, Text) and item.text in words]
    return min((text.y - text.size for text in lines), default=math.inf)


def _points(item: Item) -> tuple[Point, ...]:
    if isinstance(item, Box):
        return (centre(item),)
    return item.points if isinstance(item, Path) else ((item.x, item.y),)
