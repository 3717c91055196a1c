"""Charts: all that a diagram holds is in its frames, and every arrow is kept."""

import math
from collections.abc import Iterator

import pytest

import resnet_diagram as rd
from resnet_diagram.diagram.flat import flattened
from resnet_diagram.diagram.model import Diagram, Direction, Group, GroupRole, Node
from resnet_diagram.diagram.options import View
from resnet_diagram.diagram.walk import Edge, edges, nodes, written_lines
from resnet_diagram.render.chart.build import chart, fitting_chart
from resnet_diagram.render.chart.metrics import Metrics
from resnet_diagram.render.chart.model import Frame, Tag, entry, frames
from resnet_diagram.spec import catalog
from tests.render.figures import named, samples

METRICS = Metrics(
    node=lambda node: (8.0 * max(map(len, written_lines(node)), default=0), 20.0),
    text=lambda text: 8.0 * len(text),
    gap=20.0,
    nested_gap=0.0,
    line=20.0,
    frame=(20.0, 40.0),
)


def inside(part: Node | Tag | Frame) -> Iterator[str]:
    """Yield the ids of a part and of all that is in it."""
    yield part.id
    if isinstance(part, Frame):
        yield from (name for inner in part.parts for name in inside(inner))


def isolated_frame(root: Frame, name: str) -> Frame:
    """Return the innermost isolated frame that holds a node."""
    for part in root.parts:
        if isinstance(part, Frame) and part.isolated and name in inside(part):
            return isolated_frame(part, name)
    return root


def members(frame: Frame) -> Iterator[Node | Tag | Frame]:
    """Yield what the arrows of an isolated frame may join."""
    for part in frame.parts:
        if isinstance(part, Frame) and not part.isolated:
            yield from members(part)
        else:
            yield part


def is_kept(edge: Edge, root: Frame) -> bool:
    """Return whether a chart has an arrow for an edge of its diagram, with its role and label."""
    frame = isolated_frame(root, edge.head)
    holder = next((part.id for part in members(frame) if edge.tail in inside(part)), "")
    tail = holder or (frame.start_id if frame.start else "")
    if not tail:
        return entry(frame) == edge.head
    tags = {part.id: part.text for part in members(frame) if isinstance(part, Tag)}
    ways = {(arrow.tail, arrow.head, arrow.role): arrow.label for arrow in frame.arrows}
    if (tail, edge.head, edge.role) in ways:
        return not holder or ways[tail, edge.head, edge.role] == edge.label
    through = [name for name in tags if {(tail, name, edge.role), (name, edge.head, edge.role)} <= set(ways)]
    return any(tags[name] == edge.label for name in through)


def check(diagram: Diagram, room: float) -> None:
    root = chart(diagram, METRICS, room)
    shown = [name for name in inside(root) if name in {node.id for node in nodes(diagram.chain.items)}]
    assert sorted(shown) == sorted(node.id for node in nodes(diagram.chain.items))
    lost = [edge for edge in edges(diagram.chain.items) if not is_kept(edge, root)]
    assert lost == []


@pytest.mark.parametrize("room", [1.0, 300.0, 900.0, math.inf])
@pytest.mark.parametrize("name", samples())
def test_samples_lose_nothing(name: str, room: float) -> None:
    check(samples()[name].diagram, room)


@pytest.mark.parametrize("view", [View.PAPER, View.FULL, View.OVERVIEW, View.BLOCK])
@pytest.mark.parametrize("name", ["resnet20", "resnet50d", "seresnet50", "preact-resnet110"])
def test_views_lose_nothing(name: str, view: View) -> None:
    for direction in (*Direction, None):
        check(flattened(named(name, view, direction).diagram), 500.0)


@pytest.mark.parametrize("name", catalog.names())
def test_captions_are_on_the_arrows_into_their_stages(name: str) -> None:
    diagram = flattened(named(name).diagram)
    root = chart(diagram, METRICS, 900.0)
    captions = {
        item.id: item.caption for item in diagram.chain.items if isinstance(item, Group) and item.caption
    }
    assert {arrow.head: arrow.label for arrow in root.arrows if arrow.label} == captions


def test_a_row_is_no_wider_than_the_room() -> None:
    diagram = flattened(named("plain34").diagram)
    for frame in frames(chart(diagram, METRICS, 600.0)):
        if frame.role is GroupRole.BLOCK:
            assert METRICS.series([part for part in frame.parts if isinstance(part, Node)])[0] <= 600.0


def test_the_first_page_that_holds_the_chart_is_taken() -> None:
    diagram = flattened(named("plain34").diagram)
    low = chart(diagram, METRICS, 5000.0).height
    assert fitting_chart(diagram, METRICS, [(600.0, low), (5000.0, low)])[0].height == low
    assert fitting_chart(diagram, METRICS, [(600.0, 9999.0), (5000.0, low)])[0].height > low
    assert not fitting_chart(diagram, METRICS, [(600.0, low), (5000.0, low - 1)])[1]


@pytest.mark.parametrize("name", ["dot", "mermaid"])
def test_a_chart_is_built_once_for_its_text_and_its_size(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[float] = []

    def counted(diagram: Diagram, metrics: Metrics, room: float) -> Frame:
        built.append(room)
        return chart(diagram, metrics, room)

    monkeypatch.setattr("resnet_diagram.render.chart.build.chart", counted)
    rd.to_text(catalog.network("resnet18"), name, view="overview")
    assert len(built) == 1
