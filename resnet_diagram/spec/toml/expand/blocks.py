"""Build the layers of a block from its design."""

from typing import NamedTuple

from resnet_diagram.spec.check.faults import FaultError
from resnet_diagram.spec.model import Block, Element, Merge, Shape, Shortcut, ShortcutKind
from resnet_diagram.spec.shapes import avg_pool, subsample, zero_pad
from resnet_diagram.spec.toml.expand.chain import Chain, kind_of
from resnet_diagram.spec.toml.expand.settings import BlockDesign
from resnet_diagram.spec.toml.schema.words import NONE


class _Convolution(NamedTuple):
    """A convolution on the branch."""

    channels: int
    kernel: int
    stride: int = 1
    groups: int = 1
    dilation: int = 1


def block_elements(design: BlockDesign, shape: Shape, name: str) -> tuple[Element, ...]:
    """Return the residual block of a design with input `shape`; only its layers if it has no shortcut."""
    changes = design.stride != 1 or shape[0] != design.outer
    identity = not changes and design.option != "C"
    before = _chain(design, shape, f"{name}.")
    if design.pre_activation and not identity:
        before.norm(1)
        before.act(1)
    branch = _branch(design, before)
    after = _chain(design, branch.shape, f"{name}.")
    if not design.pre_activation:
        after.act()
    if design.option == NONE:
        return (*before.elements, *branch.elements, *after.elements)
    block = Block(
        name=name,
        before=before.layers(),
        branches=(tuple(branch.elements),),
        shortcut=Shortcut(kind=ShortcutKind.IDENTITY) if identity else _shortcut(design, before),
        merge=Merge.ADD,
        after=after.layers(),
    )
    return (block,)


def _chain(design: BlockDesign, shape: Shape, prefix: str) -> Chain:
    return Chain(shape, prefix, design.norm, design.activation, design.norm_groups)


def _branch(design: BlockDesign, before: Chain) -> Chain:
    """Return the convolutions with their norms and activations, which come first in pre-activation.

    If `before` has layers, the first norm and activation are shared with the shortcut.
    """
    chain = _chain(design, before.shape, before.prefix)
    convolutions = _convolutions(design)
    for at, setting in enumerate(convolutions, 1):
        if design.pre_activation and not (before.elements and at == 1):
            chain.norm(at)
            chain.act(at)
        chain.conv(f"conv{at}", *setting)
        if not design.pre_activation:
            chain.norm(at)
            if at < len(convolutions):
                chain.act(at)
    if design.reduction:
        chain.gate(design.reduction, "se")
    return chain


def _convolutions(design: BlockDesign) -> tuple[_Convolution, ...]:
    inner, outer, kernel = design.inner, design.outer, design.kernel
    dilation = design.dilation if kernel > 1 else 1
    if not design.bottleneck:
        first = _Convolution(inner, kernel, design.stride, dilation=dilation)
        return (first, _Convolution(outer, kernel, dilation=dilation))
    at_first, at_middle = (design.stride, 1) if design.stride_first else (1, design.stride)
    return (
        _Convolution(inner, 1, at_first),
        _Convolution(inner, kernel, at_middle, design.cardinality, dilation),
        _Convolution(outer, 1),
    )


def _shortcut(design: BlockDesign, before: Chain) -> Shortcut:
    """Return the shortcut of a block whose shapes differ.

    Option A subsamples and adds channels of zeros, each only if needed. Raises FaultError if there the
    channels decrease.
    """
    chain = _chain(design, before.shape, f"{before.prefix}shortcut.")
    stride = design.stride
    if design.option == "A":
        if chain.shape[0] > design.outer:
            raise FaultError(
                f"zero-padding leads to more channels, not from {chain.shape[0]} to {design.outer}; "
                'widen the block, or write shortcut = "B".',
                "shortcut",
            )
        dropped = subsample(chain.shape, stride, name=f"{chain.prefix}subsample")
        padded = zero_pad(dropped.out_shape, design.outer, name=f"{chain.prefix}pad")
        layers = tuple(layer for layer in (dropped, padded) if layer.in_shape != layer.out_shape)
        return Shortcut(kind=kind_of(layers), layers=layers)
    kind = ShortcutKind.PROJECTION
    if design.pooled and stride != 1:
        chain.put(avg_pool(chain.shape, stride, ceil_mode=True, name=f"{chain.prefix}pool"))
        kind, stride = ShortcutKind.POOLED_PROJECTION, 1
    chain.conv("conv", design.outer, 1, stride=stride)
    if not design.pre_activation:
        chain.norm()
    return Shortcut(kind=kind, layers=tuple(chain.elements))
