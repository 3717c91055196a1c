"""Write a diagram as a Mermaid flowchart, for Markdown on light and dark pages."""

import json
import warnings
from collections.abc import Sequence

from resnet_diagram.diagram.model import (
    Diagram,
    Direction,
    Edge,
    EdgeRole,
    Group,
    GroupRole,
    Item,
    LegendEntry,
    Node,
    NodeRole,
    Taper,
)
from resnet_diagram.diagram.walk import edges, groups, nodes, written_count, written_lines
from resnet_diagram.errors import UnrenderedWarning
from resnet_diagram.render.escape.mermaid import mermaid_text
from resnet_diagram.render.figure import Figure
from resnet_diagram.render.identifiers import identifiers
from resnet_diagram.render.mermaid.styles import Values, class_name, classes, line, link_styles
from resnet_diagram.render.templates import render
from resnet_diagram.style.theme import Theme

_DIRECTION = {Direction.DOWN: "TB", Direction.RIGHT: "LR"}
_BOX = ("[", "]")
_SHAPES = {
    NodeRole.INPUT: ("([", "])"),
    NodeRole.ACTIVATION: ("([", "])"),
    NodeRole.ADD: ("((", "))"),
    NodeRole.MULTIPLY: ("((", "))"),
    NodeRole.CONCAT: ("([", "])"),
    NodeRole.QUESTION: ("{", "}"),
}
_TAPERS = {
    (Taper.CLOSING, Direction.DOWN): ("[\\", "/]"),
    (Taper.OPENING, Direction.DOWN): ("[/", "\\]"),
    (Taper.BARREL, Direction.DOWN): ("{{", "}}"),
}
_START = "start"
"""The id of a dot before the first node, where a shortcut leaves before anything is drawn."""

_UNBREAKABLE = "\u00a0"
"""Stands for a space in the title of a frame, which Mermaid would break and lay over the first node."""

_SYMBOLS = {NodeRole.ADD: "+", NodeRole.MULTIPLY: "×"}


_MOST_CHARACTERS = 50_000
_MOST_ARROWS = 500
"""Mermaid's `maxTextSize` and `maxEdges` where a page does not set them."""


def render_mermaid(figure: Figure) -> str:
    """The Mermaid source of a figure; the same figure gives the same text.

    A chart beyond Mermaid's limits is folded further if it can be, with a warning; else only warned of.
    """
    drawn = edges(figure.diagram)
    text = _chart(figure, drawn)
    if len(text) <= _MOST_CHARACTERS and len(drawn) <= _MOST_ARROWS:
        return text
    too_large = f"The Mermaid chart has {len(drawn)} arrows and {len(text)} characters; GitHub stops at "
    too_large += f"{_MOST_ARROWS} and {_MOST_CHARACTERS}. "
    if figure.folded:
        warnings.warn(
            f"{too_large}Equal blocks are folded, as in --view paper.", UnrenderedWarning, stacklevel=2
        )
        return render_mermaid(figure.folded())
    warnings.warn(
        f"{too_large}Take a view that folds more, or a part of it.", UnrenderedWarning, stacklevel=2
    )
    return text


def render_markdown(figure: Figure) -> str:
    """The Mermaid source in a fence, for Markdown."""
    return f"```mermaid\n{render_mermaid(figure)}```\n"


def _chart(figure: Figure, drawn: Sequence[Edge]) -> str:
    """The source of the chart with these arrows, however large."""
    diagram, theme = figure.diagram, figure.theme
    names = _names(diagram)
    first = len(drawn)
    return render(
        "mermaid",
        "figure.mmd.jinja",
        figure.templates,
        title=json.dumps(diagram.title, ensure_ascii=False) if diagram.title else "",
        spoken_title=_line_of(figure.spoken_title),
        description=_line_of(diagram.description),
        start=names[_START] if any(not edge.tail for edge in drawn) else "",
        direction=_DIRECTION[diagram.direction],
        items=[_item(item, figure, names) for item in diagram.items],
        arrows=[_arrow(edge, theme, names) for edge in drawn],
        legend=_legend_nodes(diagram.legend, theme),
        legend_arrows=_legend_arrows(diagram, theme, names),
        link_styles=link_styles([edge.role for edge in drawn], diagram.legend, first, theme),
        frames=[names[one.id] for one in groups(diagram.items) if _framed(one)]
        + ["legend"] * bool(diagram.legend),
        classes=classes(diagram, theme),
    )


def _line_of(text: str) -> str:
    """A text in one line."""
    return mermaid_text(" ".join(text.splitlines()))


