"""Networks without blocks: group each convolution with its norm and activation into a block."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from resnet_diagram.spec.graph import with_runs
from resnet_diagram.spec.measure import all_blocks, out_shape, walk
from resnet_diagram.spec.model import Block, Element, Layer, LayerKind, Network, Stage
from resnet_diagram.spec.settings import DROPOUT, changed, setting, with_settings
from resnet_diagram.spec.traits import FOLLOWING

FEWEST = 4
"""Minimum number of convolutions for which a class is generated."""


def with_units(network: Network) -> Network:
    """Return a network without blocks with its convolutions grouped into blocks, and stages by resolution.

    A network with blocks, or with few convolutions, is returned unchanged.
    """
    if next(all_blocks(network), None) is not None:
        return network
    if sum(layer.kind is LayerKind.CONV for layer in walk(network)) < FEWEST:
        return network
    elements = network.elements
    if not any(isinstance(element, Stage) for element in elements):
        united = _stages(_units([element for element in elements if isinstance(element, Layer)]))
        return replace(network, stem=(), body=tuple(united), head=())
    body: list[Element] = []
    for element in network.body:
        items = element.body if isinstance(element, Stage) else ()
        layers = [item for item in items if isinstance(item, Layer)]
        if isinstance(element, Stage) and len(layers) == len(items):
            element = replace(element, body=tuple(_units(layers)))
        body.append(element)
    return replace(network, body=tuple(body))


def with_dropouts(run: Sequence[Element]) -> tuple[Element, ...]:
    """Return the elements with each dropout that is a setting as a layer of its own."""
    items: list[Element] = []
    for element in run:
        rate = setting(element, DROPOUT) if isinstance(element, Layer) else None
        if isinstance(element, Layer) and rate:
            dropout = Layer(
                kind=LayerKind.DROPOUT,
                op="dropout",
                in_shape=element.out_shape,
                out_shape=element.out_shape,
                settings=changed(LayerKind.DROPOUT, "dropout", {"p": rate}),
            )
            items += [with_settings(element, {DROPOUT: 0.0}), dropout]
        else:
            items.append(with_runs(element, with_dropouts))
    return tuple(items)


def _units(layers: Sequence[Layer]) -> list[Element]:
    """Group each convolution and the layers that belong to it into a block with one branch."""
    units: list[Element] = []
    place = 0
    while place < len(layers):
        end = place + 1
        if layers[place].kind is LayerKind.CONV:
            while end < len(layers) and layers[end].kind in FOLLOWING:
                end += 1
        run = tuple(layers[place:end])
        units.append(Block(branches=(run,)) if len(run) > 1 else run[0])
        place = end
    return units


def _stages(units: Sequence[Element]) -> list[Element]:
    """Group neighbouring units of one resolution into stages."""
    elements: list[Element] = []
    number = 0
    for size, run in groupby(units, key=lambda unit: out_shape(unit)[1:] if isinstance(unit, Block) else ()):
        members = tuple(run)
        if not size or len(members) == 1:
            elements += members
            continue
        number += 1
        elements.append(Stage(name=f"stage{number}", body=members))
    return elements
