"""Channel parameters of a generated class."""

from collections.abc import Sequence

from resnet_diagram.codegen.blocks.parameters import Scope, Variable
from resnet_diagram.codegen.blocks.pattern import main, residual
from resnet_diagram.spec.measure import in_shape, is_gate, merged_shape, walk
from resnet_diagram.spec.model import Block, Layer
from resnet_diagram.spec.traits import WEIGHTED


def scope_of(blocks: Sequence[Block]) -> Scope:
    """Return a scope with the channels of the blocks as variables."""
    scope = Scope(len(blocks))
    if residual(blocks[0]):
        _residual(blocks, scope)
    elif is_gate(blocks[0]):
        _gate(blocks, scope)
    else:
        # Add the input and output channels to the scope where they differ between the blocks.
        ins = _entries(blocks)
        outs = tuple(merged_shape(block)[0] for block in blocks)
        for name, values in (("in_channels", ins), ("out_channels", outs)):
            if len(set(values)) > 1 and scope.column("in_channels") != values:
                scope.channels.append(Variable(name=name, values=values))
    return scope


def _entries(blocks: Sequence[Block]) -> tuple[int, ...]:
    return tuple(in_shape(block)[0] for block in blocks)


def _residual(blocks: Sequence[Block], scope: Scope) -> None:
    ins = _entries(blocks)
    outs = tuple(merged_shape(block)[0] for block in blocks)
    widths = tuple(_width(block) for block in blocks)
    if ins == outs:
        scope.channels.append(Variable(name="channels", values=ins))
        return
    scope.channels.append(Variable(name="in_channels", values=ins))
    if widths != outs and all(width and out % width == 0 for width, out in zip(widths, outs, strict=True)):
        factors = {out // width for width, out in zip(widths, outs, strict=True)}
        if len(factors) == 1:
            scope.constants["expansion"] = factors.pop()
            scope.channels.append(Variable(name="width", values=widths))
            source = "width * self.expansion"
            scope.channels.append(Variable(name="out_channels", values=outs, source=source))
            return
    scope.channels.append(Variable(name="out_channels", values=outs))


def _width(block: Block) -> int:
    """Return the output channels of the first weighted layer on the main path, or 0 without one."""
    layers = (layer for layer in main(block) if isinstance(layer, Layer) and layer.kind in WEIGHTED)
    first = next(layers, None)
    return first.out_shape[0] if first else 0


def _gate(blocks: Sequence[Block], scope: Scope) -> None:
    """Add the channels and, for a squeeze-and-excitation gate, the reduction to the scope."""
    ins = _entries(blocks)
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
