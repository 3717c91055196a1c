"""Styles of Mermaid: classes for nodes, styles for arrows by their numbers."""

from collections.abc import Iterable
from typing import Any

from resnet_diagram.diagram.model import Diagram, EdgeRole, LegendEntry, NodeRole
from resnet_diagram.diagram.walk import nodes
from resnet_diagram.style.contrast import on_any_page
from resnet_diagram.style.theme import Style, Theme

Values = dict[str, Any]

_UNBOXED = "fill:none,stroke:none,font-style:italic"


def line(role: EdgeRole, theme: Theme) -> str:
    """The arrow Mermaid draws for a role: dashed or solid."""
    return "-.->" if theme.style(role).dash else "-->"


def link_styles(
    drawn: Iterable[EdgeRole], legend: Iterable[LegendEntry], first: int, theme: Theme
) -> list[Values]:
    """Colour and dashes of every kind of arrow but the main path's, with the numbers of its arrows.

    Mermaid counts arrows as they are written: `first` is the number of the legend's first.
    """
    explained = [entry.role for entry in legend if isinstance(entry.role, EdgeRole)]
    numbered = [*enumerate(drawn), *enumerate(explained, first)]
    found = []
    for role in EdgeRole:
        numbers = [str(number) for number, one in numbered if one is role]
        if numbers and role is not EdgeRole.FLOW:
            found.append({"numbers": ",".join(numbers), "style": _stroke(theme.style(role))})
    return found


def _stroke(style: Style) -> str:
    parts = [f"stroke:{on_any_page(style.stroke)}", "stroke-width:2px"]
    return ",".join([*parts, *_dashes(style, 2.0)])


def _dashes(style: Style, scale: float) -> list[str]:
    pattern = " ".join(f"{length * scale:.1f}".removesuffix(".0") for length in style.dash)
    return [f"stroke-dasharray:{pattern}"] if pattern else []


def class_name(role: NodeRole, shade: int, theme: Theme) -> str:
    """The class of a node of that role, in the shade of its stage."""
    return f"{role.value}_{shade}" if shade and role in theme.shaded else role.value


def classes(diagram: Diagram, theme: Theme) -> list[Values]:
    """One class for each look of a node, in the order of first use."""
    used = [(node.role, node.shade) for node in nodes(diagram.items)]
    used += [(entry.role, 0) for entry in diagram.legend if isinstance(entry.role, NodeRole)]
    styles = {
        class_name(role, shade, theme): _UNBOXED
        if role is NodeRole.TERMINAL
        else _paint(theme.style(role, shade))
        for role, shade in used
    }
    return [{"name": name, "style": style} for name, style in styles.items()]


def _paint(style: Style) -> str:
    parts = [f"fill:{style.fill}", f"stroke:{on_any_page(style.stroke)}", f"color:{style.text}"]
    return ",".join([*parts, *_dashes(style, 1.5)])
