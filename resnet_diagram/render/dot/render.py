"""Write a diagram as Graphviz source, which lays it out by itself."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from itertools import groupby, pairwise
from typing import Any

from resnet_diagram.diagram.flat import flattened
from resnet_diagram.diagram.model import EdgeRole, Flow, GroupRole, LegendEntry, Node, NodeRole, Taper
from resnet_diagram.diagram.walk import MERGE_SIGNS, Edge, written_lines
from resnet_diagram.layout.text.faces import families
from resnet_diagram.layout.text.metrics import text_width, widest
from resnet_diagram.layout.text.wrap import wrap_label
from resnet_diagram.render.chart.budget import ChartSize
from resnet_diagram.render.chart.build import chart_of, chart_size
from resnet_diagram.render.chart.metrics import Metrics
from resnet_diagram.render.chart.model import UNEXPLAINED, Frame, Tag, entry, frames, last, rows
from resnet_diagram.render.escape.xml import dot_html, dot_quote, printable
from resnet_diagram.render.figure import Figure
from resnet_diagram.render.identifiers import identifiers
from resnet_diagram.render.numbers import number
from resnet_diagram.render.templates import render
from resnet_diagram.style.theme import Style, Theme

Values = dict[str, Any]

_ENLARGED = 1.5
"""Factor from a theme's sizes, which are for print, to sizes for the screen."""

_PAGES = ((740.0, 1030.0), (1100.0, 2000.0))
"""Width of a row and height of a chart, in points; the first is readable on a page of 6.875 × 9 inches."""

_SHAPES: dict[NodeRole, Values] = {
    NodeRole.INPUT: {"style": '"filled,rounded"'},
    NodeRole.ACTIVATION: {"style": '"filled,rounded"'},
    NodeRole.ADD: {"shape": "circle", "width": "0.26", "fixedsize": "true", "fontsize": "14"},
    NodeRole.SUBTRACT: {"shape": "circle", "width": "0.26", "fixedsize": "true", "fontsize": "14"},
    NodeRole.MULTIPLY: {"shape": "circle", "width": "0.26", "fixedsize": "true", "fontsize": "14"},
    NodeRole.CONCAT: {"style": '"filled,rounded"'},
    NodeRole.OPAQUE: {"style": '"filled,dashed"'},
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
"""Ratio between the widths of a tapered box and its text, which must clear the slanted sides."""


def render_dot(figure: Figure) -> str:
    """Return the DOT source of a figure; the same figure gives the same text."""
    diagram, theme = flattened(figure.diagram), figure.theme
    root, _ = chart_of(figure, _metrics(theme), _PAGES)
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
        ranksep=0.35 if diagram.flow is Flow.RIGHT else 0.2,
        font=dot_quote(",".join(families(theme.font))),
        page=theme.page,
        ink=theme.style("text").text,
        sizes={use: number(size * _ENLARGED) for use, size in theme.sizes},
        plain=_box(theme.style("other")),
        dot=writer.dot(writer.root),
        parts=[writer.part(part) for part in writer.root.parts],
        runs=writer.runs(),
        aligned=writer.aligned,
        legend=legend,
    )


def measure_dot(figure: Figure, text: str | bytes) -> ChartSize:
    """Return the size of a figure's chart, of which `text` is the source."""
    return chart_size(figure, _metrics(figure.theme), _PAGES, text)


def _metrics(theme: Theme) -> Metrics:
    """Return the estimated sizes of a chart's parts, in points."""
    size = theme.size("node") * _ENLARGED
    text = partial(text_width, size=size)

    def node(shown: Node) -> tuple[float, float]:
        rows = written_lines(shown)
        share = _TAPERED if shown.taper is not Taper.NONE else 1.0
        return share * max(map(text, rows), default=0.0) + _PADDING, 12.0 * len(rows) + 12.0

    return Metrics(node=node, text=text, gap=22.0, nested_gap=0.0, line=24.0, frame=(18.0, 30.0))


def _attributes(values: Values) -> str:
    return ", ".join(f"{name}={value}" for name, value in values.items() if value is not None)


