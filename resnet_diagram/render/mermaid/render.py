"""Write a diagram as a Mermaid flowchart, for Markdown on light and dark pages."""

import json
from collections.abc import Iterable, Iterator
from functools import partial

from resnet_diagram.diagram.flat import flattened
from resnet_diagram.diagram.model import Diagram, EdgeRole, GroupRole, Node, NodeRole, Taper
from resnet_diagram.diagram.walk import MERGE_SIGNS, Edge, written_lines
from resnet_diagram.errors import escape_in_quotes
from resnet_diagram.layout.text.metrics import text_width
from resnet_diagram.render.chart.budget import ChartSize
from resnet_diagram.render.chart.build import chart_of, chart_size
from resnet_diagram.render.chart.metrics import Metrics
from resnet_diagram.render.chart.model import UNEXPLAINED, Frame, Tag, frames
from resnet_diagram.render.escape.mermaid import mermaid_text
from resnet_diagram.render.escape.xml import printable
from resnet_diagram.render.figure import Figure
from resnet_diagram.render.identifiers import identifiers
from resnet_diagram.render.mermaid.styles import Palette, line, link_styles
from resnet_diagram.render.templates import render

_BOX = ("[", "]")
_SHAPES = {
    NodeRole.INPUT: ("([", "])"),
    NodeRole.ACTIVATION: ("([", "])"),
    NodeRole.ADD: ("((", "))"),
    NodeRole.SUBTRACT: ("((", "))"),
    NodeRole.MULTIPLY: ("((", "))"),
    NodeRole.CONCAT: ("([", "])"),
    NodeRole.QUESTION: ("{", "}"),
}
_TAPERS = {Taper.CLOSING: ("[\\", "/]"), Taper.OPENING: ("[/", "\\]"), Taper.BARREL: ("{{", "}}")}
_DOT = '(("\u00a0"))'

_UNBREAKABLE = "\u00a0"
"""Replaces spaces in frame titles, which Mermaid would break and draw over the first node."""

PAGES = ((1060.0, 1600.0), (1400.0, 2400.0))
"""Row widths and chart heights to try, in pixels; the first fits GitHub's column at 10 pixels type."""
_text_width = partial(text_width, size=14.0)
"""Width of a text in the type size of a chart, in pixels, which the template sets."""
_PADDING = {"(": 12.0, "[\\": 48.0, "[/": 48.0, "{": 48.0, "{{": 28.0}
"""Width that a shape adds to its text, in pixels."""


def render_mermaid(figure: Figure) -> str:
    """Return the Mermaid source of a figure; the same figure gives the same text."""
    root, _ = chart_of(figure, METRICS, PAGES)
    diagram, theme = flattened(figure.diagram), figure.theme
    palette = Palette(theme)
    writer = _Writer(root, palette)
    legend = _legend(diagram, root, writer) if writer.narrow else []
    lines = list(writer.content(root, "  "))
    if writer.repeated:
        lines[-1] += f"; class {','.join(writer.repeated)} frame"
    lines = [*legend, *lines] if writer.narrow else [*lines, *_legend(diagram, root, writer)]
    return render(
        "mermaid",
        "figure.mmd.jinja",
        figure.output.templates,
        title=escape_in_quotes(json.dumps(printable(diagram.title), ensure_ascii=False))
        if diagram.title
        else "",
        spoken_title=mermaid_text(" ".join(figure.spoken_title.splitlines())),
        description=mermaid_text(" ".join(diagram.description.splitlines())),
        remark=figure.remark,
        direction="LR" if writer.narrow else "TB",
        title_lines=max((title.count("\n") + 2 for title in writer.titles.values() if title), default=1),
        lines=lines,
        classes=palette.classes(),
        dots=bool(writer.starts) or any("legend_dot" in row for row in lines),
        link_styles=link_styles(writer.arrows, theme),
    )


def measure_mermaid(figure: Figure, text: str | bytes) -> ChartSize:
    """Return the size of a figure's chart, of which `text` is the source."""
    return chart_size(figure, METRICS, PAGES, text)


