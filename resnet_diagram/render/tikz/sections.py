"""The order of the drawing in the file: part by part, then what lies between them, then the legend."""

from collections import Counter
from collections.abc import Container, Iterable
from typing import NamedTuple

from resnet_diagram.diagram.model import Diagram
from resnet_diagram.layout.scene import Box, Scene
from resnet_diagram.render.tikz.common import Common, usual_extent
from resnet_diagram.render.tikz.homes import BETWEEN, LEGEND, ROWS, TITLE, Homes
from resnet_diagram.render.tikz.names import PAGE
from resnet_diagram.render.tikz.parts import Parts, Point, centre
from resnet_diagram.render.tikz.styles import shaded_keys, size_keys
from resnet_diagram.style.theme import Theme


class Section(NamedTuple):
    """Items under one comment, by their index in the scene; their coordinates count from `origin`."""

    title: str
    items: tuple[int, ...]
    origin: Point


class Looks(NamedTuple):
    """What boxes of one role have in common within a section: the key of their shade, and their size."""

    shaded: tuple[str, ...]
    size: tuple[str, str]

    def keys(self) -> list[str]:
        """Both as keys of TikZ."""
        return [*self.shaded, *size_keys(self.size)]


def sections(diagram: Diagram, scene: Scene, parts: Parts) -> list[Section]:
    """The items of a scene in sections; within one, boxes come before the lines that join them."""
    homes = Homes(diagram, scene, parts)
    held: dict[str, list[int]] = {}
    for at, item in enumerate(scene.items):
        if _is_known(at, parts):
            home = BETWEEN if at in parts.forks and not homes.titles else homes.of(item)
            held.setdefault(home, []).append(at)
    titles = {TITLE: TITLE, ROWS: ROWS, **homes.titles, BETWEEN: _between(homes), LEGEND: LEGEND}
    return [
        Section(
            titles[home],
            tuple(sorted(held[home], key=lambda at: _rank(at, parts))),
            _origin(home, held[home], parts),
        )
        for home in titles
        if home in held
    ]


def _between(homes: Homes) -> str:
    return BETWEEN if homes.titles else "Network"


def _origin(home: str, items: Iterable[int], parts: Parts) -> Point:
    """The point that most of a part's boxes are level with, to a tenth; the page's for the rest."""
    if home in (TITLE, BETWEEN, ROWS):
        return PAGE
    held = [at for at in items if at in parts.boxes]
    boxes = [parts.boxes[at] for at in held] or [parts.dots[at] for at in items if at in parts.dots]
    if not boxes:
        return PAGE
    xs, ys = zip(*map(centre, boxes), strict=True)
    return _usual(xs), _usual(ys)


def _usual(values: Iterable[float]) -> float:
    """The most frequent value, the first of equals, to a tenth."""
    return Counter(round(value, 1) for value in values).most_common(1)[0][0]


def looks(section: Section, parts: Parts, theme: Theme, usual: Common) -> dict[str, Looks]:
    """What the boxes of each role have in common in a section, where several share it."""
    boxes = [parts.boxes[at] for at in section.items if at in parts.boxes]
    found = {role: _look([box for box in boxes if box.role == role], theme, usual) for role in _roles(boxes)}
    return {role: look for role, look in found.items() if look.keys()}


def _roles(boxes: list[Box]) -> list[str]:
    return sorted({box.role for box in boxes})


def _look(boxes: list[Box], theme: Theme, usual: Common) -> Looks:
    shades = {tuple(shaded_keys(box, theme)) for box in boxes}
    known = usual.extent[boxes[0].role]
    size = usual_extent(boxes)
    width, height = ("" if own == said else own for own, said in zip(size, known, strict=True))
    return Looks(shades.pop() if len(boxes) > 1 and len(shades) == 1 else (), (width, height))


def _is_known(at: int, parts: Parts) -> bool:
    return at in parts.boxes or at in parts.dots or at in parts.paths or at in parts.texts


def _rank(at: int, parts: Parts) -> int:
    """Lines start and end at nodes, so nodes come first; texts lie on top."""
    kinds: tuple[Container[int], ...] = (parts.boxes, parts.dots, parts.paths, parts.texts)
    return next(rank for rank, kind in enumerate(kinds) if at in kind)
