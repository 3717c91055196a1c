"""Shapes of a slide: groups, boxes, connectors and texts in EMU, from a scene."""

from collections.abc import Iterator
from itertools import count

from resnet_diagram.layout.scene import (
    Anchor,
    Box,
    Connector,
    Element,
    Group,
    GroupKind,
    Marker,
    MarkerKind,
    Scene,
    Text,
    walk,
)
from resnet_diagram.render.escape.xml import xml_text
from resnet_diagram.render.pptx.connectors import connector_shapes
from resnet_diagram.render.pptx.drawing import Area, Drawing, Values, extra_spots
from resnet_diagram.render.pptx.outlines import box_shape, marker_shape
from resnet_diagram.style.theme import Theme
from resnet_diagram.wording.formulas.signs import SCRIPT
from resnet_diagram.wording.formulas.spans import spans

_LINE_HEIGHT = 1.2
_CENTRED = 0.6
"""Largest distance from the centre of a box at which a text is centred, in points."""
_ALIGN = {Anchor.START: "l", Anchor.MIDDLE: "ctr", Anchor.END: "r"}


def slide_shapes(scene: Scene, theme: Theme, area: Area, first: int) -> list[Values]:
    """Return the template values of a scene, with shapes numbered from `first`."""
    numbers = count(first)
    leaves = [leaf for leaf in walk(scene) if isinstance(leaf, Box | Marker) and leaf.id]
    dots = (leaf for leaf in leaves if isinstance(leaf, Marker) and leaf.kind is MarkerKind.FORK)
    drawing = Drawing(
        theme=theme,
        area=area,
        numbers={leaf.id: next(numbers) for leaf in leaves},
        others=numbers,
        forks={dot.id: dot.radius for dot in dots},
        spots=extra_spots(scene),
    )
    root = {**_group(scene.root, drawing), "description": xml_text(scene.description)}
    return [root, *sorted(drawing.above, key=lambda shape: shape["what"] == "text")]


def _shapes(element: Element, drawing: Drawing) -> Iterator[Values]:
    match element:
        case Group():
            if element.frame or element.children or element.labels:
                yield _group(element, drawing)
        case Box():
            for copy in element.stacked():
                yield box_shape(copy, drawing)
            inside = _centred(element)
            yield {**box_shape(element, drawing), **(_lines(element.texts, drawing) if inside else {})}
            for text in (*(() if inside else element.texts), *element.labels):
                yield _text(text, drawing)
        case Connector():
            lines = list(connector_shapes(element, drawing))
            shapes = [*lines, *(_text(text, drawing) for text in element.labels)]
            if any(line.get("start") or line.get("end") for line in lines):
                drawing.above.extend(shapes)
            else:
                yield from shapes
        case Marker():
            yield marker_shape(element, drawing)
        case Text():
            yield _text(element, drawing)


def _group(group: Group, drawing: Drawing) -> Values:
    inside = [*([group.frame] if group.frame else []), *group.children, *group.labels]
    shapes = [shape for child in inside for shape in _shapes(child, drawing)]
    left = min((shape["x"] for shape in shapes), default=0)
    top = min((shape["y"] for shape in shapes), default=0)
    description = ""
    if group.kind in (GroupKind.STEM, GroupKind.STAGE, GroupKind.HEAD):
        repeat = f" [×{group.repeat}]" if group.repeat > 1 else ""
        description = ", ".join(filter(None, (f"{group.title}{repeat}", group.caption)))
    return {
        "what": "group",
        "number": next(drawing.others),
        "name": xml_text(group.id),
        "description": xml_text(description),
        "x": left,
        "y": top,
        "width": max((shape["x"] + shape["width"] for shape in shapes), default=0) - left,
        "height": max((shape["y"] + shape["height"] for shape in shapes), default=0) - top,
        "shapes": shapes,
    }


def _centred(box: Box) -> bool:
    """Return whether the texts of a box are one centred block, which its text frame can hold."""
    if not box.texts or len({(text.turned, text.anchor) for text in box.texts}) > 1:
        return False
    x = sum(text.x for text in box.texts) / len(box.texts)
    y = sum(text.y for text in box.texts) / len(box.texts)
    near = abs(x - box.centre[0]) < _CENTRED and abs(y - box.centre[1]) < _CENTRED
    return near and box.texts[0].anchor is Anchor.MIDDLE


def _lines(texts: tuple[Text, ...], drawing: Drawing) -> Values:
    """Return the paragraphs of a text frame. Programs make scripts smaller by themselves, once."""
    first, last = texts[0], texts[-1]
    distance = abs(last.x - first.x) if first.turned else abs(last.y - first.y)
    pitch = distance / (len(texts) - 1) if len(texts) > 1 else 0.0
    scale = drawing.area.scale
    return {
        "align": _ALIGN[first.anchor],
        "turned": first.turned,
        "pitch": round(pitch * scale * 100),
        "lines": [
            [
                {
                    "size": round(text.size * scale * inner * 100),
                    "bold": text.bold or span.bold,
                    "italic": text.italic or span.italic,
                    "rise": round(100_000 * span.rise / inner),
                    "colour": drawing.theme.style(text.role).text[1:],
                    "words": xml_text(span.text),
                }
                for span in spans(text.text)
                for inner in [span.scale / SCRIPT if span.scripts else 1.0]
            ]
            for text in texts
        ],
    }


def _text(text: Text, drawing: Drawing) -> Values:
    start = text.anchor.share * text.width
    high = _LINE_HEIGHT * text.size
    if text.turned:
        frame = drawing.frame(text.x - high / 2, text.y + start - text.width, high, text.width)
    else:
        frame = drawing.frame(text.x - start, text.y - high / 2, text.width, high)
    return {
        "what": "text",
        **drawing.named("", "text"),
        **frame,
        **_lines((text,), drawing),
        "preset": "rect",
        "fill": drawing.theme.page[1:] if text.halo else "",
        "stroke": "",
    }
