"""Write a diagram as Graphviz source, which lays it out by itself."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

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
from resnet_diagram.render.escape.xml import dot_html, dot_quote
from resnet_diagram.render.figure import Figure
from resnet_diagram.render.identifiers import identifiers
from resnet_diagram.render.templates import render
from resnet_diagram.style.theme import Style, Theme

if TYPE_CHECKING:
    import graphviz

Values = dict[str, Any]

_ENLARGED = 1.5
"""A theme's points are those of a printed figure; Graphviz draws for the screen."""

_RANKDIR = {Direction.DOWN: "TB", Direction.RIGHT: "LR"}
_SIDE = {Direction.DOWN: "e", Direction.RIGHT: "_"}
"""The side of a merge node that shortcuts enter, clear of the main path."""

_SHAPES: dict[NodeRole, Values] = {
    NodeRole.INPUT: {"style": '"filled,rounded"'},
    NodeRole.ACTIVATION: {"style": '"filled,rounded"'},
    NodeRole.ADD: {"shape": "circle", "width": "0.26", "fixedsize": "true", "fontsize": "14"},
    NodeRole.MULTIPLY: {"shape": "circle", "width": "0.26", "fixedsize": "true", "fontsize": "14"},
    NodeRole.CONCAT: {"style": '"filled,rounded"'},
    NodeRole.QUESTION: {"shape": "diamond", "margin": '"0,0"'},
    NodeRole.TERMINAL: {"shape": "plaintext", "style": '""', "width": "0", "fontname": '"Times-Italic"'},
}
_START = "start"
"""The id of a dot before the first node, where a shortcut leaves before anything is drawn."""

_MERGES = (NodeRole.ADD, NodeRole.MULTIPLY, NodeRole.CONCAT)
_SYMBOLS = {NodeRole.ADD: "+", NodeRole.MULTIPLY: "×"}
_TAPERS: dict[tuple[Taper, Direction], Values] = {
    (Taper.CLOSING, Direction.DOWN): {"shape": "invtrapezium", "margin": '"0,0"', "height": "0.45"},
    (Taper.OPENING, Direction.DOWN): {"shape": "trapezium", "margin": '"0,0"', "height": "0.45"},
    (Taper.CLOSING, Direction.RIGHT): {"shape": "trapezium", "orientation": "270", "margin": '"0,0"'},
    (Taper.OPENING, Direction.RIGHT): {"shape": "trapezium", "orientation": "90", "margin": '"0,0"'},
    (Taper.BARREL, Direction.DOWN): {"shape": "hexagon"},
}


def graphviz_source(figure: Figure) -> "graphviz.Source":
    """The DOT source as an object of the `graphviz` package, which a notebook shows."""
    import graphviz

    return graphviz.Source(render_dot(figure))


def render_dot(figure: Figure) -> str:
    """The DOT source of a figure; the same figure gives the same text."""
    diagram, theme = figure.diagram, figure.theme
    held = [one.id for one in groups(diagram.items)]
    names = identifiers([*held, *(one.id for one in nodes(diagram.items)), _START])
    return render(
        "dot",
        "figure.dot.jinja",
        figure.templates,
        title=dot_quote(diagram.title),
        description=diagram.description.splitlines(),
        start=names[_START] if any(not edge.tail for edge in edges(diagram)) else "",
        rankdir=_RANKDIR[diagram.direction],
        font=dot_quote(theme.font.replace("'", "").replace(", ", ",")),
        page=theme.page,
        ink=theme.style("text").text,
        sizes={use: _number(size * _ENLARGED) for use, size in theme.sizes},
        plain=_box(theme.style("other")),
        items=[_item(item, figure, names) for item in diagram.items],
        runs=_runs(diagram, theme, names),
        down=diagram.direction is Direction.DOWN,
        legend=_legend(diagram.legend, theme),
    )


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _attributes(values: Values) -> str:
    return ", ".join(f"{name}={value}" for name, value in values.items())


def _item(item: Item, figure: Figure, names: dict[str, str]) -> Values:
    match item:
        case Group():
            down = figure.diagram.direction is Direction.DOWN
            held = [_item(one, figure, names) for one in item.items]
            style = figure.theme.style(item.role, item.shade)
            return {
                "kind": "group",
                "name": names[item.id],
                "label": _group_label(item, down),
                "label_at": "t" if down or item.title else "b",
                "fill": style.fill,
                "stroke": style.stroke,
                "framed": item.role is not GroupRole.BLOCK or item.repeat > 1,
                "items": held,
            }
        case Node():
            return _node(item, figure, names)
        case _:
            branches = [_item(one, figure, names) for branch in item.branches for one in branch]
            beside = item.shortcut.nodes if item.shortcut else ()
            on_link = [_node(one, figure, names, group=item.merge.id) for one in beside]
            return {"kind": "fork", "items": [*branches, *on_link, _node(item.merge, figure, names)]}


