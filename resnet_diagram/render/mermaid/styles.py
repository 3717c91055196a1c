"""Styles of nodes and arrows in Mermaid: classes for nodes, styles for arrows."""

from collections.abc import Sequence
from itertools import groupby
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


def link_styles(arrows: Sequence[tuple[EdgeRole, bool]], theme: Theme) -> list[Values]:
    """Return the styles of each role's arrows, by their numbers; the arrows of the main path have none.

    `arrows`: the role of each, and whether it has no head. Mermaid 11.4 draws one also there, unless the
    style has none.
    """
    order = list(EdgeRole)
    numbered = sorted(enumerate(arrows), key=lambda pair: (order.index(pair[1][0]), pair[1][1], pair[0]))
    roles: list[Values] = []
    for role, of_role in groupby(numbered, key=lambda pair: pair[1][0]):
        style = theme.style(role)
        parts = [f"stroke:{on_any_page(style.stroke)}", "stroke-width:2px", *_dashes(style, 2.0)]
        styles = [
            f"{','.join(str(number) for number, _ in run)} {','.join(parts + ['marker-end:none'] * open_end)}"
            for open_end, run in groupby(of_role, key=lambda pair: pair[1][1])
        ]
        if role is not EdgeRole.FLOW:
            roles.append({"role": role.value, "styles": styles})
    return roles


class Palette:
    """The classes of a chart's nodes: looks that are the same share one class."""

    def __init__(self, theme: Theme) -> None:
        self.theme = theme
        self._names: dict[str, str] = {}

    def class_of(self, role: NodeRole, shade: int) -> str:
        """Return the class of a node of that role, in the shade of its stage; the first user names it."""
        number = self.theme.shade(role, shade)
        name = f"shade{number}" if number else role.value
        style, frame = self.theme.style(role, shade), self.theme.frame(number)
        parts = [f"fill:{style.fill}", f"stroke:{on_any_page(style.stroke)}", f"color:{style.text}"]
        parts = [_UNBOXED] if role is NodeRole.TERMINAL else [*parts, *_dashes(style, 1.5)]
        parts += [f"stroke-width:{2 * frame.line_width:g}px"] if frame else []
        return self._names.setdefault(",".join(parts), name)

    def classes(self) -> list[Values]:
        """Return the name and the style of each class, in the order of first use."""
        return [{"name": name, "style": style} for style, name in self._names.items()]


def _dashes(style: Style, scale: float) -> list[str]:
    pattern = " ".join(f"{length * scale:.1f}".removesuffix(".0") for length in style.dash)
    return [f"stroke-dasharray:{pattern}"] if pattern else []
