"""Facts about a network: for programs as JSON, and as rows of a table."""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from resnet_diagram.dataclass import dataclass
from resnet_diagram.spec.counting.blocks import residual_units, units
from resnet_diagram.spec.counting.places import Place, placed
from resnet_diagram.spec.counting.sharing import shared_modules
from resnet_diagram.spec.counting.transformer_layers import is_transformer_layer
from resnet_diagram.spec.graph import all_elements, parts
from resnet_diagram.spec.measure import (
    activations,
    channels,
    depth,
    in_shape,
    is_gate,
    is_residual,
    joined_axis,
    macs,
    option,
    out_shape,
    params,
    pre_activation,
    stride,
    walk,
    weighted_layers,
)
from resnet_diagram.spec.model import Block, Element, Graph, Layer, Merge, Network, Port, Shape, Stage
from resnet_diagram.spec.paths import common_path
from resnet_diagram.spec.receptive_field import receptive_field, stage_fields
from resnet_diagram.spec.shapes import extent_text, shape_text
from resnet_diagram.wording.blocks import layout_name, unit_type
from resnet_diagram.wording.shapes import change_text, resolution_text

Facts = dict[str, Any]


def facts(network: Network) -> Facts:
    """Return all facts, as dictionaries and lists ready for JSON.

    Totals, stages, one entry for each residual addition in execution order, and the other merges. Shapes are
    `[C, *spatial]`; `in` and `out` of a layer are channels; `block` is the number in the stage, from 1.
    """
    elements = list(placed(network))
    inputs = network.inputs or (Port(name="", shape=network.input_shape),)
    fields = {id(stage): field for stage, field in stage_fields(network)}
    items = [(block, place) for block, place in elements if isinstance(block, Block)]
    return {
        "name": network.name,
        "source": network.source,
        "input_shape": list(network.input_shape),
        "depth": depth(network),
        "params": params(network),
        "idle": [{"name": module.name, "params": module.params} for module in network.idle],
        "shared": [{"name": name, "runs": count} for name, count in shared_modules(network)],
        "macs": macs(network),
        "activations": activations(network),
        "receptive_field": _sizes(receptive_field(network)),
        "option": option(network),
        "notes": list(network.notes),
        "stopped_at": network.stopped_at,
        "inputs": [_port(port) for port in inputs],
        "outputs": [_port(port) | {"from": source} for port, source in fed_outputs(network)],
        "stages": [
            _stage(stage, fields.get(id(stage)))
            for stage, place in elements
            if isinstance(stage, Stage) and not place.stage
        ],
        "residuals": [_residual(block, place) for block, place in items if is_residual(block)],
        "other_merges": [
            {"path": place.path, "merge": block.merge.value, "reason": reason(block)}
            for block, place in items
            if not is_residual(block)
        ],
    }


def fed_outputs(network: Network) -> list[tuple[Port, str]]:
    """Return the outputs of a network, each with the name of the layer or merge that gives it."""
    elements = network.elements
    last = elements[-1] if elements else None
    if not isinstance(last, Graph):
        outputs = network.outputs or (Port(name="", shape=out_shape(network)),)
        return [(outputs[0], _last_name(elements))]
    outputs = network.outputs or (Port(name="", shape=out_shape(last)),)
    nodes = [last.nodes[number] for number in last.outputs]
    before = _last_name(elements[:-1])
    return [
        (port, _last_name(node.body) or node.name if node.reads else before)
        for port, node in zip(outputs, nodes, strict=True)
    ]


def _last_name(elements: Sequence[Element]) -> str:
    """Return the name of the last layer or merge of a run of elements."""
    match elements[-1] if elements else None:
        case Stage() as stage:
            return _last_name(stage.body)
        case Block() as block:
            return _last_name(block.after) or block.name
        case Graph() as graph:
            node = graph.nodes[graph.outputs[0]]
            return _last_name(node.body) or node.name
        case Layer() as layer:
            return layer.name
    return ""


def _port(port: Port) -> Facts:
    return {"name": port.name, "shape": list(port.shape)}


def _sizes(field: Shape | None) -> list[int] | None:
    """Return a receptive field as a list."""
    return None if field is None else list(field)


