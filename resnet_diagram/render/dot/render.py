"""Write a diagram as Graphviz source, which lays it out by itself."""

from collections.abc import Sequence
from itertools import groupby, pairwise
from typing import Any

from resnet_diagram.diagram.flat import flattened
from resnet_diagram.diagram.model import (
    Edge,
    EdgeRole,
    Flow,
    GroupRole,
    LegendEntry,
    Node,
    NodeRole,
    Taper,
)
from resnet_diagram.diagram.walk import MERGE_SIGNS, written_lines
from resnet_diagram.layout.text.metrics import text_width
from resnet_diagram.render.chart.budget import ChartSize
from resnet_diagram.render.chart.build import chart_size, fitting_chart
from resnet_diagram.render.chart.metrics import Metrics
from resnet_diagram.render.chart.model import Frame, Tag, entry, frames, last, rows
from resnet_diagram.render.escape.xml import dot_html, dot_quote, printable
from resnet_diagram.render.figure import Figure
from resnet_diagram.render.identifiers import identifiers
from resnet_diagram.render.templates import render
from resnet_diagram.style.theme import Style, Theme

Values = dict[str, Any]

_ENLARGED = 1.5
"""A theme's points are those of a printed figure; Graphviz draws for the screen."""

_PAGES = ((740.0, 1030.0), (1100.0, 2000.0))
"""Width of a row and height of a chart, in points; the first is readable on a page of 6.875 × 9 inches."""

_SHAPES: dict[NodeRole, Values] = {
    NodeRole.INPUT: {"style": '"filled,rounded"'},
    NodeRole.ACTIVATION: {"style": '"filled,rounded"'},
    NodeRole.ADD: {"shape": "circle", "width": "0.26", "fixedsize": "true", "fontsize": "14"},
    NodeRole.SUBTRACT: {"shape": "circle", "width": "0.26", "fixedsize": "true", "fontsize": "14"},
    NodeRole.MULTIPLY: {"shape": "circle", "width": "0.26", "fixedsize": "true", "fontsize": "14"},
    NodeRole.CONCAT: {"style": '"filled,rounded"'},
    NodeRole.QUESTION: {"shape": "diamond", "margin": '"0,0"'},
    NodeRole.TERMINAL: {"shape": "plaintext", "style": '""', "width": "0", "fontname": '"Times-Italic"'},
}
_TAPERS: dict[Taper, Values] = {
    Taper.CLOSING: {"shape": "invtrapezium"},
    Taper.OPENING: {"shape": "trapezium"},
    Taper.BARREL: {"shape": "hexagon"},
}

_PADDING = 7.0
"""Space beside the text of a box, on both sides together, in points."""
_TAPERED = 1.45
"""Width of a tapered box by that of its text, which must clear the slanted sides."""


def render_dot(figure: Figure) -> str:
    """Return the DOT source of a figure; the same figure gives the same text."""
    diagram, theme = flattened(figure.diagram), figure.theme
    root, _ = fitting_chart(diagram, _metrics(theme), _PAGES)
    writer = _Writer(root, figure)
    legend = _legend(diagram.legend, theme)
    return render(
        "dot",
        "figure.dot.jinja",
        figure.output.templates,
        remark=figure.remark,
        title=dot_quote(diagram.title),
        description=[line.replace("\t", " ") for line in printable(diagram.description).splitlines()],
        rankdir="TB" if diagram.flow is Flow.DOWN else "LR",
        font=dot_quote(theme.font.replace("'", "").replace(", ", ",")),
        page=theme.page,
        ink=theme.style("text").text,
        sizes={use: _number(size * _ENLARGED) for use, size in theme.sizes},
        plain=_box(theme.style("other")),
        start=writer.names[root.start_id] if root.start else "",
        parts=[writer.part(part) for part in root.parts],
        runs=writer.runs(),
        aligned=writer.aligned,
        legend=legend,
    )


def measure_dot(figure: Figure, text: str | bytes) -> ChartSize:
    """Return the size of a figure's chart, of which `text` is the source."""
    return chart_size(flattened(figure.diagram), _metrics(figure.theme), _PAGES, text)


