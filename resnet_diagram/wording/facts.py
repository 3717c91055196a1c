"""Facts about a network: for programs as JSON, and as rows of a table."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from resnet_diagram.spec.measure import (
    activations,
    channels,
    depth,
    in_shape,
    is_gate,
    is_residual,
    macs,
    option,
    out_shape,
    params,
    pre_activation,
    stride,
    units,
    walk,
    weighted_layers,
)
from resnet_diagram.spec.model import Block, Element, Layer, Merge, Network, Shape, Stage
from resnet_diagram.spec.places import Place, placed
from resnet_diagram.spec.receptive_field import receptive_field, stage_fields
from resnet_diagram.spec.shapes import extent_text, shape_text
from resnet_diagram.wording.blocks import layout_name
from resnet_diagram.wording.shapes import change_text, resolution_text

Facts = dict[str, Any]


def facts(network: Network) -> Facts:
    """Return all facts, as dictionaries and lists ready for JSON.

    Totals, stages, one entry for each residual addition in execution order, and the other merges. Shapes are
    `[C, *spatial]`; `in` and `out` of a layer are channels; `block` is the number in the stage, from 1.
    """
    elements = list(placed(network))
    fields = {id(stage): field for stage, field in stage_fields(network)}
    items = [(block, place) for block, place in elements if isinstance(block, Block)]
    return {
        "name": network.name,
        "source": network.source,
        "input_shape": list(network.input_shape),
        "depth": depth(network),
        "params": params(network),
        "macs": macs(network),
        "activations": activations(network),
        "receptive_field": _sizes(receptive_field(network)),
        "option": option(network),
        "notes": list(network.notes),
        "stopped_at": network.stopped_at,
        "stages": [_stage(stage, fields.get(id(stage))) for stage, _ in elements if isinstance(stage, Stage)],
        "residuals": [_residual(block, place) for block, place in items if is_residual(block)],
        "other_merges": [_other_merge(block, place) for block, place in items if not is_residual(block)],
    }


def _sizes(field: Shape | None) -> list[int] | None:
    """Return a receptive field as a list."""
    return None if field is None else list(field)


def _stage(stage: Stage, field: Shape | None) -> Facts:
    return {
        "name": stage.name,
        "blocks": len(units(stage.body)),
        "in_shape": list(in_shape(stage)),
        "out_shape": list(out_shape(stage)),
        "receptive_field": _sizes(field),
        "runs": [list(run) for run in _runs(description(element) for element in stage.body)],
    }


def _runs(words: Iterable[str]) -> list[tuple[str, int]]:
    """Return equal neighbours as one, with their number."""
    return [(word, len(list(run))) for word, run in groupby(words)]


def description(element: Element) -> str:
    """Return an element in a few words: "bottleneck, projection shortcut, stride 2"."""
    match element:
        case Layer():
            return element.op
        case Stage():
            return f"stage {element.name}".rstrip()
    if not is_residual(element) or element.shortcut is None:
        return reason(element)
    steps = stride(element)
    tail = f", stride {extent_text(steps)}" if any(step > 1 for step in steps) else ""
    return f"{layout_name(element)}, {element.shortcut.kind} shortcut{tail}"


def reason(block: Block) -> str:
    """Return the reason for a merge that is no residual addition."""
    if is_gate(block):
        return "gate"
    if block.merge is Merge.MULTIPLY:
        return "product with a shortcut"
    if block.merge is Merge.CONCAT:
        return "concatenation with a shortcut" if block.shortcut else "concatenation"
    return "sum of branches"


def _residual(block: Block, place: Place) -> Facts:
    shortcut = block.shortcut
    return {
        "path": place.path,
        "stage": place.stage,
        "block": place.block,
        "shortcut": shortcut.kind.value if shortcut else None,
        "shortcut_layers": [_layer(layer) for layer in walk(shortcut)] if shortcut else [],
        "in_shape": list(in_shape(block)),
        "out_shape": list(out_shape(block)),
        "stride": list(stride(block)),
        "main": [_layer(layer) for layer in weighted_layers(block)],
        "pre_activation": pre_activation(block),
        "nested_in": place.nested_in,
    }


def _layer(layer: Layer) -> Facts:
    used, yielded = channels(layer)
    return {
        "kind": layer.kind.value,
        "kernel": list(layer.kernel),
        "stride": list(layer.stride),
        "groups": layer.groups,
        "in": used,
        "out": yielded,
    }


def _other_merge(block: Block, place: Place) -> Facts:
    return {"path": place.path, "merge": block.merge.value, "reason": reason(block)}


@dataclass(frozen=True, slots=True, kw_only=True)
class StageRow:
    """One line of a table: the stem, an element of the body, or the head.

    The texts are ready to print; `params` and `macs` of all rows add up to those of the network.
    """

    name: str
    blocks: int
    block_type: str
    spatial_change: str
    shortcut: str
    strides: str
    output: str
    params: int
    macs: int


def stage_rows(network: Network) -> tuple[StageRow, ...]:
    """Return the rows of a table: stem, body, head; those without layers are left out."""
    rows = [_row("stem", network.stem)] if network.stem else []
    numbered = enumerate(network.body, 1)
    for loose, run in groupby(numbered, key=lambda pair: isinstance(pair[1], Layer)):
        if loose:
            rows.append(_row("layers", tuple(element for _, element in run)))
        else:
            rows += [_row(_name(element, number), (element,)) for number, element in run]
    return (*rows, _row("head", network.head)) if network.head else tuple(rows)


def _name(element: Element, number: int) -> str:
    return element.name or f"{type(element).__name__.lower()} {number}"


def _row(name: str, elements: tuple[Element, ...]) -> StageRow:
    members = units(elements)
    residual = [block for block in members if is_residual(block)]
    kinds = Counter(block.shortcut.kind.value for block in residual if block.shortcut)
    steps = (extent_text(stride(block)) for block in residual)
    ends = in_shape(elements), out_shape(elements)
    return StageRow(
        name=name,
        blocks=len(members),
        block_type=", ".join(dict.fromkeys(_type(block) for block in members)),
        spatial_change=change_text(*(resolution_text(shape[1:]) for shape in ends)),
        shortcut=", ".join(f"{count} {kind}" for kind, count in kinds.items()),
        strides=", then ".join(step for step, _ in _runs(steps) if step),
        output=shape_text(out_shape(elements)),
        params=params(elements),
        macs=macs(elements),
    )


def _type(block: Block) -> str:
    return str(layout_name(block)) if is_residual(block) else reason(block)
