"""Convert a U-Net to a graph: the levels of its encoder and decoder, and its skip connections."""

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import chain, groupby
from math import prod

from resnet_diagram.diagram.lanes.whole import Piece, all_branches, append
from resnet_diagram.diagram.panels.long_blocks import is_unit_or_long
from resnet_diagram.spec.graph import all_elements
from resnet_diagram.spec.measure import depth, in_shape, is_block, is_gate, out_shape, walk
from resnet_diagram.spec.model import Block, Element, Graph, GraphNode, Layer, LayerKind, Network, Stage
from resnet_diagram.spec.paths import common_path
from resnet_diagram.spec.traits import FOLLOWING

_LEAST_SKIPS = 2
_RESAMPLING = frozenset({LayerKind.POOL, LayerKind.UPSAMPLE, LayerKind.CONV})
_PADDING = frozenset({LayerKind.PAD})


@lru_cache(maxsize=4)
def has_levels(network: Network) -> bool:
    """Return whether several values of a network bypass lower resolutions, as in a U-Net."""
    return sum(map(_skips, all_elements(network))) >= _LEAST_SKIPS


def unet_graph(network: Network) -> Graph:
    """Return a graph with a node for each level of the encoder and the decoder of a network."""
    nodes = [GraphNode(shape=network.input_shape)]

    def levels(elements: Iterable[Element]) -> Iterator[Piece]:
        return _levels(_outermost(list(_spread(elements))), stem=len(nodes) == 1)

    outputs = append(nodes, levels(network.elements), (0,), levels)
    return Graph(nodes=tuple(nodes), outputs=outputs)


def _skips(element: Element) -> int:
    """Return a number of values that bypass a lower resolution in an element, without those inside others."""
    match element:
        case Block():
            branches = _branches(element)
            return int(len(branches) == 2 and any(map(_dips, branches)))
        case Graph():
            return _LEAST_SKIPS * _dips((element,))
    return 0


def _branches(element: Element) -> tuple[tuple[Element, ...], ...]:
    """Return the branches of a block and the layers of its shortcut; nothing for gates and other elements."""
    return all_branches(element) if isinstance(element, Block) and not is_gate(element) else ()


def _dips(elements: Sequence[Element]) -> bool:
    """Return whether elements in series lower the resolution and raise it again."""
    scales = list(_scales(elements))
    lowest = min(scales, default=1.0)
    return lowest < min(1.0, scales[-1] if scales else 1.0)


def _scales(elements: Iterable[Element]) -> Iterator[float]:
    """Yield the number of positions behind each layer in series, relative to that before the first."""
    scale = 1.0
    for element in elements:
        branches = _branches(element)
        inside: list[Iterable[Element]] = [*branches] if len(branches) == 2 else []
        if isinstance(element, Graph):
            start = prod(in_shape(element)[1:])
            for node in element.nodes:
                before = prod(element.nodes[node.reads[0]].shape[1:]) if node.reads else start
                yield from (scale * before / start * inner for inner in _scales(node.body))
        elif isinstance(element, Stage):
            inside = [element.body]
        for branch in inside:
            yield from (scale * inner for inner in _scales(branch))
        scale *= _scale(element)
        yield scale


def _scale(element: Element) -> float:
    """Return the ratio of positions behind an element to those before it; 1 where they go to the batch."""
    before, after = in_shape(element), out_shape(element)
    if before[1:] == after[1:]:
        return 1.0
    rearranged = len(before) == len(after) and prod(before) == prod(after)
    if isinstance(element, Layer) and not (_is_resampling(element) or rearranged):
        return 1.0
    ends = prod(before[1:]), prod(after[1:])
    return ends[1] / ends[0] if min(ends) > 1 else 1.0


def _outermost(elements: Sequence[Element]) -> Iterator[Element]:
    """Yield elements in series; only that of the outermost module stays one with levels of its own.

    The stages of U²-Net are U-Nets too, each of a module, within the U of the whole network.
    """
    modules = {
        id(item): common_path(layer.name for layer in walk(item))
        for item in elements
        if isinstance(item, Block | Graph) and _opens(item)
    }
    depths = {key: module.count(".") + bool(module) for key, module in modules.items()}
    outer = [key for key, level in depths.items() if level == min(depths.values())]
    for element in elements:
        closes = len(outer) == 1 and id(element) in depths and id(element) not in outer
        yield Stage(body=(element,), name=modules[id(element)]) if closes else element


