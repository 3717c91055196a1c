"""Layers without a PyTorch module, written as expressions of their input."""

from resnet_diagram.codegen import layers
from resnet_diagram.codegen.blocks.parameters import Scope, compact
from resnet_diagram.codegen.layers import Cell, dims
from resnet_diagram.codegen.refusal import refuse
from resnet_diagram.codegen.text import Call
from resnet_diagram.spec.model import Layer, LayerKind
from resnet_diagram.spec.settings import FACTOR, INPUT, setting


def expression(cell: Cell, scope: Scope, x: str) -> str:
    """Return a cell's output as an expression in its input `x`; "" if the cell is a module of its own.

    Raises CodeError for reshapes and paddings that the network does not record in full, and for other inputs.
    """
    layer = cell[0]
    if other := setting(layer, INPUT):
        raise refuse(layer, f"another input joins in it, {other}, and code has one input")
    if layer.op == "flatten":
        return f"torch.flatten({x}, 1)"
    if layer.op in ("global_avg_pool", "global_max_pool") and len(layer.out_shape) == 1 and dims(layer):
        name, spatial = ("mean" if "avg" in layer.op else "amax"), tuple(range(2, dims(layer) + 2))
        return f"{x}.{name}(dim={spatial if len(spatial) > 1 else spatial[0]})"
    if layer.op == "reshape" and only_ones(layer):
        items = "".join(f", {size}" if size == 1 else ", -1" for size in layer.out_shape)
        return f"{x}.reshape({x}.shape[0]{items})"
    if layer.op == "subsample":
        return _subsampled(cell, scope, x)
    if layer.op == "zero_pad":
        if any(layer.in_shape[0] != layer.out_shape[0] for layer in cell):
            raise refuse(cell[0], "the network does not record which channels are the zeros")
        return f"F.pad({x}, ({_edges(cell)}))"
    if layer.op in ("scale", "shift") and layer.settings and not layer.params:
        factor, offset = setting(layer, FACTOR), setting(layer, "value") or 0.0
        product = x if factor == 1 else f"-{x}" if factor == -1 else f"{factor!r} * {x}"
        shifted = f"{offset!r} - {x}" if factor == -1 else f"{product} + {offset!r}".replace("+ -", "- ")
        return shifted if offset else product
    if layer.kind in (LayerKind.RESHAPE, LayerKind.PAD):
        raise refuse(layer, "the network does not record which value goes where")
    return ""


def module(cell: Cell, scope: Scope) -> Call | None:
    """Return the cell's expression as a module, or None if the cell is a module of its own.

    Raises CodeError for arithmetic, and for a stride that differs between the dimensions.
    """
    layer = cell[0]
    text = expression(cell, scope, "{}")
    if not text:
        return None
    if layer.op in ("scale", "shift"):
        raise refuse(layer, "it is no module, and its neighbours are written as a sequence of modules")
    if layer.op in ("global_avg_pool", "global_max_pool"):
        pool = layers.module(cell, scope)
        return Call("nn.Sequential", (pool, Call("nn.Flatten")))
    if layer.op == "flatten" or (layer.op == "reshape" and len(layer.out_shape) == 1):
        return Call("nn.Flatten")
    if layer.op == "reshape":
        channels = scope.channel([item.out_shape[0] for item in cell], "channels")
        return Call("nn.Unflatten", ("1", f"({channels}{', 1' * dims(layer) or ','})"))
    if layer.op == "subsample":
        steps = text.rpartition("[:, :, ")[2].removesuffix("]").replace(":", "").split(", ")
        if len(set(steps)) > 1:
            raise refuse(layer, "its stride differs along the dimensions")
        return Call("Subsample", (steps[0],))
    return Call("Pad", (text.removeprefix("F.pad({}, ").removesuffix(")"),))


def only_ones(layer: Layer) -> bool:
    """Return whether a reshape only adds or takes away dimensions of size 1."""
    larger = [[size for size in shape if size != 1] for shape in (layer.in_shape, layer.out_shape)]
    return larger[0] == larger[1] and len(larger[0]) <= 1


def _subsampled(cell: Cell, scope: Scope, x: str) -> str:
    strides = [compact(layer.stride) for layer in cell]
    if not all(isinstance(stride, int) for stride in strides):
        steps = [f"::{step}" if step > 1 else ":" for step in cell[0].stride]
        if len(set(strides)) > 1:
            raise refuse(cell[0], "its stride differs along the dimensions and from block to block")
    else:
        steps = [f"::{scope.setting(strides, 'stride', 1)}"] * dims(cell[0])
    return f"{x}[:, :, {', '.join(steps)}]"


def channel_padding(cell: Cell, scope: Scope) -> Call:
    """Return the call that pads positions and channels with zeros, for shortcuts without weights."""
    before = scope.channel([layer.in_shape[0] for layer in cell], "in_channels")
    after = scope.channel([layer.out_shape[0] for layer in cell], "out_channels")
    missing = f"{after} - {before}"
    if before.isdigit() and after.isdigit():
        missing = str(int(after) - int(before))
    return Call("Pad", (_edges(cell), "0", missing))


def _edges(cell: Cell) -> str:
    """Return the padding before and after each spatial dimension, last dimension first."""
    rows = set()
    for layer in cell:
        pads = layer.padding or (0,) * dims(layer)
        sizes = zip(layer.in_shape[1:], pads, strict=True)
        if tuple(size + 2 * pad for size, pad in sizes) != layer.out_shape[1:]:
            raise refuse(layer, "the network does not record on which side the zeros are")
        rows.add(pads)
    if len(rows) > 1:
        raise refuse(cell[0], "its padding differs from block to block")
    return ", ".join(f"{pad}, {pad}" for pad in reversed(rows.pop()))
