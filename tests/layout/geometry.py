"""What is wrong with a scene: rules that every drawing keeps, whatever network it shows."""

import math
import re
from collections.abc import Iterator
from itertools import pairwise

from resnet_diagram.diagram.model import EdgeRole, GroupRole
from resnet_diagram.layout.scene import (
    Anchor,
    Box,
    Connector,
    End,
    Form,
    Marker,
    MarkerKind,
    Scene,
    Side,
    Text,
    boxes,
    connectors,
    markers,
    texts,
    walk,
)
from resnet_diagram.layout.spacing import BEND
from resnet_diagram.layout.text.metrics import CAPITAL_HEIGHT
from resnet_diagram.style.theme import Theme
from tests.layout.planes import (
    Point,
    Rect,
    cross,
    inside_polygon,
    on_outline,
    overlap,
    overlapping,
    segment_rect,
    touches,
)

FRAMES = frozenset(GroupRole)
_PARTS = frozenset({GroupRole.STEM, GroupRole.STAGE, GroupRole.HEAD})
SMALLEST_TYPE = 6.0
LEAST_CONTRAST = 4.5
TITLE_ROOM = 5.0
_SLACK = 0.3
_REACH = 6.0
"""Largest distance from the end of a line to the text, box or line that it leads to, in points."""


def problems(scene: Scene, theme: Theme) -> list[str]:
    """Everything that is wrong with a scene; empty for a good one."""
    found = [box for box in boxes(scene) if box.role not in FRAMES]
    frames = [box for box in boxes(scene) if box.role in FRAMES]
    labels, lines, dots = texts(scene), connectors(scene), markers(scene)
    off_page = list(_off_page(scene))
    if any("not a finite" in problem for problem in off_page):
        return off_page
    return [
        *off_page,
        *_texts_in_boxes(found),
        *(f"an empty text at {text.x}, {text.y}" for text in labels if not text.text.strip()),
        *_texts_apart(labels, found, frames, dots),
        *_boxes_apart(found),
        *_frames_whole(frames, found),
        *_connectors_clear(lines, found, labels),
        *_titles_clear(lines, labels),
        *_bends_seen(lines, labels),
        *_connectors_attached(lines, [*found, *frames], dots),
        *_connectors_apart(lines),
        *_markers_distinct(lines, dots),
        *_arcs_join_a_line(lines),
        *_slanted(lines),
        *_rows_even(frames, found),
        *_readable(scene, theme, frames),
    ]


def loose_ends(scene: Scene) -> Iterator[str]:
    """Yield the ends without an arrow that meet no line, box or text, except for samples in the legend."""
    lines = [line for line in connectors(scene) if not line.id.startswith("legend")]
    rects = [_rect(box) for box in boxes(scene)] + [text_rect(text) for text in texts(scene)]
    segments = _segments(lines)
    spans = [_grown(segment_rect(start, end)) for _, start, end in segments]
    loose = [
        (line, point)
        for line in lines
        for end, point, pointed in (
            (line.tail, line.points[0], False),
            (line.head, line.points[-1], line.arrow),
        )
        if not end.element and not pointed
    ]
    spots = [_spot(point) for _, point in loose]
    joined = {at for at, other in overlapping(spots, spans) if segments[other][0] is not loose[at][0]}
    joined |= {at for at, _ in overlapping(spots, [_grown(rect) for rect in rects])}
    for at, (line, point) in enumerate(loose):
        if at not in joined:
            yield f"{_named(line)} ends in the air at {point}"


def text_rect(text: Text) -> Rect:
    """The space a text takes: its width, and the height of its capitals with a little above and below."""
    start = {Anchor.START: 0.0, Anchor.MIDDLE: 0.5, Anchor.END: 1.0}[text.anchor] * text.width
    half = 0.5 * CAPITAL_HEIGHT * text.size + 0.3
    if text.turned:
        return (text.x - half, text.y - text.width + start, text.x + half, text.y + start)
    return (text.x - start, text.y - half, text.x - start + text.width, text.y + half)


def _rect(box: Box) -> Rect:
    return (box.x, box.y, box.x + box.width, box.y + box.height)


