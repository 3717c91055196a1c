"""The order of the drawing in the file: group by group, then what lies between them, then the legend."""

from collections.abc import Container, Iterable, Iterator
from typing import NamedTuple

from resnet_diagram.diagram.model import Diagram, Fork, Group
from resnet_diagram.diagram.model import Item as DiagramItem
from resnet_diagram.render.tikz_parts import Parts, Point, centre
from resnet_diagram.scene.model import Box, Item, Path, Scene


class Section(NamedTuple):
    """Items under one comment, by their index in the scene."""

    title: str
    items: tuple[int, ...]


def sections(diagram: Diagram, scene: Scene, parts: Parts) -> list[Section]:
    """The items of a scene in sections; within one, boxes come before the lines that join them."""
    homes = _homes(diagram)
    titles = [_title(item) for item in diagram.items if isinstance(item, Group)]
    between, around = len(titles), len(titles) + 1
    frames = {homes[box.id]: box for box in parts.boxes.values() if box.id in _frames(diagram)}
    held: dict[int, list[int]] = {}
    for at, item in enumerate(scene.items):
        if not _is_known(at, parts):
            continue
        home = _home(item, homes, frames)
        if home is None:
            home = between if _joins(item) or at in parts.forks else around
        held.setdefault(home, []).append(at)
    names = [*titles, "Between the groups" if titles else "Network", "Title and legend"]
    ranked = {home: sorted(found, key=lambda at: _rank(at, parts)) for home, found in held.items()}
    return [Section(names[home], tuple(ranked[home])) for home in sorted(ranked)]


def _frames(diagram: Diagram) -> set[str]:
    return {item.id for item in diagram.items if isinstance(item, Group)}


def _title(group: Group) -> str:
    count = f" [×{group.repeat}]" if group.repeat > 1 else ""
    caption = f": {group.caption}" if group.caption else ""
    return f"{group.title or group.id}{count}{caption}"


def _homes(diagram: Diagram) -> dict[str, int]:
    """The number of the outermost group of each node and group id."""
    groups = [item for item in diagram.items if isinstance(item, Group)]
    return {one: number for number, group in enumerate(groups) for one in _ids((group,))}


def _ids(items: Iterable[DiagramItem]) -> Iterator[str]:
    """Every id in a tree of diagram items."""
    for item in items:
        if isinstance(item, Fork):
            for branch in item.branches:
                yield from _ids(branch)
            yield item.merge.id
        else:
            yield item.id
            if isinstance(item, Group):
                yield from _ids(item.items)


def _home(item: Item, homes: dict[str, int], frames: dict[int, Box]) -> int | None:
    """The group an item is in: by its name, by the boxes a line joins, else by the frame round it."""
    if isinstance(item, Box) and item.id in homes:
        return homes[item.id]
    points = _points(item)
    inside = (home for home, frame in frames.items() if all(_holds(frame, point) for point in points))
    return next(inside, None)


def _points(item: Item) -> tuple[Point, ...]:
    if isinstance(item, Box):
        return (centre(item),)
    return item.points if isinstance(item, Path) else ((item.x, item.y),)


def _holds(frame: Box, point: Point) -> bool:
    x, y = point
    return frame.x <= x <= frame.x + frame.width and frame.y <= y <= frame.y + frame.height


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