def _names(diagram: Diagram) -> dict[str, str]:
    held = [one.id for one in groups(diagram.items)]
    return identifiers([*held, *(one.id for one in nodes(diagram.items)), _START])


def _framed(group: Group) -> bool:
    """Return whether a group gets a frame; Mermaid would draw an empty one as a node."""
    return (group.role is not GroupRole.BLOCK or group.repeat > 1) and any(nodes(group.items))


def _item(item: Item, figure: Figure, names: dict[str, str]) -> Values:
    match item:
        case Group():
            return {
                "kind": "group",
                "name": names[item.id],
                "label": mermaid_text(
                    " ".join(part for part in (item.title, written_count(item)) if part)
                ).replace(" ", _UNBREAKABLE),
                "alone": item.role is GroupRole.NETWORK,
                "framed": _framed(item),
                "items": [_item(one, figure, names) for one in item.items],
            }
        case Node():
            return _node(item, figure, names)
        case _:
            inside = [_item(one, figure, names) for branch in item.branches for one in branch]
            beside = item.shortcut.nodes if item.shortcut else ()
            inside += [_node(one, figure, names) for one in beside]
            return {"kind": "fork", "items": [*inside, _node(item.merge, figure, names)]}


def _node(node: Node, figure: Figure, names: dict[str, str]) -> Values:
    before, after = _TAPERS.get((node.taper, figure.diagram.direction)) or _SHAPES.get(node.role, _BOX)
    text = "\n".join(written_lines(node))
    return {
        "kind": "node",
        "name": names[node.id],
        "text": f'{before}"{mermaid_text(text) or " "}"{after}',
        "style": class_name(node.role, node.shade, figure.theme),
    }


def _arrow(edge: Edge, theme: Theme, names: dict[str, str]) -> Values:
    label = f'|"{mermaid_text(edge.label)}"|' if edge.label else ""
    return {
        "tail": names[edge.tail or _START],
        "head": names[edge.head],
        "line": line(edge.role, theme),
        "label": label,
    }


def _legend_nodes(entries: Sequence[LegendEntry], theme: Theme) -> list[Values]:
    """The legend's nodes, a chain: dots that the arrows join, boxes in the styles explained, words."""
    boxes = [entry for entry in entries if isinstance(entry.role, NodeRole)]
    words = "\n".join(entry.text for entry in entries if entry.role is None)
    dots = [entry for entry in entries if isinstance(entry.role, EdgeRole)]
    found = [_legend_node(f"legend_dot{number}", " ", "dot") for number in range(len(dots) + 1) if dots]
    for box in boxes:
        assert isinstance(box.role, NodeRole)
        symbol = _SYMBOLS.get(box.role, "")
        found.append(
            _legend_node(f"legend_{box.role}", f"{symbol} {box.text}".strip(), class_name(box.role, 0, theme))
        )
    return [*found, *([_legend_node("legend_words", words, "unseen")] if words else [])]


def _legend_node(name: str, text: str, style: str) -> Values:
    before, after = ("((", "))") if style == "dot" else _BOX
    return {"name": name, "text": f'{before}"{mermaid_text(text)}"{after}', "style": style}


def _legend_arrows(diagram: Diagram, theme: Theme, names: dict[str, str]) -> list[Values]:
    """The arrows explained, then unseen links that hold the legend together, behind the last node."""
    explained = [entry for entry in diagram.legend if isinstance(entry.role, EdgeRole)]
    chain = [one["name"] for one in _legend_nodes(diagram.legend, theme)]
    seen = [
        {"line": line(EdgeRole(entry.role or ""), theme), "label": f'|"{mermaid_text(entry.text)}"|'}
        for entry in explained
    ]
    unseen = {"line": "~~~", "label": ""}
    links = [*seen, *[unseen] * (len(chain) - 1 - len(seen))]
    joined = [
        {"tail": tail, "head": head, **link}
        for tail, head, link in zip(chain, chain[1:], links, strict=False)
    ]
    hold = [{"tail": names[end], "head": chain[0], **unseen} for end in _ends(diagram) if chain]
    return [*joined, *hold]


def _ends(diagram: Diagram) -> list[str]:
    """The last node; of networks side by side that of each, so that all begin at one height."""
    beside = [
        item.items for item in diagram.items if isinstance(item, Group) and item.role is GroupRole.NETWORK
    ]
    return [one.id for held in beside or [diagram.items] for one in list(nodes(held))[-1:]]
