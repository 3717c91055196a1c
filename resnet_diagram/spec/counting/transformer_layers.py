"""Recognise the layers of transformers and their kin, which are blocks of several parts."""

from math import prod
from typing import TypeGuard

from resnet_diagram.spec.graph import graphs
from resnet_diagram.spec.measure import in_shape, is_residual, main_layers, walk
from resnet_diagram.spec.model import Block, Element, Graph, Layer, LayerKind, Merge, Stage
from resnet_diagram.spec.traits import MIXING, is_depthwise

_CHOICES = frozenset(["topk", "argmax"])
"""Operations that choose experts."""


def is_transformer_layer(element: Element) -> TypeGuard[Stage]:
    """Return whether an element is one layer of a transformer: a stage of attention and an MLP.

    Each with a way round it (Vaswani et al. 2017, section 3.1); what mixes positions may take attention's
    place (Tolstikhin et al. 2021, "MLP-Mixer"; Yu et al. 2022, "MetaFormer").
    """
    if not isinstance(element, Stage) or any(isinstance(item, Stage | Graph) for item in element.body):
        return False
    members = [item for item in element.body if isinstance(item, Block) and item.merge is Merge.ADD]
    perceptrons = [_is_perceptron(block) for block in members]
    if all(perceptrons):
        perceptrons = [not any(map(_reads_positions, walk(block))) for block in members]
    if not any(perceptrons) or all(perceptrons) or not any(map(is_residual, members)):
        return False
    # Several layers in one stage repeat a row.
    count = len(perceptrons)
    periods = (period for period in range(1, count // 2 + 1) if count % period == 0)
    return not any(perceptrons[period:] == perceptrons[:-period] for period in periods)


def _reads_positions(layer: Layer) -> bool:
    """Return whether a layer computes a value of several positions, each channel for itself."""
    is_reduced = prod(layer.out_shape[1:]) < prod(layer.in_shape[1:])
    return is_depthwise(layer) or (is_reduced and layer.kind is not LayerKind.RESHAPE)


def _is_perceptron(block: Block) -> bool:
    """Return whether a branch computes on each position by itself, but for depthwise convolutions between.

    So does one of several experts that are chosen for it (Shazeer et al. 2017, "Outrageously Large Neural
    Networks"), however the choice is computed.
    """
    inside = tuple(walk(block))
    chosen = any(layer.op in _CHOICES for layer in inside)
    hidden = any(layer.kind is LayerKind.OPAQUE and (layer.params or not chosen) for layer in inside)
    if hidden or not (chosen or not any(graphs(block))):
        return False
    layers = [layer for layer in main_layers(block) if layer.kind in MIXING]
    dense = [layer for layer in layers if not (layer.kind is LayerKind.CONV and is_depthwise(layer))]
    pointwise = all(
        layer.kind is LayerKind.LINEAR or (layer.kind is LayerKind.CONV and max(layer.kernel, default=1) == 1)
        for layer in dense
    )
    return len(dense) > 1 and pointwise and dense[0].in_shape[0] == in_shape(block)[0]