def _metrics(theme: Theme) -> Metrics:
    """Return the estimated sizes of a chart's parts, in points."""
    size = theme.size("node") * _ENLARGED

    def text(words: str) -> float:
        return text_width(words, size)

    def node(shown: Node) -> tuple[float, float]:
        rows = written_lines(shown)
        share = _TAPERED if shown.taper is not Taper.NONE else 1.0
        return share * max(map(text, rows), default=0.0) + _PADDING, 12.0 * len(rows) + 12.0

    return Metrics(node=node, text=text, gap=22.0, nested_gap=0.0, line=24.0, frame=(18.0, 30.0))


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _attributes(values: Values) -> str:
    return ", ".join(f"{name}={value}" for name, value in values.items() if value is not None)


class _Writer:
    """Turn the parts of a chart into values for the template."""

    def __init__(self, root: Frame, figure: Figure) -> None:
        every = (root, *frames(root))
        self.root = root
        self.figure = figure
        self.to_the_right = figure.diagram.flow is Flow.RIGHT
        self.across = figure.diagram.flow is Flow.ROWS
        self.parts = {part.id: part for frame in every for part in frame.parts}
        starts = [frame.start_id for frame in every if frame.start]
        self.names = identifiers([*self.parts, *starts])
        self.sizes = {arrow.head: arrow.label for frame in every for arrow in frame.arrows if self.across}
        self.stacked = {
            part.id
            for frame in every
            if self.to_the_right and all(isinstance(part, Node) for part in frame.parts)
            for part in frame.parts
        }
        """Ids of the nodes of chains that run down where the frames follow each other to the right."""
        self.aligned: list[list[str]] = []
        """Groups of names of the nodes that begin the rows of one network."""

    def part(self, part: Node | Tag | Frame) -> Values:
        """Return the values of a part and of all that is in it."""
        match part:
            case Node():
                return {"kind": "node", "name": self.names[part.id], "attributes": _node(part, self.figure)}
            case Tag():
                style = self.figure.theme.style(part.role)
                label = {"label": dot_quote(part.text.replace(" + ", "\n+ ")), "fontcolor": f'"{style.text}"'}
                shape = {"shape": "plaintext", "style": '""', "margin": '"0.04,0"', "height": "0.2"}
                attributes = _attributes({**label, **shape})
                return {"kind": "node", "name": self.names[part.id], "attributes": attributes}
        style = self.figure.theme.style(part.role or GroupRole.BLOCK, part.shade)
        return {
            "kind": "frame",
            "name": self.names[part.id],
            "label": self.title(part) if part.title else '""',
            "fill": style.fill if part.title else "none",
            "stroke": style.stroke if part.title else "none",
            "start": self.names[part.start_id] if part.start else "",
            "parts": [self.part(inner) for inner in part.parts],
        }

    def runs(self) -> list[Values]:
        """Return the arrows, one run of equal roles after the other, the main path first."""
        every = [arrow for frame in (self.root, *frames(self.root)) for arrow in frame.arrows]
        order = list(EdgeRole)
        theme = self.figure.theme
        by_role = sorted(every, key=lambda arrow: order.index(arrow.role))
        runs = [
            {
                "role": role.value,
                "attributes": _attributes(_line(theme.style(role), role)),
                "arrows": [line for arrow in run for line in self.arrow(arrow)],
            }
            for role, run in groupby(by_role, key=lambda arrow: arrow.role)
        ]
        if not self.root.arrows and len(self.root.parts) > 1 and self.root.down:
            names = [self.names[entry(part)] for part in self.root.parts]
            self.align(names)
            arrows = [f"{below} -> {above}" for above, below in pairwise(names)]
            runs.append({"role": "order", "attributes": "style=invis", "arrows": arrows})
        return runs

    def arrow(self, arrow: Edge) -> list[str]:
        """Return the lines of an arrow; one between two frames leaves and enters their outlines."""
        tail, head = self.parts.get(arrow.tail), self.parts.get(arrow.head)
        if isinstance(head, Frame) and head.isolated:
            return self.between(arrow, tail, head)
        if {arrow.tail, arrow.head} <= self.stacked:
            return [self.in_one_rank(self.names[arrow.tail], self.names[arrow.head], {})]
        left: Values = {"dir": "none"} if isinstance(head, Tag) else {}
        left |= {"label": dot_quote(f"  {arrow.label}")} if arrow.label else {}
        attributes = f" [{_attributes(left)}]" if left else ""
        return [f"{self.names[arrow.tail]} -> {self.names[arrow.head]}{attributes}"]

    def between(self, arrow: Edge, tail: "Node | Tag | Frame | None", head: Frame) -> list[str]:
        """Return the lines of an arrow into a frame: from row to row, or along the flow."""
        ends: Values = {"lhead": f"cluster_{self.names[head.id]}"}
        start = arrow.tail
        if isinstance(tail, Frame):
            ends["ltail"] = f"cluster_{self.names[tail.id]}"
            start = entry(rows(tail)[-1]) if self.across else last(tail)
        names = [self.names[start], self.names[entry(head)]]
        if not self.across:
            words = arrow.label.replace(" → ", " →\n") if self.to_the_right else f"  {arrow.label}"
            label = {"label": dot_quote(words)} if arrow.label else {}
            return [f"{names[0]} -> {names[1]} [{_attributes({**label, **ends})}]"]
        return [self.in_one_rank(names[0], names[1], {"ltail": ends["lhead"], "lhead": ends.get("ltail")})]

    def in_one_rank(self, tail: str, head: str, ends: Values) -> str:
        """Return an arrow from a node down to another in the same rank, which Graphviz orders upwards."""
        self.align([tail, head])
        return f"{head} -> {tail} [{_attributes({'dir': 'back', **ends})}]"

    def align(self, names: list[str]) -> None:
        """Put nodes into one rank, together with those that they share one with already."""
        joined = [group for group in self.aligned if not set(names).isdisjoint(group)]
        self.aligned = [group for group in self.aligned if group not in joined]
        self.aligned.append(list(dict.fromkeys([name for group in [*joined, names] for name in group])))

    def title(self, frame: Frame) -> str:
        """Return the label of a frame: its title, and the sizes where the flow enters and leaves it."""
        size = self.sizes.get(frame.id, "")
        return f"<<b>{dot_html(frame.title)}</b>{'&#160;&#160;&#160;' if size else ''}{dot_html(size)}>"


