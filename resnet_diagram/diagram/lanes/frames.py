"""Change the frames of stages in a graph."""

from collections.abc import Callable
from dataclasses import replace

from resnet_diagram.diagram.model import Bar, Dag, Frame, GroupRole, Node, NodeRole, Overview, Vertex
from resnet_diagram.diagram.origin import together
from resnet_diagram.wording.symbols import times


def summarised(dag: Dag) -> Dag:
    """Return a graph with a box for each frame of a part that has stages alone, if it is no U."""
    vertices = []
    for vertex in dag.vertices:
        frames = vertex.content.frames if isinstance(vertex.content, Overview) else ()
        frames = frames if dag.u_shaped or all(frame.role is GroupRole.STAGE for frame in frames) else ()
        boxes = tuple(
            Node(
                id=frame.id,
                role=NodeRole.STAGE,
                lines=(frame.title, *frame.notes),
                badge=times(frame.repeat),
                shade=max((bar.shade for bar in frame.bars if isinstance(bar, Bar)), default=0),
                origin=replace(together(bar.origin for bar in frame.bars), shape=frame.bars[-1].origin.shape),
            )
            for frame in frames
        )
        vertices.append(replace(vertex, content=boxes) if boxes else vertex)
    return replace(dag, vertices=tuple(vertices))


def with_frames(dag: Dag, change: Callable[[Frame], Frame]) -> Dag:
    """Return a graph with each frame of its overviews changed."""
    return replace(dag, vertices=tuple(_with_frames(vertex, change) for vertex in dag.vertices))


def _with_frames(vertex: Vertex, change: Callable[[Frame], Frame]) -> Vertex:
    content = vertex.content
    if not isinstance(content, Overview):
        return vertex
    return replace(vertex, content=replace(content, frames=tuple(map(change, content.frames))))
