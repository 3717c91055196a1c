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


def vertex(
    name: str,
    place: Place,
    page: Page,
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
    values = {"style": style_text(style), "vertex": "1", **parent_in(place, layer)}
    if not connectable:
        values["connectable"] = "0"
    return {
        **cell_of(name, words, values, data_of(origin, layer_in(place, layer))),
        "geometry": rectangle_in(area, place),
    }


def layer_in(place: Place, layer: Layer) -> Layer:
    """Return the layer of a cell; all cells of a legend are in one."""
    return Layer.LEGEND if place.legend else layer


def parent_in(place: Place, layer: Layer) -> Values:
    """Return the attribute that names the container or layer of a cell."""
    return {"parent": place.container or layer_in(place, layer).cell}


def data_of(origin: Origin, layer: Layer) -> Values:
    """Return the custom data of a cell: its tag, and the part of the network that it shows."""
    facts = {
        "path": origin.span,
        "shape": origin.shape,
        "params": count_text(origin.params) if origin.params else "",
        "MACs": count_text(origin.macs) if origin.macs else "",
    }
    return {"tags": layer.tag, **{key: value for key, value in facts.items() if value}}


def cell_of(name: str, words: str, values: Values, data: Values | None = None) -> Cell:
    """Return a cell without geometry, its texts escaped."""
    return {
        "id": xml_text(name),
        "label": xml_text(words),
        "data": {key: xml_text(value) for key, value in (data or {}).items()},
        "cell": {key: xml_text(value) for key, value in values.items()},
        "geometry": {},
        "marks": {},
        "waypoints": [],
    }


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
