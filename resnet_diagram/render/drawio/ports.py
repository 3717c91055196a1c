"""Areas of the elements of a scene, and the ports at which connectors are attached to them."""

from resnet_diagram.dataclass import dataclass
from resnet_diagram.layout.scene import Box, Element, Group, Marker, Point, boxes, connectors
from resnet_diagram.render.drawio.styles import length


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


def area_of(element: Element) -> Area | None:
    """Return the area of the shapes of an element; None for texts and groups without shapes."""
    match element:
        case Box():
            return Area(element.x, element.y, element.width, element.height)
        case Group(frame=Box() as frame):
            return area_of(frame)
        case Marker(points=points, radius=r):
            corners = [(x + sign * r, y + sign * r) for x, y in points for sign in (-1, 1)]
        case _:
            corners = [point for line in connectors(element) for point in line.points]
            for box in boxes(element):
                corners += [(box.x, box.y), (box.x + box.width, box.y + box.height)]
    if not corners:
        return None
    left, top = (min(values) for values in zip(*corners, strict=True))
    right, bottom = (max(values) for values in zip(*corners, strict=True))
    return Area(left, top, right - left, bottom - top)


def port_style(end: str, point: Point, area: Area) -> dict[str, str]:
    """Return the style of the "exit" or "entry" of a connector.

    It is attached at a place in an area, from 0 to 1, and ends at a point at some distance from there.

    >>> port_style("exit", (12.0, 5.0), Area(0.0, 0.0, 10.0, 10.0))
    {'exitX': '1', 'exitY': '0.5', 'exitDx': '2.78', 'exitDy': '0', 'exitPerimeter': '0'}
    """
    places, distances = {}, {}
    spans = ((area.x, area.width), (area.y, area.height))
    for axis, value, (start, size) in zip("xy", point, spans, strict=True):
        place = min(max(round((value - start) / size, 4), 0.0), 1.0) if size else 0.0
        places[f"{end}{axis.upper()}"] = f"{place:g}"
        distances[f"{end}D{axis}"] = length(round(value - start - place * size, 3))
    return {**places, **distances, f"{end}Perimeter": "0"}