def _solids(boxes: list[Box]) -> list[tuple[Box, Rect]]:
    """Return the rectangles that boxes and the copies behind them take, each with its box."""
    return [(box, _rect(one)) for box in boxes for one in (*box.stacked(), box)]


def _dots(markers: list[Marker]) -> list[Rect]:
    """Return the rectangles that the dots of markers take."""
    return [
        (x - marker.radius, y - marker.radius, x + marker.radius, y + marker.radius)
        for marker in markers
        for x, y in marker.points
    ]


def _off_page(scene: Scene) -> Iterator[str]:
    for item in walk(scene):
        points: list[Point] = []
        if isinstance(item, Box):
            extent = [corner for _, rect in _solids([item]) for corner in (rect[:2], rect[2:])]
            points = [*extent, *item.points]
        elif isinstance(item, Connector | Marker):
            points = list(item.points)
        else:
            left, top, right, bottom = text_rect(item)
            points = [(left, top), (right, bottom)]
        for x, y in points:
            if not (math.isfinite(x) and math.isfinite(y)):
                yield f"not a finite place: {item}"
            elif not (0 <= x <= scene.width and 0 <= y <= scene.height):
                yield f"off the page of {scene.width} × {scene.height}: {item}"


def _texts_in_boxes(boxes: list[Box]) -> Iterator[str]:
    for box in boxes:
        for text in box.texts:
            if not _holds(box, text_rect(text)):
                yield f"text {text.text!r} sticks out of box {box.id!r}"
        for first, second in pairwise(box.texts):
            if overlap(text_rect(first), text_rect(second)):
                yield f"texts {first.text!r} and {second.text!r} overlap in box {box.id!r}"


def _holds(box: Box, inner: Rect) -> bool:
    left, top, right, bottom = _rect(box)
    if not (left <= inner[0] and top <= inner[1] and inner[2] <= right and inner[3] <= bottom):
        return False
    if box.form is not Form.POLYGON:
        return True
    middle = (inner[0] + inner[2]) / 2, (inner[1] + inner[3]) / 2
    rim = [(x, y) for x in (inner[0], middle[0], inner[2]) for y in (inner[1], middle[1], inner[3])]
    return all(inside_polygon(box.points, point) for point in rim)


def _texts_apart(
    texts: list[Text], boxes: list[Box], frames: list[Box], markers: list[Marker]
) -> Iterator[str]:
    rects = [text_rect(text) for text in texts]
    for first, second in overlapping(rects, rects):
        if first < second:
            yield f"texts {texts[first].text!r} and {texts[second].text!r} overlap"
    solids = _solids(boxes)
    for one, other in overlapping(rects, [rect for _, rect in solids]):
        yield f"text {texts[one].text!r} lies on box {solids[other][0].id!r}"
    for one, _ in overlapping(rects, _dots(markers)):
        yield f"text {texts[one].text!r} lies on a dot"
    for one, other in overlapping(rects, [_rect(frame) for frame in frames]):
        if not _holds(frames[other], rects[one]):
            yield f"text {texts[one].text!r} crosses the frame {frames[other].id!r}"


def _boxes_apart(boxes: list[Box]) -> Iterator[str]:
    solids = _solids(boxes)
    rects = [rect for _, rect in solids]
    for first, second in overlapping(rects, rects):
        one, other = solids[first][0], solids[second][0]
        if first < second and one is not other:
            yield f"boxes {one.id!r} and {other.id!r} overlap"


def _frames_whole(frames: list[Box], boxes: list[Box]) -> Iterator[str]:
    """A box or frame lies in a frame or outside of it, never across its edge."""
    inner = [*boxes, *frames]
    for one, other in overlapping([_rect(frame) for frame in frames], [_rect(box) for box in inner]):
        frame, box = frames[one], inner[other]
        if frame is not box and not _holds(frame, _rect(box)) and not _holds(box, _rect(frame)):
            yield f"frame {frame.id!r} and box {box.id!r} cross"


