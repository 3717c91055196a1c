"""The elements of a draw.io file and their attributes, and a check of a file against them."""

import re
from collections import Counter
from dataclasses import dataclass
from xml.etree import ElementTree

_NUMBER = r"-?\d+(\.\d+)?"
_FLAG = "[01]"
_ANY = r"[\s\S]*"
_COLOUR = r"#[0-9A-Fa-f]{6}"
_COLOURS = rf"none|{_COLOUR}|light-dark\({_COLOUR},{_COLOUR}\)"


@dataclass(frozen=True, slots=True)
class Rule:
    """Attributes of an element with the patterns of their values; `?` marks those that may be absent."""

    attributes: dict[str, str]
    children: tuple[str, ...] = ()
    more: bool = False


SCHEMA = {
    "mxfile": Rule({"host": _ANY, "compressed": "false", "pages": r"\d+"}, ("diagram",)),
    "diagram": Rule({"id": ".+", "name": _ANY}, ("mxGraphModel",)),
    "mxGraphModel": Rule(
        {
            **dict.fromkeys(
                ("grid", "guides", "tooltips", "connect", "arrows", "fold", "page", "math", "shadow"), _FLAG
            ),
            **dict.fromkeys(("pageScale", "pageWidth", "pageHeight"), _NUMBER),
            "background": _COLOURS,
            "adaptiveColors": "auto|simple|none",
        },
        ("root",),
    ),
    "root": Rule({}, ("UserObject",)),
    "UserObject": Rule({"id": ".+", "label": _ANY}, ("mxCell",), more=True),
    "mxCell": Rule(
        {
            "parent?": ".+",
            "style?": "(([A-Za-z]+=)?[^;=]+;)+",
            "vertex?": "1",
            "edge?": "1",
            "connectable?": "0",
            "source?": ".+",
            "target?": ".+",
        },
        ("mxGeometry",),
    ),
    "mxGeometry": Rule(
        {
            **dict.fromkeys(("x?", "y?", "width?", "height?"), _NUMBER),
            "relative?": "1",
            "as": "geometry",
        },
        ("mxPoint", "mxRectangle", "Array"),
    ),
    "mxPoint": Rule({"x": _NUMBER, "y": _NUMBER, "as?": "sourcePoint|targetPoint|offset"}),
    "mxRectangle": Rule({**dict.fromkeys(("x", "y", "width", "height"), _NUMBER), "as": "alternateBounds"}),
    "Array": Rule({"as": "points"}, ("mxPoint",)),
}

_FLAGS = (
    "absoluteArcSize anchorPointDirection collapsible container dashed endFill entryPerimeter exitPerimeter "
    "fixDash fixedSize horizontal html polyline recursiveResize rounded"
)
_NUMBERS = (
    "arcSize endSize entryDx entryDy entryX entryY exitDx exitDy exitX exitY fontSize labelPadding size "
    "spacing strokeWidth"
)
_STYLES = {
    **dict.fromkeys(("fillColor", "strokeColor", "fontColor", "labelBackgroundColor"), _COLOURS),
    **dict.fromkeys(_FLAGS.split(" "), _FLAG),
    **dict.fromkeys(_NUMBERS.split(" "), _NUMBER),
    **dict.fromkeys(("spacingLeft", "spacingTop"), r"-?\d+"),
    "align": "left|center|right",
    "dashPattern": rf"{_NUMBER}( {_NUMBER})+",
    "direction": "north|south|east|west",
    "edgeStyle": "orthogonalEdgeStyle",
    "endArrow": "classicThin|none",
    "fontFamily": ".+",
    "fontStyle": "[0-3]",
    "perimeter": "(ellipse|trapezoid)Perimeter",
    "polyCoords": r"\[(\[[\d.]+,[\d.]+\],?)+\]",
    "shape": r"ellipse|orEllipse|lineEllipse|sumEllipse|trapezoid|mxgraph\.basic\.polygon",
    "verticalAlign": "top|middle",
}
"""Names of styles that draw.io reads, with the patterns of their values."""

_NAMES = ("group", "text", "edgeLabel")
"""Styles of draw.io without a value."""


def faults(text: str) -> list[str]:
    """Return what in a file is against the schema."""
    root = ElementTree.fromstring(text)
    found = [fault for element in root.iter() for fault in _faults_of(element)]
    for diagram in root.iter("diagram"):
        found += _references(diagram)
    return found


def _faults_of(element: ElementTree.Element) -> list[str]:
    rule = SCHEMA.get(element.tag)
    if rule is None:
        return [f"unknown element {element.tag}"]
    patterns = {name.rstrip("?"): pattern for name, pattern in rule.attributes.items()}
    found = [f"{child.tag} in {element.tag}" for child in element if child.tag not in rule.children]
    needed = [name for name in rule.attributes if not name.endswith("?")]
    found += [f"{element.tag} without {name}" for name in needed if name not in element.attrib]
    for name, value in element.attrib.items():
        if name not in patterns:
            found += [] if rule.more else [f"unknown attribute {name} of {element.tag}"]
        elif not re.fullmatch(patterns[name], value):
            found.append(f"{name}={value!r} of {element.tag}")
    return found + _style_faults(element.get("style", ""))


def _style_faults(style: str) -> list[str]:
    found = []
    for part in filter(None, style.split(";")):
        name, equals, value = part.partition("=")
        known = re.fullmatch(_STYLES.get(name, "(?!)"), value) if equals else name in _NAMES
        found += [] if known else [f"style {part!r}"]
    return found


def _references(diagram: ElementTree.Element) -> list[str]:
    """Return ids that occur twice, and references to cells that are not there, or later than needed."""
    names = [item.get("id", "") for item in diagram.iter("UserObject")]
    found = [f"{name} occurs {count} times" for name, count in Counter(names).items() if count > 1]
    seen: set[str] = set()
    for item in diagram.iter("UserObject"):
        cell = item.find("mxCell")
        assert cell is not None
        parent = cell.get("parent", "")
        found += [f"{item.get('id')} before its parent {parent}"] if parent and parent not in seen else []
        found += [
            f"no cell {cell.get(end)}" for end in ("source", "target") if cell.get(end, names[0]) not in names
        ]
        seen.add(item.get("id", ""))
    return found
