"""The order of the drawing in the file: group by group, then what lies between them, then the legend."""

from collections.abc import Container, Iterable, Iterator
from typing import NamedTuple

from resnet_diagram.diagram.model import Bay, Diagram, Fork, Group, Panel, Slab, Strip
from resnet_diagram.diagram.model import Item as DiagramItem
from resnet_diagram.render.tikz_parts import Parts, Point, centre
from resnet_diagram.scene.model import Box, Item, Path, Scene


class Section(NamedTuple):
    """Items under one comment, by their index in the scene."""

    title: str
    items: tuple[int, ...]


class Part(NamedTuple):
    """A part of the drawing: its title, and the ids of all in it, that of its frame first if it has one."""

    title: str
    ids: tuple[str, ...]
    framed: bool


Rect = tuple[float, float, float, float]
Boxes = dict[str, Box]
_MARGINS = (17.0, 12.0)
"""Round the boxes of a part without a frame: what is nearer belongs to them."""


def sections(diagram: Diagram, scene: Scene, parts: Parts) -> list[Section]:
    """The items of a scene in sections; within one, boxes come before the lines that join them."""
    boxes = {box.id: box for box in parts.boxes.values() if box.id}
    drawn = [part for part in _parts(diagram, boxes) if any(one in boxes for one in part.ids)]
    homes = {one: number for number, part in enumerate(drawn) for one in part.ids}
    rooms = {number: _room(part, boxes) for number, part in enumerate(drawn)}
    between, around = len(drawn), len(drawn) + 1
    held: dict[int, list[int]] = {}
    for at, item in enumerate(scene.items):
        if not _is_known(at, parts):
            continue
        home = _home(item, homes, rooms)
        if home is None:
            home = between if _joins(item) or at in parts.forks else around
        held.setdefault(home, []).append(at)
    names = [
        *(part.title for part in drawn),
        "Between the groups" if drawn else "Network",
        "Title and legend",
    ]
    ranked = {home: sorted(found, key=lambda at: _rank(at, parts)) for home, found in held.items()}
    return [Section(names[home], tuple(ranked[home])) for home in sorted(ranked)]


def _parts(diagram: Diagram, boxes: Boxes) -> list[Part]:
    """The panels of a sheet with the bays of its strip, where it is what is drawn; else the outer groups."""
    panels = diagram.sheet.panels if diagram.sheet else ()
    on_sheet = [part for panel in panels for part in _panel_parts(panel)]
    if on_sheet and all(any(one in boxes for one in part.ids) for part in on_sheet if part.ids):
        return on_sheet
    groups = [item for item in diagram.items if isinstance(item, Group)]
    return [Part(_title(group), tuple(_ids((group,))), True) for group in groups]


def _panel_parts(panel: Panel) -> list[Part]:
    if isinstance(panel.content, Strip):
        return [_bay_part(bay) for bay in panel.content.bays]
    return [Part(panel.title, tuple(_ids(panel.content)), False)]


def _bay_part(bay: Bay) -> Part:
    slabs = tuple(one.id for one in bay.slabs if isinstance(one, Slab))
    return Part(
        _heading(bay.title or bay.id, bay.repeat, bay.caption), (bay.id, *slabs), bay.role is not None
    )


def _room(part: Part, named: Boxes) -> Rect:
    """Where all that belongs to a part lies: in its frame, or close to its boxes."""
    boxes = [named[one] for one in part.ids[: 1 if part.framed else None] if one in named]
    if not boxes:
        return (0.0, 0.0, 0.0, 0.0)
    across, down = (0.0, 0.0) if part.framed else _MARGINS
    return (
        min(box.x for box in boxes) - across,
        min(box.y for box in boxes) - down,
        max(box.x + box.width for box in boxes) + across,
        max(box.y + box.height for box in boxes) + down,
    )


def _heading(title: str, repeat: int, caption: str) -> str:
    count = f" [×{repeat}]" if repeat > 1 else ""
    return f"{title}{count}{f': {caption}' if caption else ''}"


def _title(group: Group) -> str:
    return _heading(group.title or group.id, group.repeat, group.caption)


def _ids(items: Iterable[DiagramItem]) -> Iterator[str]:
    """Every id in a tree of diagram items."""
    for item in items:
        if isinstance(item, Fork):
            for branch in item.branches:
                yield from _ids(branch)
            yield from (node.id for node in (item.shortcut.nodes if item.shortcut else ()))
            yield item.merge.id
        else:
            yield item.id
            if isinstance(item, Group):
                yield from _ids(item.items)


def _home(item: Item, homes: dict[str, int], rooms: dict[int, Rect]) -> int | None:
    """The part an item is in: by its name, or the room it lies in."""
    if isinstance(item, Box) and item.id in homes:
        return homes[item.id]
    points = _points(item)
    return next((home for home, room in rooms.items() if all(_holds(room, point) for point in points)), None)


def _points(item: Item) -> tuple[Point, ...]:
    if isinstance(item, Box):
        return (centre(item),)
    return item.points if isinstance(item, Path) else ((item.x, item.y),)


def _holds(room: Rect, point: Point) -> bool:
    return room[0] <= point[0] <= room[2] and room[1] <= point[1] <= room[3]


def _joins(item: Item) -> bool:
    """Whether an item that is in no group belongs to the main line: not so the title and the legend."""
    match item:
        case Box():
            return bool(item.id)
        case Path():
            return bool(item.tail or item.head)
    return item.halo


def _is_known(at: int, parts: Parts) -> bool:
    return at in parts.boxes or at in parts.dots or at in parts.paths or at in parts.texts


def _rank(at: int, parts: Parts) -> int:
    """Lines start and end at nodes, so nodes come first; texts lie on top."""
    kinds: tuple[Container[int], ...] = (parts.boxes, parts.dots, parts.paths, parts.texts)
    return next(rank for rank, kind in enumerate(kinds) if at in kind)