def _group_label(group: Group, down: bool) -> str:
    """Title and count: one above the other where the main path comes in from above beside them."""
    title = f"<b>{dot_html(group.title)}</b>" if group.title else ""
    count = written_count(group)
    between = '<br align="left"/>' if down else " "
    end = '<br align="left"/>' if down and title and count else ""
    return f"<{between.join(part for part in (title, count) if part)}{end}>"


def _node(node: Node, figure: Figure, names: dict[str, str], group: str = "") -> Values:
    """A node; those of one `group` are kept in line, apart from the main path."""
    theme = figure.theme
    style, plain = theme.style(node.role, node.shade), theme.style("other")
    text = "\n".join(written_lines(node))
    shape = _TAPERS.get((node.taper, figure.diagram.direction)) or _SHAPES.get(node.role, {})
    aside = {"group": dot_quote(f"{group} shortcut")} if group else {}
    own = {name: value for name, value in _box(style).items() if value != _box(plain)[name]}
    return {
        "kind": "node",
        "name": names[node.id],
        "attributes": _attributes({"label": dot_quote(text), **aside, **shape, **own}),
    }


def _box(style: Style) -> dict[str, str]:
    return {
        "fillcolor": f'"{style.fill}"',
        "color": f'"{style.stroke}"',
        "fontcolor": f'"{style.text}"',
        "penwidth": _number(style.line_width * _ENLARGED),
    }


def _runs(diagram: Diagram, theme: Theme, names: dict[str, str]) -> Iterator[Values]:
    """The arrows, one run of equal roles after the other, the main path first."""
    order = list(EdgeRole)
    merges = {node.id for node in nodes(diagram.items) if node.role in _MERGES}
    drawn = sorted(edges(diagram), key=lambda edge: order.index(edge.role))
    for role, run in groupby(drawn, key=lambda edge: edge.role):
        yield {
            "role": role.value,
            "attributes": _attributes(_line(theme.style(role), role, diagram.direction)),
            "arrows": [_arrow(edge, names, merges) for edge in run],
        }


def _line(style: Style, role: EdgeRole, direction: Direction) -> Values:
    main = role is EdgeRole.FLOW
    return {
        "color": f'"{style.stroke}"',
        "fontcolor": f'"{style.text}"',
        "penwidth": _number(style.line_width * _ENLARGED),
        "style": _dashes(style),
        "weight": 100 if main else 1,
        "headport": "_" if main else _SIDE[direction],
    }


def _dashes(style: Style) -> str:
    """Graphviz's name for a pattern; it knows no dash-dot."""
    if not style.dash:
        return "solid"
    return "dotted" if style.dash[0] < 1.5 * style.line_width else "dashed"


def _arrow(edge: Edge, names: dict[str, str], merges: set[str]) -> Values:
    """An arrow; a shortcut enters a node on it wherever it comes from."""
    # A label starts on its line: two spaces keep it off.
    own = {"label": dot_quote("  " + edge.label)} if edge.label else {}
    own |= {} if edge.role is EdgeRole.FLOW or edge.head in merges else {"headport": "_"}
    label = f" [{_attributes(own)}]" if own else ""
    return {"tail": names[edge.tail or _START], "head": names[edge.head], "label": label}


def _legend(entries: Sequence[LegendEntry], theme: Theme) -> list[Values]:
    """The rows of the legend; all fields of words are as wide as the longest, to begin on one axis."""
    longest = max((len(entry.text) for entry in entries), default=0)
    width = _number(longest * theme.size("legend") * _ENLARGED * 0.56 / 72)
    return [
        {
            "name": f"legend_{number}",
            "sample": _sample(entry, theme),
            "text": _attributes({"label": dot_quote(entry.text)[:-1] + '\\l"', "width": width}),
            "line": _sample_line(entry, theme),
        }
        for number, entry in enumerate(entries, 1)
    ]


def _sample(entry: LegendEntry, theme: Theme) -> str:
    """The node at the head of a row: a small box in the style explained, else an unseen point."""
    if not isinstance(entry.role, NodeRole):
        return _attributes({"label": '""', "style": "invis", "width": "0.02", "margin": "0"})
    shape: Values = {"shape": "box", "style": "filled", "width": "0.3", "height": "0.2"}
    shape |= _SHAPES.get(entry.role, {})
    return _attributes(
        {"label": dot_quote(_SYMBOLS.get(entry.role, "")), **shape, **_box(theme.style(entry.role))}
    )


def _sample_line(entry: LegendEntry, theme: Theme) -> str:
    """The line of a row: an arrow in the style explained, else an unseen one."""
    if not isinstance(entry.role, EdgeRole):
        return "style=invis"
    line = _line(theme.style(entry.role), entry.role, Direction.DOWN)
    return _attributes({name: line[name] for name in ("color", "penwidth", "style")})
