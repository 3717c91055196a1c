"""Paths of the blocks and stages of a network."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace

from resnet_diagram.dataclass import dataclass
from resnet_diagram.spec.counting.blocks import numbers
from resnet_diagram.spec.graph import merge_block
from resnet_diagram.spec.measure import is_residual
from resnet_diagram.spec.model import Block, Element, Graph, Network, Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Position of an element: the outermost stage, its block, and the residual block around it.

    `path`: the element's name, or its position, such as `body[0].branches[1][2]`. `block` counts from 1 and
    is 0 outside stages. `nested_in`: path of the innermost residual block around it. `runs`: how often it is
    run, with the same weights.
    """

    path: str = ""
    stage: str = ""
    block: int = 0
    nested_in: str | None = None
    runs: int = 1


Placed = Iterator[tuple[Block | Stage, Place]]


def placed(network: Network) -> Placed:
    """Yield every block and stage with its position, inner ones first: the order in which merges run.

    A stage directly inside a stage only groups blocks of the outer one and is not listed.
    """
    for part, elements in (("stem", network.stem), ("body", network.body), ("head", network.head)):
        yield from _inside(elements, part, Place())


def _inside(elements: Iterable[Element], position: str, around: Place) -> Placed:
    for at, element in enumerate(elements):
        place = replace(around, path=element.name or f"{position}[{at}]")
        if isinstance(element, Block):
            yield from _in_block(element, place)
            yield element, place
        elif isinstance(element, Stage):
            yield from _in_stage(element, place)
            yield element, place
        elif isinstance(element, Graph):
            yield from _in_graph(element, place)


def _in_graph(graph: Graph, place: Place) -> Placed:
    """Yield the elements of a graph, shared modules only once, and its merges as blocks."""
    shared = Counter(node.shares for node in graph.nodes)
    for number, node in enumerate(graph.nodes):
        position = f"{place.path}.nodes[{number}]"
        inner = replace(place, runs=place.runs * (1 + shared[number]))
        if node.shares is None:
            yield from _inside(node.body, f"{position}.body", inner)
            if node.merge is not None:
                yield merge_block(graph, number), replace(inner, path=node.name or position)


def _in_block(block: Block, place: Place) -> Placed:
    inner = replace(place, nested_in=place.path) if is_residual(block) else place
    for at, branch in enumerate(block.branches):
        yield from _inside(branch, f"{place.path}.branches[{at}]", inner)
    if block.shortcut:
        yield from _inside(block.shortcut.layers, f"{place.path}.shortcut", inner)


def _in_stage(stage: Stage, place: Place) -> Placed:
    counted = {} if place.stage else numbers(stage)
    for member, path in _members(stage, place.path):
        inner = replace(place, stage=place.stage or stage.name, path=path)
        if id(member) in counted:
            inner = replace(inner, block=counted[id(member)].pop(0))
        contents = _in_block(member, inner) if isinstance(member, Block) else _in_graph(member, inner)
        for element, inside in contents:
            waiting = counted.get(id(element), [])
            yield element, replace(inside, block=waiting.pop(0)) if waiting else inside
        if isinstance(member, Block):
            yield member, inner


def _members(stage: Stage, path: str) -> Iterator[tuple[Block | Graph, str]]:
    """Yield the blocks and graphs of a stage and of stages directly inside it, with their paths."""
    for at, element in enumerate(stage.body):
        inner = element.name or f"{path}.body[{at}]"
        if isinstance(element, Stage):
            yield from _members(element, inner)
        elif isinstance(element, Block | Graph):
            yield element, inner
