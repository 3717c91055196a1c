"""Sections of a TikZ picture: the parts, then the lines between them, then the legend."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from resnet_diagram.layout.scene import Box, Group, GroupKind, Leaf, Marker, Point, Scene
from resnet_diagram.render.tikz.common import Common, usual_extent
from resnet_diagram.render.tikz.names import PAGE
from resnet_diagram.render.tikz.parts import leaves
from resnet_diagram.render.tikz.styles import shaded_keys, size_keys
from resnet_diagram.style.theme import Theme

TITLE, ROWS, BETWEEN, LEGEND = "Title", "Rows", "Between the parts", "Legend"
"""Comments over the sections that show no part of a network."""


class Section(NamedTuple):
    """Leaves of the scene under one comment; their coordinates count from `origin`."""

    title: str
    leaves: list[Leaf]
    origin: Point

    @property
    def boxes(self) -> list[Box]:
        """The boxes of the section."""
        return [leaf for leaf in self.leaves if isinstance(leaf, Box)]


class Looks(NamedTuple):
    """Settings that the boxes of one role share within a section: the key of their shade, and their size."""

    shaded: tuple[str, ...]
    size: tuple[str, str]

    def keys(self) -> list[str]:
        """Return shade and size as TikZ keys."""
        return [*self.shaded, *size_keys(self.size)]


def sections(scene: Scene) -> list[Section]:
    """Return the leaves of a scene in sections: one for each part of a panel, or each panel without parts."""
    top = [child for child in scene.root.children if isinstance(child, Group)]
    loose = [child for child in scene.root.children if not isinstance(child, Group)]
    titles = [leaf for group in top for leaf in _titles(group)]
    rows = [leaf for group in top if group.kind is GroupKind.ROW for leaf in leaves(group)]
    legend = [leaf for group in top if group.kind is GroupKind.LEGEND for leaf in leaves(group)]
    panels = [group for group in top if group.kind in (GroupKind.PANEL, GroupKind.NETWORK)]
    between = [leaf for panel in panels if _has_parts(panel) for leaf in leaves(_rest(panel))]
    root = Group(id="", kind=GroupKind.FIGURE, children=tuple(loose), labels=scene.root.labels)
    items = [
        Section(TITLE, titles, PAGE),
        Section(ROWS, rows, PAGE),
        *(section for panel in panels for section in _sections(panel)),
        Section(BETWEEN, [*between, *leaves(root)], PAGE),
        Section(LEGEND, legend, _origin(legend)),
    ]
    return [section for section in items if section.leaves]


def _has_parts(panel: Group) -> bool:
    return any(isinstance(child, Group) for child in panel.children)


def _titles(group: Group) -> Iterable[Leaf]:
    """Return the titles of the figure and of panels with parts."""
    if group.kind is GroupKind.TITLE:
        return leaves(group)
    return group.labels if group.kind is GroupKind.PANEL and _has_parts(group) else ()


def _rest(panel: Group) -> Group:
    """Return a panel without its parts and its title."""
    children = tuple(child for child in panel.children if not isinstance(child, Group))
    labels = () if panel.kind is GroupKind.PANEL else panel.labels
    return Group(id=panel.id, kind=panel.kind, children=children, labels=labels)


def _sections(panel: Group) -> Iterator[Section]:
    parts = [child for child in panel.children if isinstance(child, Group)] or [panel]
    for part in parts:
        inner = leaves(part)
        count = f" [×{part.repeat}]" if part.repeat > 1 else ""
        caption = f": {part.caption}" if part.caption else ""
        yield Section(f"{part.title or part.id.capitalize()}{count}{caption}", inner, _origin(inner))


def _origin(inner: Iterable[Leaf]) -> Point:
    """Return the point that most boxes, or else most markers, are level with, to 0.1 points."""
    result = list(inner)
    places = [leaf.centre for leaf in result if isinstance(leaf, Box)]
    places = places or [point for leaf in result if isinstance(leaf, Marker) for point in leaf.points]
    if not places:
        return PAGE
    axes = ([round(value, 1) for value in axis] for axis in zip(*places, strict=True))
    x, y = (Counter(axis).most_common(1)[0][0] for axis in axes)
    return x, y


def looks(section: Section, theme: Theme, common: Common) -> dict[str, Looks]:
    """Return the settings that several boxes of a role share in a section, by role."""
    by_role: dict[str, list[Box]] = {}
    for box in sorted(section.boxes, key=lambda box: box.role):
        by_role.setdefault(box.role, []).append(box)
    entries: dict[str, Looks] = {}
    for role, boxes in by_role.items():
        shades = {tuple(shaded_keys(box, theme)) for box in boxes}
        sizes = zip(usual_extent(boxes), common.extent[role], strict=True)
        width, height = ("" if size == usual_size else size for size, usual_size in sizes)
        shaded = shades.pop() if len(boxes) > 1 and len(shades) == 1 else ()
        entries[role] = Looks(shaded, (width, height))
    return {role: look for role, look in entries.items() if look.keys()}
