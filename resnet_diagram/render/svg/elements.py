"""Write the elements of a scene as SVG: groups, boxes, connectors and texts."""

from collections.abc import Mapping
from dataclasses import field

from resnet_diagram.dataclass import dataclass
from resnet_diagram.layout.scene import Anchor, Box, Connector, Element, Form, Group, Marker, Text
from resnet_diagram.layout.text.metrics import CAPITAL_HEIGHT
from resnet_diagram.render.escape.xml import xml_text
from resnet_diagram.render.numbers import number
from resnet_diagram.render.svg.geometry import Point, arrow_head, bent, corner, line_end, pairs, towards
from resnet_diagram.render.svg.modes import Ink
from resnet_diagram.style.theme import Style, Theme
from resnet_diagram.wording.terms import FORMULA_MARK

_HALO = 2.0
_ANCHORS = {Anchor.START: "start", Anchor.MIDDLE: "middle", Anchor.END: "end"}


@dataclass(frozen=True, slots=True)
class Brush:
    """Paints in the styles of a theme, and remembers the inks where the theme follows the reader's mode.

    `prefix` is put before the ids of all elements.
    """

    theme: Theme
    prefix: str = ""
    inks: set[Ink] = field(default_factory=set)

    def ink(self, kind: str, role: str, shade: int = 0) -> str:
        """Return the CSS class of an element, or "" if the theme has no dark mode."""
        if not self.theme.dark:
            return ""
        item = Ink(kind, role, self.theme.shade(role, shade))
        self.inks.add(item)
        return item.name

    def id(self, element_id: str) -> str:
        """Return the id of an element as an XML attribute: without spaces, behind the prefix of its figure.

        >>> from resnet_diagram.style.theme import load_theme
        >>> brush = Brush(load_theme(), "left-")
        >>> brush.id("stage2-block1"), brush.id("my block")
        ('left-stage2-block1', 'left-my_block')
        """
        return xml_text(self.prefix + "_".join(element_id.split()))


def tag(name: str, attributes: Mapping[str, str], inside: str | None = None) -> str:
    """Return an element with those of its attributes that have a value.

    >>> tag("rect", {"class": "", "x": "0"}), tag("text", {"x": "0"}, "A")
    ('<rect x="0"/>', '<text x="0">A</text>')
    """
    written = "".join([f' {key}="{value}"' for key, value in attributes.items() if value])
    return f"<{name}{written}/>" if inside is None else f"<{name}{written}>{inside}</{name}>"


def drawn(element: Element, brush: Brush, named: bool = True) -> str:
    """Return an element of the scene with its descendants. `named`: it has its id and path."""
    if isinstance(element, Text):
        return _label(element, brush)
    match element:
        case Group():
            role = f"group {element.kind}"
            parts = [drawn(element.frame, brush, named=False)] if element.frame else []
            parts += [drawn(child, brush) for child in (*element.children, *element.labels)]
            inside = "".join([f"\n{part}" for part in parts]) + "\n"
        case Box():
            role = element.role
            parts = [_outline(item, brush) for item in (*element.stacked(), element)]
            parts += [_line(points, element.role, brush) for points in element.strokes()]
            parts += [_text(text, brush) for text in element.texts]
            inside = "".join(parts + [_label(text, brush) for text in element.labels])
        case Connector():
            role = element.role
            parts = [_line(line_end(element), role, brush, element.radius)]
            if element.arrow:
                before, tip = element.points[-2:]
                head = {
                    "class": brush.ink("area", role),
                    "points": pairs(arrow_head(tip, towards(before, tip))),
                    "fill": brush.theme.style(role).fill,
                }
                parts.append(tag("polygon", head))
            inside = "".join(parts + [_label(text, brush) for text in element.labels])
        case Marker():
            role = f"{element.role} {element.kind}"
            inside = "".join([_outline(dot, brush) for dot in element.circles()])
    attributes = {"class": role}
    if named:
        path = xml_text(element.origin.span)
        attributes = {"id": brush.id(element.id), "class": role, "data-path": path}
    return tag("g", attributes, inside)


def _outline(box: Box, brush: Brush) -> str:
    """Return the outline of a box with its colours."""
    style = brush.theme.style(box.role, box.shade)
    paint = {
        "fill": style.fill,
        "stroke": style.stroke,
        "stroke-width": number(style.line_width),
        "stroke-linejoin": "round",
        "stroke-dasharray": _dash(style),
    }
    ink = {"class": brush.ink("box", box.role, box.shade)}
    if box.form is Form.CIRCLE:
        x, y = box.centre
        return tag("circle", ink | {"cx": number(x), "cy": number(y), "r": number(box.width / 2)} | paint)
    if box.form is Form.POLYGON:
        return tag("polygon", ink | {"points": pairs(box.points)} | paint)
    rounding = number(corner(box))
    shape = {
        "x": number(box.x),
        "y": number(box.y),
        "width": number(box.width),
        "height": number(box.height),
        "rx": rounding if rounding != "0" else "",
    }
    return tag("rect", ink | shape | paint)


def _line(points: tuple[Point, ...], role: str, brush: Brush, radius: float = 0.0) -> str:
    """Return a line with its colours."""
    style = brush.theme.style(role)
    attributes = {
        "class": brush.ink("line", role),
        "d": bent(points, radius),
        "fill": "none",
        "stroke": style.stroke,
        "stroke-width": number(style.line_width),
        "stroke-dasharray": _dash(style),
    }
    return tag("path", attributes)


def _label(text: Text, brush: Brush) -> str:
    """Return a text outside boxes; its halo in page colour interrupts the lines behind it."""
    behind = ""
    if text.halo:
        patch = {
            "class": brush.ink("area", "page"),
            "x": number(text.x - text.anchor.share * text.width - _HALO),
            "y": number(text.y - 0.6 * text.size),
            "width": number(text.width + 2 * _HALO),
            "height": number(1.2 * text.size),
            "fill": brush.theme.page,
            "transform": _turn(text),
        }
        behind = tag("rect", patch)
    return tag("g", {"class": text.role}, behind + _text(text, brush))


def _text(text: Text, brush: Brush) -> str:
    attributes = {
        "class": brush.ink("words", text.role),
        "x": number(text.x),
        "y": number(text.y + CAPITAL_HEIGHT / 2 * text.size),
        "font-size": number(text.size),
        "text-anchor": _ANCHORS[text.anchor],
        "font-weight": "bold" if text.bold else "",
        "font-style": "italic" if text.italic else "",
        "transform": _turn(text),
        "fill": brush.theme.style(text.role).text,
    }
    return tag("text", attributes, _words(text))


def _turn(text: Text) -> str:
    """Return the transform of a text that is read upwards."""
    return f"rotate(-90 {number(text.x)} {number(text.y)})" if text.turned else ""


def _words(text: Text) -> str:
    """Return the words of a text; in one with formulas, each piece in its style and at its height."""
    if FORMULA_MARK not in text.text:
        return xml_text(text.text)
    from resnet_diagram.wording.formulas.spans import spans

    pieces: list[str] = []
    height = 0.0
    for span in spans(text.text):
        rise = span.rise * text.size
        keys = {
            "dy": number(height - rise) if rise != height else "",
            "font-size": number(span.scale * text.size) if span.scripts else "",
            "font-style": "italic" if span.italic else "",
            "font-weight": "bold" if span.bold else "",
        }
        height = rise
        words = xml_text(span.text)
        pieces.append(tag("tspan", keys, words) if any(keys.values()) else words)
    return "".join(pieces)


def _dash(style: Style) -> str:
    return " ".join([number(part) for part in style.dash]) if style.dash else ""
