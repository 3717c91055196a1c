"""Change the frames of stages in a graph."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from resnet_diagram.diagram.legend import WORDS
from resnet_diagram.diagram.model import (
    Arc,
    Bar,
    Dag,
    EdgeRole,
    Frame,
    GroupRole,
    Node,
    NodeRole,
    Omitted,
    Overview,
    Vertex,
)
from resnet_diagram.diagram.origin import in_series
from resnet_diagram.wording.symbols import times
from resnet_diagram.wording.terms import Kind, Label, literal, phrase
from resnet_diagram.wording.vocabulary import Word


def summarised(dag: Dag) -> Dag:
    """Return a graph with a box for each stage, and each layer beside stages in a part, if it is no U."""
    vertices = []
    for vertex in dag.vertices:
        frames = vertex.content.frames if isinstance(vertex.content, Overview) else ()
        plain = any(frame.role is GroupRole.STAGE for frame in frames) and all(
            frame.role is GroupRole.STAGE or (frame.role is None and all(map(_is_layer, frame.bars)))
            for frame in frames
        )
        boxes = tuple(
            box for frame in frames if plain or dag.u_shaped for box in _boxes(frame, whole=dag.u_shaped)
        )
        vertices.append(replace(vertex, content=boxes) if boxes else vertex)
    return replace(dag, vertices=tuple(vertices))


def _is_layer(bar: Bar | Omitted) -> bool:
    return isinstance(bar, Bar) and bool(bar.text) and bar.role is not NodeRole.BLOCK


def _boxes(frame: Frame, *, whole: bool) -> tuple[Node, ...]:
    """Return a box for a frame, or for each layer of one without an outline unless it is one as a `whole`."""
    if frame.role is None and not whole:
        bars = [bar for bar in frame.bars if isinstance(bar, Bar)]
        return tuple(Node(id=bar.id, role=bar.role, lines=(bar.text,), origin=bar.origin) for bar in bars)
    return (
        Node(
            id=frame.id,
            role=NodeRole.STAGE,
            lines=(frame.title, *frame.notes),
            badge=times(frame.repeat),
            shade=max((bar.shade for bar in frame.bars if isinstance(bar, Bar)), default=0),
            origin=in_series([bar.origin for bar in frame.bars]),
        ),
    )


def charted(dag: Dag) -> Dag:
    """Return a graph with a box for each stage, and for other bars, in place of overviews: for charts."""
    vertices, notes = [], dict[str, tuple[Label, ...]]()
    for vertex in dag.vertices:
        if isinstance(content := vertex.content, Overview):
            boxes: list[Node] = []
            for frame in content.frames:
                # Parallel branches are one stage; the first has its types of block.
                words = notes.setdefault(frame.id.partition("-branch")[0], frame.notes)
                boxes += _charted_boxes(replace(frame, notes=words), content.arcs)
            vertex = replace(vertex, content=tuple(boxes))
        vertices.append(vertex)
    return replace(dag, vertices=tuple(vertices))


def _charted_boxes(frame: Frame, arcs: Sequence[Arc]) -> Iterator[Node]:
    """Yield a box for the blocks of a stage, with its output, and one for each run of equal layers."""
    if frame.role is not GroupRole.STAGE:
        yield from _runs(frame.bars, arcs)
        return
    blocks = [at for at, bar in enumerate(frame.bars) if not _is_layer(bar)] or [0, len(frame.bars) - 1]
    first, last = blocks[0], blocks[-1] + 1
    yield from _runs(frame.bars[:first], arcs)
    (box,) = _boxes(replace(frame, bars=frame.bars[first:last]), whole=True)
    lines = (with_times(frame.title, box.badge), *frame.notes, *_projections(frame.bars, arcs), frame.caption)
    yield replace(box, lines=tuple(filter(None, lines)), badge="")
    yield from _runs(frame.bars[last:], arcs)


def _runs(bars: Sequence[Bar | Omitted], arcs: Sequence[Arc]) -> Iterator[Node]:
    """Yield a box for each run of bars with equal text, with their number."""
    texts: list[Label] = []
    for bar in bars:
        texts.append(bar.text if isinstance(bar, Bar) else texts[-1])
    for text, pairs in groupby(zip(texts, bars, strict=True), key=lambda pair: pair[0]):
        run = [bar for _, bar in pairs]
        first = next(bar for bar in run if isinstance(bar, Bar))
        yield Node(
            id=first.id,
            role=first.role,
            lines=(text, *_projections(run, arcs)),
            badge=times(sum(bar.count if isinstance(bar, Omitted) else 1 for bar in run)),
            shade=first.shade,
            origin=in_series([bar.origin for bar in run]),
        )


def _projections(bars: Iterable[Bar | Omitted], arcs: Iterable[Arc]) -> Iterator[Label]:
    """Yield the shortcuts to some bars that are no identities, each once."""
    heads = {bar.id for bar in bars if isinstance(bar, Bar)}
    links = [arc for arc in arcs if arc.head in heads and arc.role is not EdgeRole.IDENTITY]
    for role, label in dict.fromkeys((arc.role, arc.label) for arc in links if arc.label):
        yield (
            label
            if Kind.SHORTCUT in label.kinds
            else phrase(Kind.SHORTCUT, Word.NAMED, phrase(Kind.SHORTCUT, WORDS[role]), label)
        )


def with_times(line: Label, count: str) -> Label:
    """Return a line with the number of equal boxes in series behind it, such as "Stage 2 [×4]"."""
    return Label(line, literal(count, Kind.REPEAT), joint=" ")


def with_frames(dag: Dag, change: Callable[[Vertex, Frame], Frame]) -> Dag:
    """Return a graph with each frame of its overviews changed; `change` gets its vertex, too."""
    vertices = []
    for vertex in dag.vertices:
        if isinstance(content := vertex.content, Overview):
            frames = tuple(change(vertex, frame) for frame in content.frames)
            vertex = replace(vertex, content=replace(content, frames=frames))
        vertices.append(vertex)
    return replace(dag, vertices=tuple(vertices))
