"""Areas of the elements of a scene, and the ports at which connectors are attached to them."""

from collections.abc import Iterable

from resnet_diagram.dataclass import dataclass
from resnet_diagram.layout.scene import (
    Box,
    Element,
    End,
    Group,
    Marker,
    Point,
    Scene,
    boxes,
    connectors,
    groups,
    markers,
)


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle: its top left corner and its size, in points."""

    x: float
    y: float
    width: float
    height: float

    @property
    def centre(self) -> Point:
        """Centre of the rectangle."""
        return self.x + self.width / 2, self.y + self.height / 2


@dataclass(frozen=True, slots=True)
class Port:
    """The place on an element at which a connector is attached.

    `along`, `down`: place in the area of the element, from 0 to 1; `dx`, `dy`: distance from there, in
    points, where the connector ends beside the element.
    """

    element: str
    along: float
    down: float
    dx: float
    dy: float


def area_of(element: Element) -> Area | None:
    """Return the area of the shapes of an element; None for texts and groups without shapes."""
    match element:
        case Box():
            return Area(element.x, element.y, element.width, element.height)
        case Group(frame=Box() as frame):
            return area_of(frame)
        case Marker():
            reach = element.radius
            corners = [(x + sign * reach, y + sign * reach) for x, y in element.points for sign in (-1, 1)]
            return _round(corners)
        case _:
            corners = [
                corner
                for box in boxes(element)
                for corner in ((box.x, box.y), (box.x + box.width, box.y + box.height))
            ]
            return _round([*corners, *(point for line in connectors(element) for point in line.points)])


def areas(scene: Scene) -> dict[str, Area]:
    """Return the area of every box, marker and group of a scene, by its id."""
    elements: list[Group | Box | Marker] = [*groups(scene), *boxes(scene), *markers(scene)]
    return {element.id: area for element in elements if (area := area_of(element))}


def port_of(end: End, point: Point, places: dict[str, Area]) -> Port | None:
    """Return the port of an end at the fork that it leaves from, else at its element; None without one."""
    name = end.fork or end.element
    area = places.get(name)
    if area is None:
        return None
    x, along = _within(point[0], area.x, area.width)
    y, down = _within(point[1], area.y, area.height)
    return Port(name, along, down, x, y)


def _within(value: float, start: float, length: float) -> tuple[float, float]:
    """Return the distance of a coordinate from a span, and its nearest place in the span, from 0 to 1.

    >>> _within(5.0, 0.0, 10.0), _within(12.0, 0.0, 10.0)
    ((0.0, 0.5), (2.0, 1.0))
    """
    place = min(max(round((value - start) / length, 4), 0.0), 1.0) if length else 0.0
    return round(value - start - place * length, 3), place


def _round(corners: Iterable[Point]) -> Area | None:
    """Return the smallest area round all points."""
    points = list(corners)
    if not points:
        return None
    left, top = min(x for x, _ in points), min(y for _, y in points)
    return Area(left, top, max(x for x, _ in points) - left, max(y for _, y in points) - top)
