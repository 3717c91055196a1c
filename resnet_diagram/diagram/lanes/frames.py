"""Change the frames of stages in a graph."""

from collections.abc import Callable
from dataclasses import replace

from resnet_diagram.diagram.model import Bar, Dag, Frame, GroupRole, Node, NodeRole, Omitted, Overview, Vertex
from resnet_diagram.diagram.origin import together
from resnet_diagram.wording.symbols import times


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
            origin=replace(together(bar.origin for bar in frame.bars), shape=frame.bars[-1].origin.shape),
        ),
    )


def with_frames(dag: Dag, change: Callable[[Vertex, Frame], Frame]) -> Dag:
    """Return a graph with each frame of its overviews changed; `change` gets its vertex, too."""
    vertices = []
    for vertex in dag.vertices:
        if isinstance(content := vertex.content, Overview):
            frames = tuple(change(vertex, frame) for frame in content.frames)
            vertex = replace(vertex, content=replace(content, frames=frames))
        vertices.append(vertex)
    return replace(dag, vertices=tuple(vertices))
