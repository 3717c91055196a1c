"""Convert a U-Net to a graph: the levels of its encoder and decoder, and its skip connections."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby, pairwise
from math import prod

from resnet_diagram.diagram.lanes.whole import append_graph
from resnet_diagram.diagram.panels.long_blocks import is_unit_or_long
from resnet_diagram.spec.graph import all_elements
from resnet_diagram.spec.measure import (
    depth,
    in_shape,
    is_gate,
    merged_shape,
    out_shape,
    residual_blocks,
    walk,
)
from resnet_diagram.spec.model import Block, Element, Graph, GraphNode, Layer, LayerKind, Network, Stage
from resnet_diagram.spec.traits import FOLLOWING

_LEAST_SKIPS = 2


def has_levels(network: Network) -> bool:
    """Return whether several skip connections of a network bypass lower resolutions, as in a U-Net."""
    return sum(map(_bypasses, all_elements(network))) >= _LEAST_SKIPS


def unet_graph(network: Network) -> Graph:
    """Return a graph with a node for each level of the encoder and the decoder of a network."""
    nodes = [GraphNode(shape=network.input_shape)]
    outputs = _run(nodes, network.elements, (0,))
    return Graph(nodes=tuple(nodes), outputs=outputs)


def _bypasses(element: Element) -> bool:
    """Return whether an element is a skip connection round a lower resolution."""
    if not isinstance(element, Block) or is_gate(element):
        return False
    ways = [*element.branches, *([element.shortcut.layers] if element.shortcut else [])]
    return len(ways) == 2 and any(map(_dips, ways))


def _dips(elements: Sequence[Element]) -> bool:
    """Return whether elements in series lower the resolution and raise it again."""
    sizes = [prod(layer.out_shape[1:]) for layer in walk(elements, gates=False, shortcuts=False)]
    if not sizes:
        return False
    first, lowest = prod(in_shape(elements)[1:]), min(sizes)
    return 1 < lowest < first and lowest < prod(out_shape(elements)[1:])


def _run(nodes: list[GraphNode], elements: Iterable[Element], values: tuple[int, ...]) -> tuple[int, ...]:
    """Append the nodes of elements behind the first of some values; return the values at their end."""
    for part in _levels(_spread(elements), stem=len(nodes) == 1):
        match part:
            case Block():
                values = (_skip(nodes, part, values[0]), *values[1:])
            case Graph():
                values = append_graph(nodes, part, values[0], _run, opens=lambda _: True)
            case _:
                nodes.append(GraphNode(shape=out_shape(part), reads=values[:1], body=part))
                values = (len(nodes) - 1, *values[1:])
    return values


def _skip(nodes: list[GraphNode], block: Block, value: int) -> int:
    """Append the nodes of a skip connection and of the branch that it bypasses; return that of its merge."""
    ways = [*block.branches, *([block.shortcut.layers] if block.shortcut else [])]
    reads = tuple(_run(nodes, way, (value,))[0] for way in ways)
    kind = block.shortcut.kind if block.shortcut else None
    merge = GraphNode(
        shape=merged_shape(block),
        reads=reads,
        merge=block.merge,
        signs=block.signs,
        shortcut=kind,
        name=block.name,
    )
    nodes.append(merge)
    return len(nodes) - 1


def _opens(element: Element) -> bool:
    """Return whether an element has parts at several levels."""
    if isinstance(element, Graph):
        return sum(not node.reads for node in element.nodes) == 1
    return _bypasses(element) or (isinstance(element, Stage) and any(map(_opens, element.body)))


def _spread(elements: Iterable[Element]) -> Iterator[Element]:
    """Yield elements with stages of several levels opened; blocks at one level are a stage of their own."""
    for element in elements:
        if isinstance(element, Block) and _opens(element):
            yield from element.before
            yield replace(element, before=(), after=())
            yield from element.after
        elif isinstance(element, Stage):
            for is_open, run in groupby(element.body, key=_opens):
                if is_open:
                    yield from _spread(run)
                else:
                    yield from _stage(element, tuple(run))
        elif is_unit_or_long(element):
            yield Stage(body=(element,))
        else:
            yield element


def _stage(stage: Stage, elements: Sequence[Element]) -> Iterator[Element]:
    """Yield some elements of a stage as a stage, or by themselves where it has no blocks left.

    A resampling that begins or ends it leads to another level.
    """
    if not residual_blocks(elements):
        yield from elements
        return
    first = int(_resamples(elements[0]))
    last = len(elements) - (len(elements) > 1 and _resamples(elements[-1]))
    yield from elements[:first]
    yield replace(stage, body=tuple(elements[first:last]))
    yield from elements[last:]


def _levels(elements: Iterable[Element], *, stem: bool) -> Iterator[Block | Graph | tuple[Element, ...]]:
    """Yield elements in runs; what is to be opened, stages and resamplings by themselves.

    Several layers ahead of a stage are its first block, which has no shortcut, and a pooling behind layers is
    one of them; not so in the `stem`.
    """
    run: list[Element] = []
    for element, behind in pairwise((*elements, None)):
        assert element
        if isinstance(element, Block | Graph) and _opens(element):
            yield from [tuple(run)] if run else []
            run, stem = [], False
            yield element
            continue
        follows = _follows(element)
        pools = isinstance(element, Layer) and element.kind is LayerKind.POOL and depth(run) > 0 and not stem
        alone = isinstance(element, Stage) or (_resamples(element) and not _follows(behind) and not pools)
        ends = bool(run) and (
            isinstance(run[0], Stage) or (_resamples(run[0]) and len(run) == 1 and not follows)
        )
        if isinstance(element, Stage) and not stem and run and not ends and depth(run) > 1:
            run = [replace(element, body=(*run, *element.body))]
            continue
        if (
            isinstance(element, Stage)
            and run
            and isinstance(run[0], Stage)
            and not element.name + run[0].name
        ):
            run = [replace(element, body=(*run[0].body, *element.body))]
            continue
        if run and (alone or ends):
            yield tuple(run)
            run, stem = [], False
        run.append(element)
    if run:
        yield tuple(run)


def _follows(element: Element | None) -> bool:
    """Return whether an element is a norm or an activation."""
    return isinstance(element, Layer) and element.kind in FOLLOWING


def _resamples(element: Element) -> bool:
    """Return whether an element is a pooling, an upsampling or a convolution that changes the resolution."""
    kinds = (LayerKind.POOL, LayerKind.UPSAMPLE, LayerKind.CONV)
    return (
        isinstance(element, Layer) and element.kind in kinds and element.in_shape[1:] != element.out_shape[1:]
    )
