"""Describe layers, blocks and stages by tables with lists of layers."""

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from resnet_diagram.spec.check.faults import FaultError
from resnet_diagram.spec.measure import in_shape, is_gate
from resnet_diagram.spec.model import (
    Block,
    Element,
    Graph,
    GraphNode,
    Layer,
    LayerKind,
    Merge,
    Shortcut,
    ShortcutKind,
    Stage,
)
from resnet_diagram.spec.signature import anonymous
from resnet_diagram.spec.toml.expand.chain import Chain, kind_of
from resnet_diagram.spec.toml.expand.layers import layer_of
from resnet_diagram.spec.toml.schema.words import TABLE_OF_OP, WORD_OPS, TomlTable, Written
from resnet_diagram.spec.toml.shorten.recognise import convolutions_of

_ALWAYS_WRITTEN = ("op", "kind", "out", "kernel", "width")
"""Keys that are written even where they may be left out."""
_KEYS = {
    "convolution": ("width", "kernel", "stride", "padding", "dilation", "groups", "bias"),
    "linear": ("width", "bias"),
    "pooling": ("kernel", "stride", "padding"),
    "zero padding": ("width",),
    "subsampling": ("stride",),
    "group norm": ("groups",),
    "any layer": ("kernel", "stride", "padding", "dilation", "groups", "bias"),
}


def spelled(elements: Iterable[Element]) -> list[Written]:
    """Return the TOML values of a run of elements; equal consecutive blocks are written once."""
    return counted(written(element) for element in elements)


def counted(written: Iterable[Written]) -> list[Written]:
    """Merge equal consecutive block tables into one with `repeat`."""
    items: list[Written] = []
    for settings, run in groupby(written):
        count = len(list(run))
        if count > 1 and isinstance(settings, dict) and not {"op", "body", "nodes"} & settings.keys():
            items.append({"repeat": count} | settings)
        else:
            items += [settings] * count
    return items


def written(element: Element) -> Written:
    """Return the TOML value of one element."""
    match element:
        case Layer():
            layer = _layer(element)
            return layer["op"] if layer.keys() == {"op"} and layer["op"] in WORD_OPS else layer
        case Stage():
            return ({"name": element.name} if element.name else {}) | {"body": spelled(element.body)}
        case Block():
            return (_gate(element) if is_gate(element) else None) or _block(element)
        case Graph():
            name = {"name": element.name} if element.name else {}
            nodes = [_graph_node(node) for node in element.nodes]
            return {**name, "nodes": nodes, "outputs": list(element.outputs)}


def _graph_node(node: GraphNode) -> TomlTable:
    """Return the table of a graph node; a merge includes its shape, which may not follow from its inputs."""
    settings: TomlTable = {"reads": list(node.reads)} if node.reads else {}
    if not node.body:
        settings["shape"] = list(node.shape)
    for key in ("merge", "shortcut"):
        if value := getattr(node, key):
            settings[key] = value.value
    if node.signs:
        settings["signs"] = list(node.signs)
    if node.shares is not None:
        settings["shares"] = node.shares
    return settings | ({"body": spelled(node.body)} if node.body else {})


def _layer(layer: Layer) -> TomlTable:
    """Return the shortest table that describes the layer. Raises FaultError if none does."""
    target = anonymous(layer)
    for table in (TABLE_OF_OP.get(layer.op, ""), "any layer"):
        full: TomlTable = {"op": layer.op}
        if table == "any layer":
            full |= {"kind": layer.kind.value, "out": list(layer.out_shape)}
        for key in _KEYS.get(table, ()):
            width = layer.out_shape[-1 if layer.kind is LayerKind.LINEAR else 0]
            value: Any = width if key == "width" else getattr(layer, key)
            if isinstance(value, tuple):
                value = value[0] if len(set(value)) == 1 else list(value)
            full |= {key: value} if value != [] else {}
        full |= {"settings": dict(layer.settings)} if layer.settings else {}
        full |= {"params": layer.params, "macs": layer.macs}
        for settings in (full, full | {"ceil_mode": True}) if table == "pooling" else (full,):
            if table and _makes(settings, target):
                return _shortest(settings, target)
    raise FaultError(f"layer {layer.name!r} of kind '{layer.kind}' has a shape that no table describes.")


def _makes(settings: TomlTable, layer: Layer) -> bool:
    try:
        return layer_of(settings, layer.in_shape) == layer
    except (FaultError, KeyError):
        return False


def _shortest(settings: TomlTable, layer: Layer) -> TomlTable:
    """Return the table without the keys that have their default value."""
    for key in [key for key in settings if key not in _ALWAYS_WRITTEN]:
        shorter = {item: value for item, value in settings.items() if item != key}
        settings = shorter if _makes(shorter, layer) else settings
    return settings


def _gate(block: Block) -> Written | None:
    """Return the short form of a squeeze-and-excitation gate, or None for any other gate."""
    squeeze = convolutions_of(block.branches[-1])
    if not squeeze or not squeeze[0].out_shape[0] or len(block.branches) != 2:
        return None
    channels, hidden = squeeze[0].in_shape[0], squeeze[0].out_shape[0]
    reduction = 16 if channels // 16 == hidden else channels // hidden
    result = Chain(in_shape(block))
    result.gate(max(1, reduction), "")
    if anonymous(result.elements[0]) != anonymous(block):
        return None
    return "se" if reduction == 16 else {"op": "se", "reduction": reduction}


def _block(block: Block) -> TomlTable:
    settings: TomlTable = {}
    if block.before:
        settings["before"] = spelled(block.before)
    if len(block.branches) == 1 and block.shortcut:
        settings["layers"] = spelled(block.branches[0])
    else:
        settings["branches"] = [spelled(branch) for branch in block.branches]
    settings |= _shortcut(block.shortcut, "layers" in settings)
    if block.merge is not Merge.ADD:
        settings["merge"] = block.merge.value
    if block.signs:
        settings["signs"] = list(block.signs)
    if block.axis is not None:
        settings["axis"] = block.axis
    if block.after:
        settings["after"] = spelled(block.after)
    return settings


def _shortcut(shortcut: Shortcut | None, is_usual: bool) -> TomlTable:
    """Return the shortcut's entry in a block table; empty for an identity if `is_usual`."""
    if shortcut is None:
        return {}
    if shortcut.kind is ShortcutKind.IDENTITY:
        return {} if is_usual else {"shortcut": "identity"}
    layers = spelled(shortcut.layers)
    if kind_of(shortcut.layers) is shortcut.kind:
        return {"shortcut": layers}
    return {"shortcut": {"kind": shortcut.kind.value, "layers": layers}}
