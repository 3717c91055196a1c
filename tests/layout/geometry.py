"""What is wrong with a scene: rules that every drawing keeps, whatever network it shows."""

import math
from collections.abc import Iterator
from itertools import pairwise

from resnet_diagram.diagram.model import EdgeRole, GroupRole
from resnet_diagram.layout.scene import Anchor, Box, Form, Path, Scene, Text
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


def problems(scene: Scene, theme: Theme) -> list[str]:
    """Everything that is wrong with a scene; empty for a good one."""
    boxes = [item for item in scene.items if isinstance(item, Box) and item.role not in FRAMES]
    frames = [item for item in scene.items if isinstance(item, Box) and item.role in FRAMES]
    texts = [item for item in scene.items if isinstance(item, Text)]
    paths = [item for item in scene.items if isinstance(item, Path) and not _is_stroke(item, boxes)]
    off_page = list(_off_page(scene))
    if any("not a finite" in problem for problem in off_page):
        return off_page
    return [
        *off_page,
        *_texts_in_boxes(boxes),
        *(f"an empty text at {text.x}, {text.y}" for text in texts if not text.text.strip()),
        *_texts_apart(texts, boxes, frames),
        *_boxes_apart(boxes),
        *_frames_whole(frames, boxes),
        *_paths_clear(paths, boxes, texts),
        *_titles_clear(paths, texts),
        *_bends_seen(paths, texts),
        *_paths_end_on_borders(paths, boxes),
        *_paths_apart(paths),
        *_dots_told_apart(paths, boxes),
        *_arcs_join_a_line(paths),
        *_slanted(paths),
        *_rows_even(frames, boxes),
        *_readable(scene, theme, frames),
    ]


def text_rect(text: Text) -> Rect:
    """The space a text takes: its width, and the height of its capitals with a little above and below."""
    start = {Anchor.START: 0.0, Anchor.MIDDLE: 0.5, Anchor.END: 1.0}[text.anchor] * text.width
    half = 0.5 * CAPITAL_HEIGHT * text.size + 0.3
    if text.turned:
        return (text.x - half, text.y - text.width + start, text.x + half, text.y + start)
    return (text.x - start, text.y - half, text.x - start + text.width, text.y + half)


def _rect(box: Box) -> Rect:
    return (box.x, box.y, box.x + box.width, box.y + box.height)


def _is_stroke(path: Path, boxes: list[Box]) -> bool:
    """Whether a path is part of the sign in a merge circle."""
    return not path.arrow and any(
        box.form is Form.CIRCLE and box.role == path.role and all(touches(_rect(box), p) for p in path.points)
        for box in boxes
    )


def _is_dot(box: Box) -> bool:
    return box.form is Form.CIRCLE and not box.id and box.width < 4


def _off_page(scene: Scene) -> Iterator[str]:
    for item in scene.items:
        points: list[Point] = []
        if isinstance(item, Box):
            points = [(item.x, item.y), (item.x + item.width, item.y + item.height), *item.points]
        elif isinstance(item, Path):
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


def _texts_apart(texts: list[Text], boxes: list[Box], frames: list[Box]) -> Iterator[str]:
    rects = [text_rect(text) for text in texts]
    for first, second in overlapping(rects, rects):
        if first < second:
            yield f"texts {texts[first].text!r} and {texts[second].text!r} overlap"
    for one, other in overlapping(rects, [_rect(box) for box in boxes]):
        yield f"text {texts[one].text!r} lies on box {boxes[other].id or boxes[other].role!r}"
    for one, other in overlapping(rects, [_rect(frame) for frame in frames]):
        if not _holds(frames[other], rects[one]):
            yield f"text {texts[one].text!r} crosses the frame {frames[other].id!r}"


def _boxes_apart(boxes: list[Box]) -> Iterator[str]:
    solid = [box for box in boxes if not _is_dot(box)]
    rects = [_rect(box) for box in solid]
    for first, second in overlapping(rects, rects):
        one, other = solid[first], solid[second]
        if first < second and not (_is_shadow(one) and one.role == other.role):
            yield f"boxes {one.id!r} and {other.id!r} overlap"


def _is_shadow(box: Box) -> bool:
    return not box.id and not box.texts


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


def _segments(paths: list[Path]) -> list[tuple[Path, Point, Point]]:
    return [(path, start, end) for path in paths for start, end in pairwise(path.points)]


def _paths_clear(paths: list[Path], boxes: list[Box], texts: list[Text]) -> Iterator[str]:
    segments = _segments(paths)
    spans = [segment_rect(start, end) for _, start, end in segments]
    by_id = {box.id: box for box in boxes if box.id}
    solid = [box for box in boxes if not _is_dot(box)]
    cores = [_shrunk(_rect(box)) for box in solid]
    for one, other in overlapping(spans, cores):
        path, box = segments[one][0], solid[other]
        behind = path.tail in by_id and _is_shadow(box) and overlap(_rect(box), _rect(by_id[path.tail]))
        if not behind:
            yield f"{path.role} from {path.tail!r} to {path.head!r} runs through box {box.id or box.role!r}"
    for one, other in overlapping(spans, [text_rect(text) for text in texts]):
        if not texts[other].halo:
            path = segments[one][0]
            yield f"{path.role} from {path.tail!r} to {path.head!r} runs through {texts[other].text!r}"


