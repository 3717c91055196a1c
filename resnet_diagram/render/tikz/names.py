"""Names, numbers and paths in TikZ syntax."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from itertools import pairwise

Point = tuple[float, float]
PAGE: Point = (0.0, 0.0)
"""The origin outside scopes."""
_CLOSE = 0.005


def tidy(value: float) -> str:
    """Return a length in points with at most one decimal, precise enough for print.

    >>> tidy(12.0), tidy(7.26), tidy(-0.04)
    ('12', '7.3', '0')
    """
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def place(point: Point, origin: Point = PAGE) -> str:
    """Return a point as a TikZ coordinate relative to `origin`.

    >>> place((12.0, 7.26)), place((12.0, 7.26), (10, 8))
    ('(12,7.3)', '(2,-0.7)')
    """
    return f"({tidy(point[0] - origin[0])},{tidy(point[1] - origin[1])})"


def node_names(ids: Iterable[str]) -> dict[str, str]:
    """Return a unique node name for each id: letters, digits and hyphens.

    >>> node_names(["stage3-block1-conv2", "a.b", "a,b", "Öl", "残差"])
    {'stage3-block1-conv2': 'stage3-block1-conv2', 'a.b': 'a-b', 'a,b': 'a-b-2', 'Öl': 'Ol', '残差': 'node'}
    """
    names: dict[str, str] = {}
    used: set[str] = set()
    for item in dict.fromkeys(ids):
        ascii_only = unicodedata.normalize("NFKD", item).encode("ascii", "ignore").decode()
        plain = re.sub("[^A-Za-z0-9]+", "-", ascii_only).strip("-") or "node"
        name, count = plain, 1
        while name in used:
            count += 1
            name = f"{plain}-{count}"
        names[item] = name
        used.add(name)
    return names


def route(points: Sequence[Point], start: str, end: str, origin: Point = PAGE) -> str:
    """Return the path from coordinate `start` to coordinate `end` through the points between them.

    Coordinates are relative to `origin`. The bends of an orthogonal line follow from its ends, so that
    nodes can be moved.

    >>> route([(0, 0), (9, 0)], "(a)", "(b)")
    '(a) -- (b)'
    >>> route([(0, 9), (0, 0), (30, 0), (30, 5)], "(a)", "(b.north)")
    '(a) -- ++(0,-9) -| (b.north)'
    >>> route([(0, 0), (9, 0), (9, 5)], "(a)", "(b)")
    '(a) -| (b)'
    >>> route([(0, 0), (5, 5), (9, 6)], "(a)", "(b)")
    '(a) -- (5,5) -- (b)'
    """
    targets = [*(place(point, origin) for point in points[1:-1]), end]
    if not _turns_squarely(points):
        return " -- ".join([start, *targets])
    steps, at = [start], 0
    if len(targets) % 2:
        (x, y), (right, down) = points[:2]
        steps.append(f"-- {'++' + place((right - x, down - y)) if len(targets) > 1 else end}")
        at = 1
    for corner in range(at, len(targets), 2):
        bend = "-|" if _is_level(points[corner], points[corner + 1]) else "|-"
        steps.append(f"{bend} {targets[corner + 1]}")
    return " ".join(steps)


def _is_level(first: Point, second: Point) -> bool:
    return abs(first[1] - second[1]) < _CLOSE


def _turns_squarely(points: Sequence[Point]) -> bool:
    """Return whether horizontal and vertical pieces alternate."""
    level = [_is_level(*pair) for pair in pairwise(points)]
    upright = [abs(a[0] - b[0]) < _CLOSE for a, b in pairwise(points)]
    pieces = list(zip(level, upright, strict=True))
    in_turn = all(item != two for item, two in pairwise(level))
    return in_turn and (len(pieces) == 1 or all(flat != steep for flat, steep in pieces))


def corner_radius(points: Sequence[Point], radius: float) -> float:
    """Return the largest radius up to `radius` that fits the segments between the bends.

    >>> corner_radius([(0, 0), (0, 20), (6, 20), (6, 40)], 4)
    3.0
    """
    if len(points) < 3:
        return radius
    pieces = [max(abs(a[0] - b[0]), abs(a[1] - b[1])) for a, b in pairwise(points)]
    inner = [piece / 2 for piece in pieces[1:-1]]
    return min([radius, pieces[0], pieces[-1], *inner])