class _Writer:
    """Turn the parts of a chart into values for the template."""

    def __init__(self, root: Frame, figure: Figure) -> None:
        self.figure = figure
        self.flow = flattened(figure.diagram).flow
        self.to_the_right = self.flow is Flow.RIGHT
        self.across = self.flow is Flow.ROWS
        self.hidden: dict[str, str] = {}
        """First part of each row that begins without a dot, by the id of the invisible one that aligns it."""
        self.root = self.begun(root) if self.across else root
        every = (self.root, *frames(self.root))
        self.parts = {part.id: part for frame in every for part in frame.parts}
        starts = [frame.start_id for frame in every if frame.start]
        self.names = identifiers([*self.parts, *starts])
        self.sizes = {arrow.head: arrow.label for frame in every for arrow in frame.arrows}
        for frame in every:
            if frame.opening and self.sizes.get(frame.id) == frame.opening:
                self.sizes[frame.parts[0].id] = self.sizes.pop(frame.id)
        self.stacked = {
            part.id
            for frame in every
            if self.to_the_right and all(isinstance(part, Node) for part in frame.parts)
            for part in frame.parts
        }
        """Ids of the nodes of chains that run down where the frames follow each other to the right."""
        between = [
            (self.parts[arrow.tail], self.parts[arrow.head])
            for frame in every
            for arrow in frame.arrows
            if self.to_the_right and isinstance(self.parts[arrow.head], Frame)
        ]
        self.joints = {end for tail, head in between for end in (last(tail), entry(head))}
        """Ids of the nodes at the ends of frames that arrows should join in a straight line."""
        self.aligned: list[list[str]] = []
        """Groups of names of the nodes that share a rank."""

    def begun(self, frame: Frame) -> Frame:
        """Return a frame in which each row begins with a dot, visible or not, so that rows are flush left."""
        parts = tuple(
            self.begun(part) if isinstance(part, Frame) and part.isolated else part for part in frame.parts
        )
        frame = replace(frame, parts=parts)
        if frame.start or frame.down or any(map(_is_isolated, parts)):
            return frame
        self.hidden[frame.start_id] = entry(parts[0])
        return replace(frame, start=True)

    def dot(self, frame: Frame) -> Values | None:
        """Return the values of the dot before the first part of a frame."""
        if not frame.start:
            return None
        return {"name": self.names[frame.start_id], "hidden": frame.start_id in self.hidden}

    def part(self, part: Node | Tag | Frame) -> Values:
        """Return the values of a part and of all that is in it."""
        theme = self.figure.theme
        match part:
            case Node():
                box, plain = _box(theme.style(part.role, part.fill)), _box(theme.style("other"))
                shape = _SHAPES.get(part.role, {})
                if part.taper in _TAPERS:
                    width, height = (number(side / 72) for side in _metrics(theme).node(part))
                    shape = _TAPERS[part.taper] | {"width": width, "height": height, "fixedsize": "true"}
                words = "\n".join(written_lines(part))
                quoted = dot_quote(words.replace(": ", ":\n") if self.to_the_right else words)
                left = {name: value for name, value in box.items() if value != plain[name]}
                joint = {"group": "flow"} if part.id in self.joints else {}
                attributes = _attributes({"label": quoted, **shape, **left, **joint})
                return {"kind": "node", "name": self.names[part.id], "attributes": attributes}
            case Tag():
                style = theme.style(part.role)
                label = {"label": dot_quote(part.text.replace(" + ", "\n+ ")), "fontcolor": f'"{style.text}"'}
                shape = {"shape": "plaintext", "style": '""', "margin": '"0.04,0"', "height": "0.2"}
                attributes = _attributes({**label, **shape})
                return {"kind": "node", "name": self.names[part.id], "attributes": attributes}
        style = theme.style(part.role or GroupRole.BLOCK, part.shade)
        return {
            "kind": "frame",
            "name": self.names[part.id],
            "label": self.title(part) if part.title else '""',
            "fill": style.fill if part.title else "none",
            "stroke": style.stroke if part.title else "none",
            "dot": self.dot(part),
            "parts": [self.part(inner) for inner in part.parts],
        }

    def runs(self) -> list[Values]:
        """Return the arrows, one run of equal roles after the other, the main path first."""
        every, order = (self.root, *frames(self.root)), list(EdgeRole)
        arrows = [arrow for frame in every for arrow in frame.arrows]
        arrows.sort(key=lambda arrow: order.index(arrow.role))
        runs: list[Values] = []
        for role, run in groupby(arrows, key=lambda arrow: arrow.role):
            lines: list[str] = []
            for line in map(self.arrow, run):
                # An arrow without attributes continues the line that ends at its tail.
                tail, _, rest = line.partition(" -> ")
                if lines and "[" not in lines[-1] + line and lines[-1].endswith(f" -> {tail}"):
                    lines[-1] += f" -> {rest}"
                else:
                    lines.append(line)
            attributes = _attributes(_line(self.figure.theme.style(role), role))
            runs.append({"role": role.value, "attributes": attributes, "arrows": lines})
        # Invisible arrows: from dots to the first parts of rows, and in ranks that hold each shortcut's only
        # part beside the middle of the branch it passes.
        levels = [pair for frame in every for pair in frame.level]
        unseen = [f"{self.names[dot]} -> {self.names[first]}" for dot, first in self.hidden.items()]
        unseen += [
            f"{{rank=same; {self.names[passed]} -> {self.names[part]}}}" for part, passed in levels
        ] + self.neighbours()
        if unseen:
            runs.append({"role": "order", "attributes": "style=invis", "arrows": unseen})
        return runs

    def neighbours(self) -> list[str]:
        """Return the arrows that order parts without arrows: down, or networks side by side."""
        if self.root.arrows or len(self.root.parts) < 2:
            return []
        if self.root.down:
            names = [self.names[entry(part)] for part in self.root.parts]
            return [self.in_one_rank(above, below, {}) for above, below in pairwise(names)]
        arrows = []
        for left, right in pairwise(self.root.parts):
            ends = {last(row): _ranks(row, last(row)) for row in rows(left)}
            first, *_ = ends
            apart = {"minlen": max(ends.values()) - ends[first] + 1, "weight": 100}
            arrows.append(f"{self.names[first]} -> {self.names[entry(right)]} [{_attributes(apart)}]")
        return arrows

    def arrow(self, arrow: Edge) -> str:
        """Return the line of an arrow; one between two frames leaves and enters their outlines."""
        tail, head = self.parts.get(arrow.tail), self.parts.get(arrow.head)
        if isinstance(head, Frame) and head.isolated:
            return self.between(arrow, tail, head)
        if {arrow.tail, arrow.head} <= self.stacked:
            return self.in_one_rank(self.names[arrow.tail], self.names[arrow.head], {})
        left: Values = {"dir": "none"} if isinstance(head, Tag) else {}
        left |= {"label": dot_quote(f"  {arrow.label}")} if arrow.label else {}
        left |= {"ltail": f"cluster_{self.names[tail.id]}"} if isinstance(tail, Frame) else {}
        attributes = f" [{_attributes(left)}]" if left else ""
        start = last(tail) if isinstance(tail, Frame) else arrow.tail
        return f"{self.names[start]} -> {self.names[arrow.head]}{attributes}"

    def between(self, arrow: Edge, tail: "Node | Tag | Frame | None", head: Frame) -> str:
        """Return the line of an arrow into a frame: from row to row, or along the flow."""
        ends: Values = {"lhead": f"cluster_{self.names[head.id]}"}
        start = arrow.tail
        last_row = rows(tail)[-1] if tail else None
        # A graph with frames of its own, or one of its nodes, is no row.
        is_row = isinstance(last_row, Frame) and not any(map(_is_isolated, last_row.parts))
        if self.across and not head.title and tail and not is_row:
            return f"{self.names[last(tail)]} -> {self.names[self.hidden.get(entry(head), entry(head))]}"
        if isinstance(tail, Frame):
            ends["ltail"] = f"cluster_{self.names[tail.id]}"
            start = entry(rows(tail)[-1]) if self.across else last(tail)
        names = [self.names[start], self.names[entry(head)]]
        if not self.across:
            shown = arrow.label and not self.to_the_right
            label = {"label": dot_quote(f"  {arrow.label}")} if shown else {}
            return f"{names[0]} -> {names[1]} [{_attributes({**label, **ends})}]"
        return self.in_one_rank(names[0], names[1], {"ltail": ends["lhead"], "lhead": ends.get("ltail")})

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
        """Return the label of a frame: its title, and the sizes at its ends unless an arrow has them."""
        title = f"<b>{dot_html(frame.title)}</b>"
        size = dot_html(self.sizes.get(frame.id, ""))
        if not size or self.flow is Flow.DOWN:
            return f"<{title}>"
        if self.to_the_right:
            lines = [title, *size.replace(" → ", " →\n").splitlines()]
            return f"<{''.join(line + _LEFT for line in lines)}>"
        return f"<{title}&#160;&#160;&#160;{size}>"