def _rows_even(frames: list[Box], boxes: list[Box]) -> Iterator[str]:
    """Frames in one row stand equally far apart, but for what stands between them."""
    rows: dict[float, list[Box]] = {}
    for frame in frames:
        if frame.role in _PARTS and not any(_within(frame, other) for other in frames):
            rows.setdefault(round(frame.y, 1), []).append(frame)
    for row in rows.values():
        row.sort(key=lambda frame: frame.x)
        gaps = [(one.x + one.width, one.y, other.x, one.y + one.height) for one, other in pairwise(row)]
        taken = {number for number, _ in overlapping(gaps, [_rect(box) for box in boxes])}
        widths = [right - left for number, (left, _, right, _) in enumerate(gaps) if number not in taken]
        if widths and max(widths) - min(widths) > _SLACK:
            yield f"gaps of {min(widths):.1f} to {max(widths):.1f} points beside frame {row[0].id!r}"


def _within(frame: Box, other: Box) -> bool:
    return frame is not other and _holds(other, _rect(frame))


def _segments(paths: list[Connector]) -> list[tuple[Connector, Point, Point]]:
    return [(path, start, end) for path in paths for start, end in pairwise(path.points)]


def _connectors_clear(paths: list[Connector], boxes: list[Box], texts: list[Text]) -> Iterator[str]:
    segments = _segments(paths)
    spans = [segment_rect(start, end) for _, start, end in segments]
    solids = _solids(boxes)
    for one, other in overlapping(spans, [_shrunk(rect) for _, rect in solids]):
        yield f"{_named(segments[one][0])} runs through box {solids[other][0].id!r}"
    for one, other in overlapping(spans, [text_rect(text) for text in texts]):
        if not texts[other].halo:
            yield f"{_named(segments[one][0])} runs through {texts[other].text!r}"


def _titles_clear(paths: list[Connector], texts: list[Text]) -> Iterator[str]:
    """No level line runs so close to a title that it seems to underline it or to strike it out."""
    level = [segment for segment in _segments(paths) if segment[1][1] == segment[2][1]]
    titles = [text for text in texts if text.bold]
    grown = [
        (x, y - TITLE_ROOM, right, bottom + TITLE_ROOM) for x, y, right, bottom in map(text_rect, titles)
    ]
    for one, other in overlapping([segment_rect(start, end) for _, start, end in level], grown):
        path = level[one][0]
        yield f"{_named(path)} runs close to {titles[other].text!r}"


def _bends_seen(paths: list[Connector], texts: list[Text]) -> Iterator[str]:
    """A line that a text interrupts goes on behind it where it seems to."""
    bends = [(path, point) for path in paths for point in path.points[1:-1]]
    spots = [(x - BEND / 2, y - BEND / 2, x + BEND / 2, y + BEND / 2) for _, (x, y) in bends]
    for one, other in overlapping(spots, [text_rect(text) for text in texts]):
        path = bends[one][0]
        yield f"{_named(path)} bends at {texts[other].text!r}"


def _shrunk(rect: Rect) -> Rect:
    return (rect[0] + _SLACK, rect[1] + _SLACK, rect[2] - _SLACK, rect[3] - _SLACK)


def is_crossing(problem: str) -> bool:
    """Return whether a problem is that two lines cross, as those of a graph may have to."""
    return re.fullmatch(r"\S+ from '.*' to '.*' crosses \S+ from '.*' to '.*'", problem) is not None


def _named(line: Connector) -> str:
    return f"{line.role} from {line.tail.element!r} to {line.head.element!r}"


def _connectors_attached(lines: list[Connector], boxes: list[Box], markers: list[Marker]) -> Iterator[str]:
    """Each end lies on the side or the fork that it is attached to."""
    by_id = {box.id: box for box in boxes if box.id}
    forks = {marker.id: marker.points[0] for marker in markers if marker.kind is MarkerKind.FORK}
    for line in lines:
        for end, point in ((line.tail, line.points[0]), (line.head, line.points[-1])):
            if end.fork and forks[end.fork] != point:
                yield f"{_named(line)} starts beside the dot {end.fork!r}"
            if end.side and not _on_side(by_id[end.element], end, point):
                what = "starts" if end is line.tail else "ends"
                yield f"{_named(line)} {what} beside the border of {end.element!r}"


