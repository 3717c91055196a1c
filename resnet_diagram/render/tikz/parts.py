"""The items of a scene sorted by what TikZ makes of them.

In a scene the boxes behind a folded one, the two strokes of ⊕ and the dot where a shortcut leaves are items
of their own. In TikZ the first two belong to the style of a node; the dot has a name that lines start from.
"""

import math
from typing import NamedTuple

from resnet_diagram.diagram.model import GroupRole
from resnet_diagram.layout.scene import Box, Form, Item, Path, Scene, Text
from resnet_diagram.render.tikz.names import node_names

Point = tuple[float, float]
Stroke = tuple[Point, ...]
FRAMES = frozenset({GroupRole.NETWORK, GroupRole.STEM, GroupRole.STAGE, GroupRole.HEAD})
"""The roles of frames round whole parts."""
_CLOSE = 0.02


class Shadow(NamedTuple):
    """How many boxes stand behind a folded one, and how far each is from the next."""

    copies: int
    right: float
    down: float


class Parts(NamedTuple):
    """What a scene is made of, in the order it is painted.

    `names`: node names by box id. `forks`: node names of dots by their index. `shadows`: by index of the box
    in front. `signs`: the strokes in the circles of a role, from their centre.
    """

    boxes: dict[int, Box]
    dots: dict[int, Box]
    paths: dict[int, Path]
    texts: dict[int, Text]
    names: dict[str, str]
    forks: dict[int, str]
    shadows: dict[int, Shadow]
    signs: dict[str, tuple[Stroke, ...]]
    ids: dict[str, int]
    fork_places: dict[Point, str]
    frames: tuple[Box, ...]

    def box(self, box_id: str) -> tuple[int, Box] | None:
        """The box of that id, with its index."""
        at = self.ids.get(box_id)
        return None if at is None else (at, self.boxes[at])

    def fork_at(self, point: Point) -> str:
        """The name of the dot at a point, or ""."""
        return self.fork_places.get(_rounded(point), "")

    def border_at(self, point: Point) -> str:
        """The side of a named frame that a point is on, as "stage1.west", or ""."""
        x, y = point
        for frame in self.frames:
            name, (left, right) = self.names[frame.id], (frame.x, frame.x + frame.width)
            if frame.y < y < frame.y + frame.height and min(abs(x - left), abs(x - right)) < _CLOSE:
                return f"{name}.west" if abs(x - left) < _CLOSE else f"{name}.east"
            top, bottom = frame.y, frame.y + frame.height
            if left < x < right and min(abs(y - top), abs(y - bottom)) < _CLOSE:
                return f"{name}.north" if abs(y - top) < _CLOSE else f"{name}.south"
        return ""


def parts(scene: Scene) -> Parts:
    """Sort the items of a scene."""
    items = dict(enumerate(scene.items))
    shadows, behind = _shadows(items)
    boxes = {at: item for at, item in items.items() if isinstance(item, Box) and at not in behind}
    paths = {at: item for at, item in items.items() if isinstance(item, Path)}
    dots = {at: box for at, box in boxes.items() if _is_dot(box, paths)}
    rest = {at: box for at, box in boxes.items() if at not in dots}
    signs, strokes = _signs(rest, paths)
    lines = {at: path for at, path in paths.items() if at not in strokes}
    forks = _fork_ids(dots, lines, rest)
    names = node_names([*(box.id for box in rest.values() if box.id), *forks.values()])
    return Parts(
        boxes=rest,
        dots=dots,
        paths=lines,
        texts={at: item for at, item in items.items() if isinstance(item, Text)},
        names=names,
        forks={at: names[fork] for at, fork in forks.items()},
        shadows=shadows,
        signs=signs,
        ids={box.id: at for at, box in reversed(rest.items()) if box.id},
        fork_places={_rounded(centre(dots[at])): names[fork] for at, fork in forks.items()},
        frames=tuple(box for box in rest.values() if box.id and box.role in FRAMES),
    )


def centre(box: Box) -> Point:
    """The middle of a box."""
    return box.x + box.width / 2, box.y + box.height / 2