def _opens(element: Element) -> bool:
    """Return whether an element has parts at several levels."""
    if isinstance(element, Graph):
        single = sum(not node.reads for node in element.nodes) == 1
        return single and (len(element.outputs) > 1 or _dips((element,)))
    return bool(_skips(element)) or (isinstance(element, Stage) and any(map(_opens, element.body)))


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

    A resampling leads to another level, with its norm and activation.
    """
    if not any(map(is_block, elements)):
        yield from elements
        return
    for resamples, units in groupby(_units(elements), key=lambda unit: _resamples(_main(unit))):
        run = tuple(chain.from_iterable(units))
        yield from run if resamples or not any(map(is_block, run)) else (replace(stage, body=run),)


def _units(elements: Iterable[Element]) -> Iterator[tuple[Element, ...]]:
    """Yield elements one by one, a resampling with its padding, norms and activations."""
    unit: list[Element] = []
    for element in elements:
        follows = _is_layer(element, FOLLOWING) and unit and _resamples(_main(unit))
        if unit and not (_is_layer(unit[-1], _PADDING) or follows):
            yield tuple(unit)
            unit = []
        unit.append(element)
    if unit:
        yield tuple(unit)


def _levels(elements: Iterable[Element], *, stem: bool) -> Iterator[Piece]:
    """Yield elements in runs; what is to be opened, stages and resamplings by themselves.

    Several layers ahead of a stage are its first block, which has no shortcut, and a pooling behind layers is
    one of them; not so in the `stem`. An enlargement takes the only convolution between it and the end along.
    """
    units, inner = list(_units(elements)), not stem
    run: list[Element] = []
    for at, unit in enumerate(units):
        element, behind = _main(unit), tuple(chain.from_iterable(units[at + 1 :]))
        if isinstance(element, Stage) and run and _precedes(run, element, stem=stem):
            before = run[0].body if isinstance(run[0], Stage) else run
            run = [replace(element, body=(*before, *element.body))]
            continue
        opened = element if isinstance(element, Block | Graph) and _opens(element) else None
        pools = _is_layer(element, {LayerKind.POOL}) and depth(run) > 0 and not stem
        begins = opened or isinstance(element, Stage) or (_resamples(element) and not pools)
        if run and (begins or isinstance(run[0], Stage)):
            yield tuple(run)
            run, stem = [], False
        if opened:
            yield opened
        elif begins and inner and _raises(element) and depth(behind) == 1 and all(map(_is_layer, behind)):
            yield (*unit, *behind)
            return
        elif begins and _is_alone(unit, behind):
            yield unit
        else:
            run += unit
            continue
        stem = False
    if run:
        yield tuple(run)


def _precedes(run: Sequence[Element], stage: Stage, *, stem: bool) -> bool:
    """Return whether a run is the first block of the stage behind it, or a part of the same stage."""
    if isinstance(run[0], Stage):
        return not stage.name + run[0].name
    return not stem and depth(run) > 1


def _is_alone(unit: Sequence[Element], behind: Sequence[Element]) -> bool:
    """Return whether a resampling leads to another level; `behind`: what follows it.

    One with a norm or an activation is a part of the lower level, unless this is a stage.
    """
    main = _main(unit)
    if not _resamples(main):
        return False
    return unit[-1] is main or _raises(main) or isinstance(next(iter(behind), None), Stage)


def _is_resampling(layer: Layer) -> bool:
    """Return whether a layer is of a sort that may change the resolution, as a closed unit may."""
    unit = layer.kind is LayerKind.OTHER and layer.params > 0
    return unit or layer.kind in _RESAMPLING or layer.op == "subsample"


def _main(unit: Sequence[Element]) -> Element:
    """Return the first element of a unit that is no padding, or the last."""
    return next((element for element in unit if not _is_layer(element, _PADDING)), unit[-1])


def _is_layer(element: Element, kinds: Container[LayerKind] = frozenset(LayerKind)) -> bool:
    """Return whether an element is a layer of one of some kinds."""
    return isinstance(element, Layer) and element.kind in kinds


def _resamples(element: Element) -> bool:
    """Return whether an element is a pooling, an upsampling or a convolution that changes the resolution."""
    return isinstance(element, Layer) and _is_resampling(element) and _scale(element) != 1


def _raises(element: Element) -> bool:
    """Return whether an element is an upsampling or a convolution that raises the resolution."""
    return _resamples(element) and _scale(element) > 1