def _on_side(box: Box, end: End, point: Point) -> bool:
    """Return whether a point lies on a side of a box, or of the farthest of its copies."""
    outer = [one for one in (*box.stacked(), box) if on_outline(one, point)]
    axis, edge = {
        Side.LEFT: (0, "x"),
        Side.RIGHT: (0, "right"),
        Side.TOP: (1, "y"),
        Side.BOTTOM: (1, "bottom"),
    }[end.side or Side.LEFT]
    edges = [
        {"x": one.x, "y": one.y, "right": one.x + one.width, "bottom": one.y + one.height}[edge]
        for one in outer
    ]
    return any(math.isclose(point[axis], value, abs_tol=0.01) for value in edges)


def _connectors_apart(paths: list[Connector]) -> Iterator[str]:
    segments = _segments(paths)
    spans = [segment_rect(start, end) for _, start, end in segments]
    for one, other in overlapping(spans, spans):
        first, second = segments[one], segments[other]
        if one < other and cross(first[1:], second[1:]):
            yield f"{_named(first[0])} crosses {_named(second[0])}"


def _markers_distinct(lines: list[Connector], markers: list[Marker]) -> Iterator[str]:
    """A line starts at each fork; an ellipsis interrupts the line of flow."""
    starts = {line.tail.fork for line in lines}
    for marker in markers:
        if marker.kind is MarkerKind.FORK and marker.id not in starts:
            yield f"no line starts at the dot {marker.id!r}"
    segments = _segments(lines)
    spans = [segment_rect(start, end) for _, start, end in segments]
    dots = _dots([marker for marker in markers if marker.kind is MarkerKind.ELLIPSIS])
    for one, other in overlapping(dots, spans):
        yield f"{segments[other][0].role} runs through the dot at {dots[one]}"


def _spot(point: Point) -> Rect:
    """A point as a rectangle, so small that two overlap only where they are one."""
    return (point[0] - 0.01, point[1] - 0.01, point[0] + 0.01, point[1] + 0.01)


def _arcs_join_a_line(paths: list[Connector]) -> Iterator[str]:
    """A shortcut that comes down on no box ends on a level line."""
    arcs = [path for path in paths if path.arrow and not path.head.side and path.role != EdgeRole.FLOW]
    free = [path for path in arcs if _is_upright(path)]
    level = [(start, end) for _, start, end in _segments(paths) if start[1] == end[1]]
    ends = [(x - 0.01, y - 0.01, x + 0.01, y + 0.01) for x, y in (path.points[-1] for path in free)]
    joined = {one for one, _ in overlapping(ends, [segment_rect(*one) for one in level])}
    for number, path in enumerate(free):
        if number not in joined:
            yield f"{path.role} ends in the air at {path.points[-1]}"


def _is_upright(path: Connector) -> bool:
    return path.points[-1][0] == path.points[-2][0]


def _grown(rect: Rect) -> Rect:
    return (rect[0] - _REACH, rect[1] - _REACH, rect[2] + _REACH, rect[3] + _REACH)


def _slanted(paths: list[Connector]) -> Iterator[str]:
    for path, start, end in _segments(paths):
        if start[0] != end[0] and start[1] != end[1]:
            yield f"{_named(path)} is slanted between {start} and {end}"


def _readable(scene: Scene, theme: Theme, frames: list[Box]) -> Iterator[str]:
    frame_rects = [_rect(frame) for frame in frames]
    for item in walk(scene):
        fill = theme.style(item.role, item.shade).fill if isinstance(item, Box) else ""
        texts = item.texts if isinstance(item, Box) else (item,) if isinstance(item, Text) else ()
        for text in texts:
            if text.size < SMALLEST_TYPE:
                yield f"text {text.text!r} is set at {text.size} points"
            around = next(
                (f.role for f, r in zip(frames, frame_rects, strict=True) if touches(r, (text.x, text.y))),
                "page",
            )
            ground = fill or theme.style(around).fill
            if contrast(theme.style(text.role).text, ground) < LEAST_CONTRAST:
                yield f"text {text.text!r}: {theme.style(text.role).text} on {ground} is hard to read"


def contrast(first: str, second: str) -> float:
    """Contrast of two colours, 1 to 21 (WCAG 2.2, "contrast ratio")."""
    light, dark = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