_LEFT = '<br align="left"/>'
"""End of a line that is flush left, in an HTML-like label."""


def _is_isolated(part: Node | Tag | Frame) -> bool:
    return isinstance(part, Frame) and part.isolated


def _ranks(row: Node | Tag | Frame, part: str) -> int:
    """Return the number of arrows on the longest path to a part of a row."""
    arrows = row.arrows if isinstance(row, Frame) else ()
    return max((1 + _ranks(row, arrow.tail) for arrow in arrows if arrow.head == part), default=0)


def _box(style: Style) -> dict[str, str]:
    return {
        "fillcolor": f'"{style.fill}"',
        "color": f'"{style.stroke}"',
        "fontcolor": f'"{style.text}"',
        "penwidth": number(style.line_width * _ENLARGED),
    }


def _line(style: Style, role: EdgeRole) -> Values:
    # Graphviz has no pattern of dashes and dots.
    dashes = "dotted" if style.dash and style.dash[0] < 1.5 * style.line_width else "dashed"
    return {
        "color": f'"{style.stroke}"',
        "fontcolor": f'"{style.text}"',
        "penwidth": number(style.line_width * _ENLARGED),
        "style": dashes if style.dash else "solid",
        "weight": 100 if role is EdgeRole.FLOW else 1,
    }