def near(one: Point, other: Point) -> bool:
    """Whether two points are the same on paper."""
    return math.dist(one, other) < _CLOSE


def _is_dot(box: Box, paths: dict[int, Path]) -> bool:
    """Whether a nameless circle belongs to a line: it is painted like one."""
    roles = {path.role for path in paths.values() if path.tail or path.head}
    return not box.id and not box.texts and box.form is Form.CIRCLE and box.role in roles


def _fork_ids(dots: dict[int, Box], paths: dict[int, Path], boxes: dict[int, Box]) -> dict[int, str]:
    """An id for each dot that lines leave from: after the box the first of them leads to, else the next."""
    heads: dict[Point, str] = {}
    for path in paths.values():
        start = _rounded(path.points[0])
        heads[start] = heads.get(start) or path.head
    found = {}
    for at, dot in dots.items():
        place = _rounded(centre(dot))
        if place in heads:
            found[at] = f"{heads[place] or _next_to(centre(dot), boxes)}-fork"
    return found


def _next_to(point: Point, boxes: dict[int, Box]) -> str:
    """The id of the first box to the right of a point, on its level."""
    x, y = point
    level = [box for box in boxes.values() if box.id and box.x >= x and abs(centre(box)[1] - y) < _CLOSE]
    return min(level, key=lambda box: box.x).id if level else "line"


def _rounded(point: Point) -> Point:
    return round(point[0], 1), round(point[1], 1)


def _shadows(items: dict[int, Item]) -> tuple[dict[int, Shadow], set[int]]:
    """The shadows by the index of the box in front, and the indices of the boxes that are shadows."""
    found: dict[int, Shadow] = {}
    behind: set[int] = set()
    for at, item in items.items():
        if not isinstance(item, Box) or not item.id:
            continue
        stack: list[int] = []
        while _stands_behind(items.get(at - len(stack) - 1), item):
            stack.append(at - len(stack) - 1)
        shadow = _evenly([items[index] for index in stack], item)
        if shadow and all(shadow == other for other in found.values()):
            found[at] = shadow
            behind.update(stack)
    return found, behind


def _stands_behind(item: Item | None, front: Box) -> bool:
    if not isinstance(item, Box) or item.id or item.texts:
        return False
    same = (item.role, item.form, item.shade) == (front.role, front.form, front.shade)
    return same and near((item.width, item.height), (front.width, front.height))


def _evenly(stack: list[Item], front: Box) -> Shadow | None:
    """The shadow that boxes behind `front` make, the nearest first; one or two, in even steps."""
    boxes = [item for item in stack if isinstance(item, Box)]
    if not 1 <= len(boxes) <= 2:
        return None
    right, down = round(boxes[0].x - front.x, 2), round(boxes[0].y - front.y, 2)
    for step, box in enumerate(boxes, start=1):
        if not near((box.x, box.y), (front.x + step * right, front.y + step * down)):
            return None
    return Shadow(len(boxes), right, down)


def _signs(boxes: dict[int, Box], paths: dict[int, Path]) -> tuple[dict[str, tuple[Stroke, ...]], set[int]]:
    """The strokes inside the circles of each role, and the indices of the lines they replace."""
    signs: dict[str, tuple[Stroke, ...]] = {}
    strokes: set[int] = set()
    for box in boxes.values():
        if box.form is not Form.CIRCLE or box.texts:
            continue
        inside = {at: path for at, path in paths.items() if _is_stroke(path, box)}
        sign = tuple(_from_centre(path, box) for path in inside.values())
        if signs.setdefault(box.role, sign) == sign:
            strokes |= inside.keys()
    return {role: sign for role, sign in signs.items() if sign}, strokes


def _is_stroke(path: Path, circle: Box) -> bool:
    if path.role != circle.role or path.arrow or path.tail or path.head:
        return False
    return all(math.dist(point, centre(circle)) <= circle.width / 2 for point in path.points)


def _from_centre(path: Path, circle: Box) -> Stroke:
    x, y = centre(circle)
    return tuple((round(right - x, 2), round(down - y, 2)) for right, down in path.points)
