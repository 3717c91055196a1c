"""A page of draw.io: its layers, ids, and cells as the template writes them."""

from collections import Counter
from dataclasses import field
from enum import StrEnum
from typing import Any

from resnet_diagram.dataclass import dataclass
from resnet_diagram.diagram.model import NO_ORIGIN, Origin
from resnet_diagram.layout.scene import Connector, Point
from resnet_diagram.render.drawio.ports import Area
from resnet_diagram.render.drawio.styles import Palette, length, style_text
from resnet_diagram.render.escape.xml import xml_text
from resnet_diagram.wording.counts import count_text

Values = dict[str, str]
Cell = dict[str, Any]
"""Template values of a cell."""

ROOT = "0"
"""Id of the cell that holds the layers."""


class Layer(StrEnum):
    """Layer of a page, and the tag of its cells inside containers."""

    MAIN = "Main path"
    SHORTCUTS = "Shortcuts"
    LABELS = "Labels"
    LEGEND = "Legend"

    @property
    def cell(self) -> str:
        """Id of its cell."""
        return f"layer:{self.tag}"

    @property
    def tag(self) -> str:
        """Tag of its cells."""
        return self.lower().replace(" ", "-")


@dataclass(frozen=True, slots=True)
class Place:
    """Where cells are put: inside a container, or in the layers of the page where `container` is empty.

    `x`, `y`: origin of the container on the page. `legend`: all cells belong to the legend.
    """

    container: str = ""
    x: float = 0.0
    y: float = 0.0
    legend: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Everything that cells are made from. `used`: ids that are taken, with the last number behind each."""

    palette: Palette
    places: dict[str, Area]
    lines: tuple[Connector, ...]
    shortcut_forks: frozenset[str]
    used: Counter[str] = field(default_factory=Counter)

    def name(self, wanted: str) -> str:
        """Return an id for a cell without an element."""
        while True:
            self.used[wanted] += 1
            name = f"{wanted}-{self.used[wanted]}"
            if name not in self.used:
                self.used[name] += 1
                return name


def cell_of(
    name: str,
    kind: str,
    style: Values,
    place: Place,
    layer: Layer,
    geometry: Values,
    *,
    words: str = "",
    origin: Origin = NO_ORIGIN,
    **ends: str,
) -> Cell:
    """Return a cell, its texts escaped, with its tag and the part of the network that it shows.

    `kind`: vertex or edge. All cells of a legend are in its layer.
    """
    layer = Layer.LEGEND if place.legend else layer
    values = {"style": style_text(style), kind: "1", "parent": place.container or layer.cell, **ends}
    data = {
        "tags": layer.tag,
        "path": origin.span,
        "shape": origin.shape,
        "params": count_text(origin.params) if origin.params else "",
        "MACs": count_text(origin.macs) if origin.macs else "",
    }
    return {
        "id": xml_text(name),
        "label": xml_text(words),
        "data": {key: xml_text(value) for key, value in data.items() if value},
        "cell": {key: xml_text(value) for key, value in values.items()},
        "geometry": geometry,
        "marks": {},
        "waypoints": [],
    }


def vertex(
    name: str,
    place: Place,
    area: Area | None,
    style: Values,
    *,
    words: str = "",
    origin: Origin = NO_ORIGIN,
    layer: Layer = Layer.MAIN,
    connectable: bool = True,
) -> Cell:
    """Return a cell with an area."""
    assert area
    ends = {} if connectable else {"connectable": "0"}
    geometry = rectangle_in(area, place)
    return cell_of(name, "vertex", style, place, layer, geometry, words=words, origin=origin, **ends)


def rectangle_in(area: Area, place: Place) -> Values:
    """Return the attributes of an area, relative to its container."""
    return {
        **point_in((area.x, area.y), place),
        "width": length(area.width),
        "height": length(area.height),
    }


def point_in(point: Point, place: Place) -> Values:
    """Return the attributes of a point, relative to its container."""
    return {"x": length(point[0] - place.x), "y": length(point[1] - place.y)}
