"""Channel parameters of a generated class."""

from collections.abc import Sequence

from resnet_diagram.codegen.blocks.parameters import Scope, Variable
from resnet_diagram.codegen.blocks.pattern import main, residual
from resnet_diagram.spec.measure import in_shape, is_gate, merged_shape, walk
from resnet_diagram.spec.model import Block, Layer
from resnet_diagram.spec.traits import WEIGHTED

Channels = tuple[int, ...]
"""The number of channels at one place of each block."""


def scope_of(blocks: Sequence[Block]) -> Scope:
    """Return a scope with the channels of the blocks as variables."""
    scope = Scope(len(blocks))
    ins = tuple(in_shape(block)[0] for block in blocks)
    outs = tuple(merged_shape(block)[0] for block in blocks)
    if residual(blocks[0]):
        _residual(blocks, scope, ins, outs)
    elif is_gate(blocks[0]):
        _gate(blocks, scope, ins)
    else:
        # Add the input and output channels to the scope where they differ between the blocks.
        for name, values in (("in_channels", ins), ("out_channels", outs)):
            if len(set(values)) > 1 and scope.column("in_channels") != values:
                scope.channels.append(Variable(name=name, values=values))
    return scope


def _residual(blocks: Sequence[Block], scope: Scope, ins: Channels, outs: Channels) -> None:
    """Add the channels, and the width where all blocks widen it by one factor, to the scope.

    The width is the output channels of the first weighted layer on the main path.
    """
    if ins == outs:
        scope.channels.append(Variable(name="channels", values=ins))
        return
    layers = ((layer for layer in main(block) if isinstance(layer, Layer)) for block in blocks)
    weighted = [next((layer for layer in run if layer.kind in WEIGHTED), None) for run in layers]
    widths = tuple(layer.out_shape[0] if layer else 0 for layer in weighted)
    factor, *factors = {out / width if width else 0.0 for width, out in zip(widths, outs, strict=True)}
    source = ""
    scope.channels.append(Variable(name="in_channels", values=ins))
    if factor > 1 and factor.is_integer() and not factors:
        scope.constants["expansion"] = int(factor)
        scope.channels.append(Variable(name="width", values=widths))
        source = "width * self.expansion"
    scope.channels.append(Variable(name="out_channels", values=outs, source=source))


def _gate(blocks: Sequence[Block], scope: Scope, ins: Channels) -> None:
    """Add the channels and, for a squeeze-and-excitation gate, the reduction to the scope."""
    scope.channels.append(Variable(name="channels", values=ins))
    layers = [[layer for layer in walk(block) if layer.kind in WEIGHTED] for block in blocks]
    if any(len(result) != 2 or block.branches[0] for result, block in zip(layers, blocks, strict=True)):
        return
    squeezed = tuple(results[0].out_shape[0] for results, block in zip(layers, blocks, strict=True))
    factors = {full // part if full % part == 0 else 0 for full, part in zip(ins, squeezed, strict=True)}
    if len(factors) == 1 and min(factors) > 1:
        scope.constants["reduction"] = factors.pop()
        source = "channels // self.reduction"
        scope.channels.append(Variable(name="squeezed", values=squeezed, source=source))
    elif len(set(squeezed)) > 1 and squeezed != ins:
        scope.channels.append(Variable(name="squeezed", values=squeezed))