def _legend(entries: Sequence[LegendEntry], theme: Theme) -> str:
    """Return the legend as rows of swatches and words: an HTML-like label of one table a row."""
    size = theme.size("legend") * _ENLARGED
    rows: list[tuple[str, float]] = []
    for row in entries:
        if row.role in UNEXPLAINED:
            continue
        lines = wrap_label(row.text, size, _LEGEND - _SAMPLE, keeps_commas=True) or ("",)
        width = widest(lines, size) + (_SAMPLE if isinstance(row.role, EdgeRole) else _BESIDE)
        cells, used = rows.pop() if rows and rows[-1][1] + width <= _LEGEND else ("", 0.0)
        rows.append((cells + _entry(row, lines, size, theme), used + width))
    longest = max((used for _, used in rows), default=0.0)
    fillers = (f'<td width="{longest - used:.0f}"></td>' if used < longest else "" for _, used in rows)
    body = "".join(
        f'<tr><td><table border="0" cellspacing="4"><tr>{cells}{filler}</tr></table></td></tr>'
        for (cells, _), filler in zip(rows, fillers, strict=True)
    )
    return f'<<table border="0" cellspacing="0" cellpadding="0">{body}</table>>' if body else ""


def _entry(row: LegendEntry, lines: Sequence[str], size: float, theme: Theme) -> str:
    """Return the cell of an entry: its words on its fill, or behind its sign or line."""
    # Graphviz refuses an empty font.
    text = _LEFT.join(dot_html(line) if line.strip() else "&#160;" for line in lines)
    text += _LEFT if len(lines) > 1 else ""
    frame = ""
    if isinstance(row.role, EdgeRole):
        style = theme.style(row.role)
        sample = "– – ›" if style.dash else "——›"
        text = f'<font color="{style.text}">{sample} {text}</font>'
    elif row.role in MERGE_SIGNS:
        text = f"{MERGE_SIGNS[row.role]} {text}"
    elif row.role:
        style = theme.style(row.role, row.shade)
        frame = f' border="1" bgcolor="{style.fill}"' + (' style="dashed"' if style.dash else "")
    return f'<td{frame}><font point-size="{number(size)}">{text}</font></td>'


_LEGEND = 540.0
"""Width of the legend, in points."""
_BESIDE, _SAMPLE = 9.0, 36.0
"""Width that the cell of an entry has beside its text, and with the sample of a line, in points."""