def render_markdown(figure: Figure) -> str:
    """Return the Mermaid source in a fence, for Markdown."""
    return f"```mermaid\n{render_mermaid(figure)}```\n"


def _node_size(node: Node) -> tuple[float, float]:
    """Estimate width and height of a node, in pixels."""
    rows = written_lines(node)
    width = max((_text_width(row) for row in rows), default=0.0)
    return width + _PADDING.get(_shape(node)[0], 8.0), 21.0 * max(1, len(rows)) + 14.0


METRICS = Metrics(node=_node_size, text=_text_width, gap=35.0, nested_gap=25.0, line=32.0, frame=(26.0, 52.0))
"""Sizes in pixels. The gap is the template's `rankSpacing` and 25 pixels that Mermaid adds at each level."""


def _shape(node: Node) -> tuple[str, str]:
    return _TAPERS.get(node.taper) or _SHAPES.get(node.role, _BOX)


class _Writer:
    """Writes frames as lines; the first mention of a node defines it."""

    def __init__(self, root: Frame, palette: Palette) -> None:
        every = (root, *frames(root))
        parts = [part for frame in every for part in frame.parts]
        starts = [frame.start_id for frame in every if frame.start]
        self.names = identifiers([*(part.id for part in parts), *starts])
        self.nodes = {part.id: part for part in parts if not isinstance(part, Frame)}
        self.frames = {part.id: part for part in parts if isinstance(part, Frame)}
        self.starts = set(starts)
        self.palette = palette
        self.narrow = not root.down and bool(root.arrows)
        """Whether the frames follow each other to the right, where they must not be wide."""
        arrows = [arrow for frame in every for arrow in frame.arrows if arrow.head in self.frames]
        self.titles = {arrow.head: arrow.label.replace(" → ", " →\n") for arrow in arrows if self.narrow}
        """Second part of the titles of frames: the sizes at their ends, else labels of arrows."""
        self.named: set[str] = set()
        self.repeated: list[str] = []
        """Names of frames round repeated blocks, whose class Mermaid 10 takes only outside of subgraphs."""
        self.arrows: list[tuple[EdgeRole, bool]] = []
        """Role of each arrow written so far, and whether it has no head: Mermaid styles arrows by number."""

    def content(self, frame: Frame, indent: str) -> Iterator[str]:
        """Yield the lines of the parts of a frame and of the arrows between them."""
        for part in frame.parts:
            if isinstance(part, Frame) and part.isolated:
                yield from self.isolated(part, indent)
        for is_flow in (True, False):
            for chain in _chains(arrow for arrow in frame.arrows if (arrow.role is EdgeRole.FLOW) is is_flow):
                yield indent + self.chain(chain)
        for part in frame.parts:
            if isinstance(part, Frame) and not part.isolated:
                yield indent + self.membership(part)
            elif part.id not in self.named:
                yield indent + self.node(part.id)

    def isolated(self, frame: Frame, indent: str) -> Iterator[str]:
        """Yield the lines of a subgraph, including its direction."""
        yield indent + self.opening(frame)
        yield f"{indent}  direction {'TB' if frame.down else 'LR'}"
        yield from self.content(frame, indent + "  ")
        yield f"{indent}end"

    def opening(self, frame: Frame) -> str:
        """Return the statement that opens a subgraph."""
        lines = [frame.title, *self.titles.get(frame.id, "").splitlines()]
        title = mermaid_text("\n".join(lines)).replace(" ", _UNBREAKABLE) or " "
        return f'subgraph {self.names[frame.id]}["{title}"]'

    def membership(self, frame: Frame) -> str:
        """Return a subgraph, in one line, round nodes that are joined by the arrows outside it."""
        inside = [part for part in frame.parts if not isinstance(part, Frame)]
        nested = [self.membership(part) for part in frame.parts if isinstance(part, Frame)]
        members = " & ".join(self.node(node.id) for node in inside)
        self.repeated.append(self.names[frame.id])
        statements = [self.opening(frame), members, *nested, "end"]
        return "; ".join(statement for statement in statements if statement)

    def chain(self, arrows: list[Edge]) -> str:
        """Return consecutive arrows as one line."""
        text = self.node(arrows[0].tail)
        for arrow in arrows:
            words = "" if arrow.head in self.titles else arrow.label
            label = f'|"{mermaid_text(words)}"|' if words else ""
            open_end = isinstance(self.nodes.get(arrow.head), Tag)
            text += (
                f" {line(arrow.role, self.palette.theme, open_end=open_end)}{label} {self.node(arrow.head)}"
            )
            self.arrows.append((arrow.role, open_end))
        return text

    def node(self, name: str) -> str:
        """Return the name of a part, with text and class at its first use."""
        if name in self.named:
            return self.names[name]
        self.named.add(name)
        if name in self.frames:
            is_row = not self.frames[name].title and self.frames[name].role in (None, GroupRole.BLOCK)
            return f"{self.names[name]}:::{'plain' if is_row else 'frame'}"
        if name in self.starts:
            return f"{self.names[name]}{_DOT}:::dot"
        node = self.nodes[name]
        if isinstance(node, Tag):
            return f'{self.names[name]}["{mermaid_text(node.text)}"]:::plain'
        before, after = _shape(node)
        rows = "\n".join(written_lines(node))
        text = mermaid_text(rows.replace(": ", ":\n") if self.narrow else rows) or " "
        return f'{self.names[name]}{before}"{text}"{after}:::{self.palette.class_of(node.role, node.fill)}'


