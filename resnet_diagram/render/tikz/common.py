"""Find the most frequent settings of boxes, lines and texts, for the styles."""

from collections import Counter
from collections.abc import Hashable, Iterable
from typing import NamedTuple, TypeVar

from resnet_diagram.layout.scene import Box, Form, Text
from resnet_diagram.render.numbers import number
from resnet_diagram.render.tikz.names import tidy
from resnet_diagram.render.tikz.parts import Parts

LINE_PITCH = 1.18
"""Distance of two lines of text, in sizes of type."""

_Item = TypeVar("_Item", Box, Text)
_Some = TypeVar("_Some", bound=Hashable)
_Other = TypeVar("_Other")
Type = tuple[str, bool]
"""Type of a text: its size in points, and whether it is bold."""


class Common(NamedTuple):
    """Most frequent settings of boxes, lines and texts; others are written at the element.

    `badge`: the most frequent type in boxes beside the usual one; `headings`: other frequent types outside.
    `extent`: width and height of a role's boxes, "" where they have none in common.
    """

    type_in_box: str
    badge: Type | None
    headings: tuple[Type, ...]
    form: dict[str, Form]
    extent: dict[str, tuple[str, str]]
    type_of_text: dict[str, Type]
    pill_radius: float
    radius: float


def common(parts: Parts, texts: list[Text]) -> Common:
    """Return the most frequent settings of boxes by role, of lines, and of `texts` outside boxes."""
    boxes, lines = parts.boxes, parts.connectors
    upright = [box for box in boxes if box.form is not Form.POLYGON]
    pills = [min(box.width, box.height) / 2 for box in boxes if box.form is Form.PILL]
    types = [type_of(text) for box in boxes for text in box.texts]
    default = most_usual((size for size, bold in types if not bold), "6.6")
    upright_roles = _by_role(upright)
    forms = {role: most_usual((box.form for box in stored), Form.RECTANGLE) for role, stored in upright_roles}
    kinds = {role: most_usual(map(type_of, contents), ("6.6", False)) for role, contents in _by_role(texts)}
    # Types of text that differ from their role's common one, most frequent first.
    others = Counter(
        type_of(text) for text in texts if text.role == "text" and type_of(text) != kinds[text.role]
    )
    return Common(
        type_in_box=default,
        badge=most_usual((item for item in types if item != (default, False)), None),
        headings=tuple(item for item, count in others.most_common() if count > 1),
        form=forms,
        extent={role: usual_extent(value) for role, value in _by_role(boxes)},
        type_of_text=kinds,
        pill_radius=min(pills, default=0.0),
        radius=most_usual((line.radius for line in lines if len(line.points) > 2), 4.0),
    )


def type_of(text: Text) -> Type:
    """Return the type of a text."""
    return number(text.size), text.bold


def type_commands(item: Type) -> str:
    r"""Return the TeX commands that select a font size and weight.

    >>> print(type_commands(("8", True)))
    \fontsize{8}{9.44}\selectfont\bfseries\boldmath
    """
    size, bold = item
    weight = "\\bfseries\\boldmath" if bold else "\\mdseries\\unboldmath"
    return f"\\fontsize{{{size}}}{{{number(LINE_PITCH * float(size))}}}\\selectfont{weight}"


def extent(box: Box) -> tuple[str, str]:
    """Return width and height as text."""
    return tidy(box.width), tidy(box.height)


def most_usual(values: Iterable[_Some], otherwise: _Other) -> _Some | _Other:
    """Return the most frequent value; the first of several, `otherwise` if there are none."""
    counted = Counter(values).most_common(1)
    return counted[0][0] if counted else otherwise


def usual_extent(boxes: list[Box]) -> tuple[str, str]:
    """Return the most frequent width and height, each "" if it occurs only once; circles always have one."""
    least = 1 if boxes[0].form is Form.CIRCLE else 2
    width, height = (Counter(values).most_common(1)[0] for values in zip(*map(extent, boxes), strict=True))
    return width[0] if width[1] >= least else "", height[0] if height[1] >= least else ""


def _by_role(items: list[_Item]) -> list[tuple[str, list[_Item]]]:
    roles = sorted({item.role for item in items})
    return [(role, [item for item in items if item.role == role]) for role in roles]