def _stage(stage: Stage, field: Shape | None) -> Facts:
    return {
        "name": stage.name,
        "blocks": len(units((stage,))),
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
            is_layer = is_transformer_layer(element)
            return str(unit_type(element)) if is_layer else f"stage {element.name}".rstrip()
        case Graph():
            return f"graph of {len(element.nodes)} nodes"
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
        axis = " of positions" if joined_axis(block) else ""
        return f"concatenation{axis} with a shortcut" if block.shortcut else f"concatenation{axis}"
    rescaling = {bool(run) and in_shape(run)[1:] != out_shape(run)[1:] for run in block.branches}
    if len(rescaling) > 1:
        return "sum across resolutions"
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
        "runs": place.runs,
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


@dataclass(frozen=True, slots=True, kw_only=True)
class StageRow:
    """One line of a table: the stem, an element of the body, or the head.

    The texts are ready to print; `params` and `macs` of all rows sum to the network's totals.
    """

    name: str
    blocks: int = 0
    block_type: str
    spatial_change: str = ""
    shortcut: str = ""
    strides: str = ""
    output: str = ""
    params: int
    macs: int = 0


def stage_rows(network: Network) -> tuple[StageRow, ...]:
    """Return the rows of a table: stem, body, head; those without layers are left out."""
    rows = [_row("stem", network.stem)] if network.stem else []
    numbered = enumerate(network.body, 1)
    for loose, run in groupby(numbered, key=lambda pair: isinstance(pair[1], Layer)):
        if loose:
            layers = tuple(element for _, element in run)
            rows.append(_row(_shared_path(layers) or "layers", layers))
        else:
            for number, element in run:
                is_open = isinstance(element, Graph) or len(_levels(element)) > 1
                rows += _rows_inside(element) if is_open else [_row(_name(element, number), (element,))]
    if network.head:
        rows.append(_row("head", network.head))
    if network.idle:
        # The modules that no drawn layer belongs to.
        names = ", ".join(module.name for module in network.idle)
        weights = sum(module.params for module in network.idle)
        rows.append(StageRow(name="unused", block_type=names, params=weights))
    return tuple(rows)


def _rows_inside(part: Element) -> list[StageRow]:
    """Return a row for each stage in a part, and for each run between them; what holds levels is opened."""
    rows: list[StageRow] = []
    for node, run in enumerate(parts(part)):
        for kind, items in groupby(run, key=_row_kind):
            elements = tuple(items)
            if kind is Stage:
                rows += [_row(_name(element, node), (element,)) for element in elements]
            elif kind is Graph:
                rows += [row for element in elements for row in _rows_inside(element)]
            else:
                rows.append(_row(_shared_path(elements) or f"part {node}", elements))
    return rows


def _shared_path(elements: Sequence[Element]) -> str:
    """Return the path of the module around some layers, of those with parameters if there are any."""
    named = [layer for layer in walk(elements) if layer.name]
    return common_path([layer.name for layer in named if layer.params] or [layer.name for layer in named])


def _row_kind(element: Element) -> type[Element]:
    """Return Stage for a part with a row of its own, Graph for one that is opened, else Layer."""
    if _levels(element) - {out_shape(element)[1:]}:
        return Graph
    return Stage if isinstance(element, Stage) else Layer


def _levels(element: Element) -> set[Shape]:
    """Return the resolutions of the stages on branches inside a part; a U-Net nests its levels there."""
    holders = (item for item in (element, *all_elements(element)) if isinstance(item, Block | Graph))
    inner = (item for holder in holders for run in parts(holder) for item in run if isinstance(item, Stage))
    return {out_shape(stage)[1:] for stage in inner}


def _name(element: Element, number: int) -> str:
    return element.name or f"{type(element).__name__.lower()} {number}"


def _row(name: str, elements: tuple[Element, ...]) -> StageRow:
    members = units(elements)
    residual = residual_units(members)
    kinds = Counter(block.shortcut.kind.value for block in residual if block.shortcut)
    steps = (extent_text(stride(block)) for block in residual)
    ends = in_shape(elements), out_shape(elements)
    return StageRow(
        name=name,
        blocks=len(members),
        block_type=", ".join(dict.fromkeys(map(_type, members))),
        spatial_change=change_text(*(resolution_text(shape[1:]) for shape in ends)),
        shortcut=", ".join(f"{count} {kind}" for kind, count in kinds.items()),
        strides=", then ".join(step for step, _ in _runs(steps) if step),
        output=shape_text(out_shape(elements)),
        params=params(elements),
        macs=macs(elements),
    )


def _type(unit: Block | Stage) -> str:
    if isinstance(unit, Stage):
        return str(unit_type(unit))
    return str(layout_name(unit)) if is_residual(unit) else reason(unit)