def _titles_clear(paths: list[Path], texts: list[Text]) -> Iterator[str]:
    """No level line runs so close to a title that it seems to underline it or to strike it out."""
    level = [segment for segment in _segments(paths) if segment[1][1] == segment[2][1]]
    titles = [text for text in texts if text.bold]
    grown = [
        (x, y - TITLE_ROOM, right, bottom + TITLE_ROOM) for x, y, right, bottom in map(text_rect, titles)
    ]
    for one, other in overlapping([segment_rect(start, end) for _, start, end in level], grown):
        path = level[one][0]
        yield f"{path.role} from {path.tail!r} to {path.head!r} runs close to {titles[other].text!r}"


def _bends_seen(paths: list[Path], texts: list[Text]) -> Iterator[str]:
    """A line that a text interrupts goes on behind it where it seems to."""
    bends = [(path, point) for path in paths for point in path.points[1:-1]]
    spots = [(x - BEND / 2, y - BEND / 2, x + BEND / 2, y + BEND / 2) for _, (x, y) in bends]
    for one, other in overlapping(spots, [text_rect(text) for text in texts]):
        path = bends[one][0]
        yield f"{path.role} from {path.tail!r} to {path.head!r} bends at {texts[other].text!r}"


def _shrunk(rect: Rect) -> Rect:
    return (rect[0] + _SLACK, rect[1] + _SLACK, rect[2] - _SLACK, rect[3] - _SLACK)


def _paths_end_on_borders(paths: list[Path], boxes: list[Box]) -> Iterator[str]:
    by_id = {box.id: box for box in boxes if box.id}
    dots = [_spot(_dot_centre(box)) for box in boxes if _is_dot(box)]
    on_dots = {number for number, _ in overlapping([_spot(path.points[0]) for path in paths], dots)}
    for number, path in enumerate(paths):
        if path.head and not on_outline(by_id[path.head], path.points[-1]):
            yield f"{path.role} from {path.tail!r} ends beside the border of {path.head!r}"
        if path.tail and number not in on_dots and not on_outline(by_id[path.tail], path.points[0]):
            yield f"{path.role} to {path.head!r} starts beside the border of {path.tail!r}"


def _paths_apart(paths: list[Path]) -> Iterator[str]:
    segments = _segments(paths)
    spans = [segment_rect(start, end) for _, start, end in segments]
    for one, other in overlapping(spans, spans):
        first, second = segments[one], segments[other]
        if one < other and cross(first[1:], second[1:]):
            yield f"{first[0].role} to {first[0].head!r} crosses {second[0].role} to {second[0].head!r}"


def _dots_told_apart(paths: list[Path], boxes: list[Box]) -> Iterator[str]:
    """A dot is where a line begins, or stands for something left out and then interrupts the line."""
    starts = [_spot(path.points[0]) for path in paths]
    dots = [box for box in boxes if _is_dot(box)]
    held = {number for number, _ in overlapping([_spot(_dot_centre(dot)) for dot in dots], starts)}
    loose = [dot for number, dot in enumerate(dots) if number not in held]
    segments = _segments(paths)
    spans = [segment_rect(start, end) for _, start, end in segments]
    for one, other in overlapping([_rect(dot) for dot in loose], spans):
        yield f"{segments[other][0].role} runs through the dot at {_dot_centre(loose[one])}"


def _dot_centre(dot: Box) -> Point:
    return dot.x + dot.width / 2, dot.y + dot.height / 2


def _spot(point: Point) -> Rect:
    """A point as a rectangle, so small that two overlap only where they are one."""
    return (point[0] - 0.01, point[1] - 0.01, point[0] + 0.01, point[1] + 0.01)


def _arcs_join_a_line(paths: list[Path]) -> Iterator[str]:
    """A shortcut that comes down on no box ends on a level line."""
    arcs = [path for path in paths if path.arrow and not path.head and path.role != EdgeRole.FLOW]
    free = [path for path in arcs if _is_upright(path)]
    level = [(start, end) for _, start, end in _segments(paths) if start[1] == end[1]]
    ends = [(x - 0.01, y - 0.01, x + 0.01, y + 0.01) for x, y in (path.points[-1] for path in free)]
    joined = {one for one, _ in overlapping(ends, [segment_rect(*one) for one in level])}
    for number, path in enumerate(free):
        if number not in joined:
            yield f"{path.role} ends in the air at {path.points[-1]}"


def _is_upright(path: Path) -> bool:
    return path.points[-1][0] == path.points[-2][0]


def _slanted(paths: list[Path]) -> Iterator[str]:
    for path, start, end in _segments(paths):
        if start[0] != end[0] and start[1] != end[1]:
            yield f"{path.role} from {path.tail!r} to {path.head!r} is slanted between {start} and {end}"


def _readable(scene: Scene, theme: Theme, frames: list[Box]) -> Iterator[str]:
    frame_rects = [_rect(frame) for frame in frames]
    for item in scene.items:
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
