"""Numbers of stages in networks with branches."""

import pytest

from resnet_diagram.spec.counting.stages import numbered_stages
from resnet_diagram.spec.model import Graph, GraphNode, Layer, LayerKind, Merge, Network, Stage

SHAPE = (8, 16, 16)


def stage(name: str) -> Stage:
    layer = Layer(kind=LayerKind.CONV, op="conv", name=f"{name}.0", in_shape=SHAPE, out_shape=SHAPE)
    return Stage(body=(layer,), name=name)


def network(levels: list[list[str]]) -> Network:
    """Return a network whose branches are summed after each level, and read by the branches of the next."""
    nodes = [GraphNode(shape=SHAPE)]
    for names in levels:
        before = len(nodes) - 1
        nodes += [GraphNode(shape=SHAPE, reads=(before,), body=(stage(name),)) for name in names]
        nodes.append(GraphNode(shape=SHAPE, reads=tuple(range(before + 1, len(nodes))), merge=Merge.ADD))
    graph = Graph(nodes=tuple(nodes), outputs=(len(nodes) - 1,))
    return Network(name="n", input_shape=SHAPE, body=(stage("first"), graph))


@pytest.mark.parametrize(
    ("levels", "numbers"),
    [
        ([["a.branches.0", "a.branches.1"]], [1, 2, 2]),
        ([["a.0.b.0", "a.0.b.1"], ["a.1.b.0", "a.1.b.1"]], [1, 2, 2, 2, 2]),
        ([["a.0.b.0", "a.0.b.1"], ["a.1.b.0", "a.1.b.1", "a.1.b.2"]], [1, 2, 2, 3, 3, 3]),
        ([["s.0.layers", "s.1.layers"]], [1, 2, 2]),
        ([["fast", "slow"]], [1, 2, 3]),
        ([["a.0"], ["a.1"]], [1, 2, 3]),
    ],
)
def test_branches_of_a_module_are_one_stage(levels: list[list[str]], numbers: list[int]) -> None:
    assert [number for number, _ in numbered_stages(network(levels))] == numbers