def _chains(arrows: Iterable[Edge]) -> Iterator[list[Edge]]:
    """Split arrows into runs, in which each starts at the head of the previous one."""
    chain: list[Edge] = []
    for arrow in arrows:
        if chain and chain[-1].head != arrow.tail:
            yield chain
            chain = []
        chain.append(arrow)
    if chain:
        yield chain


def _legend(diagram: Diagram, root: Frame, writer: _Writer) -> list[str]:
    """Return the legend, a row of swatches below the chart.

    An invisible link follows each swatch and counts as an arrow. Another holds the legend below a chart that
    runs down; one that runs to the right has the legend first.
    """
    entries = [entry for entry in diagram.legend if entry.role not in UNEXPLAINED]
    if not entries:
        return []
    swatches = []
    for number, entry in enumerate(entries):
        if isinstance(entry.role, EdgeRole):
            arrow = line(entry.role, writer.palette.theme)
            text = f'legend_{number}["{mermaid_text(entry.text)}"]:::plain'
            swatches.append(f"legend_dot{number}{_DOT}:::dot {arrow} {text}")
            writer.arrows += [(entry.role, False), (EdgeRole.FLOW, False)]
        elif entry.role:
            text = f"{MERGE_SIGNS.get(entry.role, '')} {entry.text}".strip()
            style = writer.palette.class_of(entry.role, entry.shade)
            swatches.append(f'legend_{number}["{mermaid_text(text)}"]:::{style}')
            writer.arrows.append((EdgeRole.FLOW, False))
    words = "; ".join(entry.text for entry in entries if entry.role is None)
    swatches += [f'legend_words["{mermaid_text(words)}"]:::plain'] if words else []
    content = " ~~~ ".join(swatches)
    if writer.narrow:
        return [
            '  subgraph legend[" "]',
            "    direction LR",
            f"    {content}",
            "  end",
            "  class legend plain",
        ]
    tails = {arrow.tail for arrow in root.arrows}
    parts = [part for part in root.parts if part.id not in tails]
    ends = [writer.names[part.id] for part in parts if not isinstance(part, Frame) or part.isolated]
    stacked = root.down and not root.arrows
    links = (" ~~~ " if stacked else " & ").join(ends)
    writer.arrows += [(EdgeRole.FLOW, False)] * len(ends)
    return [f'  subgraph legend[" "]; {content}; end; {links} ~~~ legend:::plain']