def _node(node: Node, figure: Figure) -> str:
    """Return the attributes of a node."""
    theme = figure.theme
    style, plain = theme.style(node.role, node.shade), theme.style("other")
    shape = _SHAPES.get(node.role, {})
    if node.taper in _TAPERS:
        width, height = (_number(side / 72) for side in _metrics(theme).node(node))
        shape = _TAPERS[node.taper] | {"width": width, "height": height, "fixedsize": "true"}
    left = {name: value for name, value in _box(style).items() if value != _box(plain)[name]}
    return _attributes({"label": dot_quote("\n".join(written_lines(node))), **shape, **left})


def _box(style: Style) -> dict[str, str]:
    return {
        "fillcolor": f'"{style.fill}"',
        "color": f'"{style.stroke}"',
        "fontcolor": f'"{style.text}"',
        "penwidth": _number(style.line_width * _ENLARGED),
    }


def _line(style: Style, role: EdgeRole) -> Values:
    return {
        "color": f'"{style.stroke}"',
        "fontcolor": f'"{style.text}"',
        "penwidth": _number(style.line_width * _ENLARGED),
        "style": _dashes(style),
        "weight": 100 if role is EdgeRole.FLOW else 1,
    }


def _dashes(style: Style) -> str:
    """Graphviz's name for a pattern; it knows no dash-dot."""
    if not style.dash:
        return "solid"
    return "dotted" if style.dash[0] < 1.5 * style.line_width else "dashed"


def _legend(entries: Sequence[LegendEntry], theme: Theme) -> str:
    """Return the legend as one line of swatches and words: an HTML-like label."""
    size = _number(theme.size("legend") * _ENLARGED)
    cells = []
    for row in entries:
        if row.role is EdgeRole.FLOW:
            continue
        text = dot_html(row.text)
        if isinstance(row.role, EdgeRole):
            style = theme.style(row.role)
            sample = "– – ›" if style.dash else "——›"
            text = f'<font color="{style.text}">{sample} {text}</font>'
        elif row.role:
            text = f"{MERGE_SIGNS.get(row.role, '')} {text}".strip()
        cells.append(f'<td><font point-size="{size}">{text}</font></td>')
    lines = [cells[start : start + _IN_A_ROW] for start in range(0, len(cells), _IN_A_ROW)]
    body = "".join(f"<tr>{''.join(row)}</tr>" for row in lines)
    return f'<<table border="0" cellspacing="4">{body}</table>>' if cells else ""


_IN_A_ROW = 6
