"""Styles of nodes and arrows in Mermaid: classes for nodes, styles for arrows."""

from typing import Any

from resnet_diagram.diagram.model import EdgeRole, NodeRole
from resnet_diagram.style.contrast import on_any_page
from resnet_diagram.style.theme import Style, Theme

Values = dict[str, Any]

_UNBOXED = "fill:none,stroke:none,font-style:italic"


def line(role: EdgeRole, theme: Theme, *, open_end: bool = False) -> str:
    """Return the arrow Mermaid draws for a role, dashed or solid; `open_end`: without its head."""
    if theme.style(role).dash:
        return "-.-" if open_end else "-.->"
    return "---" if open_end else "-->"


def link_style(style: Style, *, open_end: bool) -> str:
    """Return the style of an arrow: colour, width and dashes.

    Mermaid 11.4 draws a head also at an `open_end`, unless the style has none.
    """
    parts = [f"stroke:{on_any_page(style.stroke)}", "stroke-width:2px", *_dashes(style, 2.0)]
    return ",".join(parts + ["marker-end:none"] * open_end)


class Palette:
    """The classes of a chart's nodes: looks that are the same share one class."""

    def __init__(self, theme: Theme) -> None:
        self.theme = theme
        self._names: dict[str, str] = {}

    def class_of(self, role: NodeRole, shade: int) -> str:
        """Return the class of a node of that role, in the shade of its stage; the first user names it."""
        number = self.theme.shade(role, shade)
        name = f"shade{number}" if number else role.value
        style = _UNBOXED if role is NodeRole.TERMINAL else _paint(self.theme.style(role, shade))
        frame = self.theme.frame(number)
        style += f",stroke-width:{2 * frame.line_width:g}px" if frame else ""
        return self._names.setdefault(style, name)

    def classes(self) -> list[Values]:
        """Return the name and the style of each class, in the order of first use."""
        return [{"name": name, "style": style} for style, name in self._names.items()]


def _dashes(style: Style, scale: float) -> list[str]:
    pattern = " ".join(f"{length * scale:.1f}".removesuffix(".0") for length in style.dash)
    return [f"stroke-dasharray:{pattern}"] if pattern else []


def _paint(style: Style) -> str:
    parts = [f"fill:{style.fill}", f"stroke:{on_any_page(style.stroke)}", f"color:{style.text}"]
    return ",".join([*parts, *_dashes(style, 1.5)])
