"""Types of units in a network; units of one type differ only in their sizes.

A unit is a block, or a run of layers between blocks. If a drawing represents several units, sizes that differ
are written with symbols: C, 4C, s.
"""

from collections.abc import Hashable, Sequence
from dataclasses import fields, replace
from functools import cached_property
from itertools import product
from math import isqrt, prod
from operator import attrgetter, itemgetter

from resnet_diagram.dataclass import dataclass
from resnet_diagram.diagram.model import GroupRole
from resnet_diagram.spec.measure import (
    BlockKind,
    block_kind,
    in_shape,
    is_residual,
    leading_block,
    out_shape,
    stride,
    walk,
    width,
)
from resnet_diagram.spec.model import Block, Element, Layer, LayerKind, Stage
from resnet_diagram.spec.signature import Level, signature
from resnet_diagram.spec.traits import WEIGHTED, dilation_of
from resnet_diagram.wording.layers import Sizes, sizes_of
from resnet_diagram.wording.terms import NOTHING, Kind, Label, literal, phrase
from resnet_diagram.wording.vocabulary import Word

SYMBOLS = ("C", "C′", "s")
"""Symbols for sizes that differ between the blocks of a type."""

_KINDS = {"C": Kind.IN_WIDTH, "C′": Kind.END_WIDTH, "s": Kind.STRIDE}

_without_name = attrgetter(*(field.name for field in fields(Layer) if field.name != "name"))
_STRIDE = literal("s", Kind.STRIDE)
_MULTIPLES = (1, 2, 3, 4, 6, 8, 16)
_FRACTIONS = (*_MULTIPLES, 12, 24, 32, 64)


@dataclass(frozen=True, kw_only=True)
class Unit:
    """A block with the norm and activation behind it, a layer of a transformer, or layers without a shortcut.

    `stage`: number of its stage from 1; 0 outside stages. `number`, `last`: numbers of its first and last
    block in the stage, from 1; 0 without a block, as for a gate. `part`: frame that contains it; None outside
    frames. `by_ends`: the symbol C denotes its input channels, even in a basic block or a bottleneck.
    """

    elements: tuple[Element, ...]
    stage: int
    number: int
    last: int = 0
    part: GroupRole | None = None
    by_ends: bool = False

    @property
    def index(self) -> str:
        """Range of block numbers: "3", or "1–3" for several blocks; empty without blocks."""
        return "–".join(str(number) for number in dict.fromkeys((self.number, self.last)) if number)

    @property
    def frame(self) -> str:
        """Id of the frame that contains it."""
        return f"stage{self.stage}" if self.stage or self.part is None else self.part.value

    @property
    def block(self) -> Block | None:
        """Block of the unit; None for a run of layers."""
        return leading_block(self.elements)

    @property
    def is_residual(self) -> bool:
        """Whether it has a shortcut, or is a layer of a transformer, whose blocks have."""
        return isinstance(self.elements[0], Stage) or bool(self.block and self.block.shortcut)

    @cached_property
    def skeleton(self) -> Hashable:
        """All but names and sizes: equal for units of one type."""
        return signature(self.elements, Level.PATTERN)

    @cached_property
    def layers(self) -> tuple[Layer, ...]:
        """All layers, including shortcuts and gates, in the same order for all units of a type."""
        return tuple(walk(self.elements))

    @cached_property
    def gating(self) -> frozenset[int]:
        """The positions of the layers of gates among `layers`."""
        open_layers = {id(layer) for layer in walk(self.elements, gates=False)}
        return frozenset(at for at, layer in enumerate(self.layers) if id(layer) not in open_layers)

    @cached_property
    def has_width(self) -> bool:
        """Whether C is its width: in basic and bottleneck residual blocks, unless `by_ends`."""
        if self.by_ends or not self.block or not is_residual(self.block):
            return False
        return block_kind(self.block) in (BlockKind.BASIC, BlockKind.BOTTLENECK)

    def kind_of(self, symbol: str) -> Kind:
        """Return the kind of term that a symbol makes in a label of it."""
        return Kind.WIDTH if symbol == "C" and self.has_width else _KINDS[symbol]

    @cached_property
    def values(self) -> dict[str, int]:
        """Values of the symbols: C is the width (that of the k×k convolution), s the stride.

        In other than basic and bottleneck residual blocks, C is the channels in, and C′ the channels out.
        """
        block = self.block
        if block and self.has_width:
            return {"C": width(block), "s": max(stride(block), default=1)}
        steps = (
            stride(block)
            if block
            else tuple(step for layer in walk(self.elements, gates=False) for step in layer.stride)
        )
        ends = {"C": in_shape(self.elements)[0], "C′": out_shape(self.elements)[0]}
        return {**ends, "s": max(steps, default=1)}


@dataclass(frozen=True, kw_only=True)
class BlockType:
    """Units shown by one drawing, with labels for the sizes of each layer of the first unit.

    `numbered`: the sizes follow no rule, and the drawing has the numbers of the first unit.
    """

    units: tuple[Unit, ...]
    sizes: dict[Layer, Sizes]
    symbols: frozenset[str] = frozenset()
    numbered: bool = False


def types_of(units: Sequence[Unit]) -> tuple[BlockType, ...]:
    """Return the types among units, in order of appearance.

    Where C would be the width in some and the channels in in others, it is the latter in all if that fits.
    """
    types = _types(units)
    with_width = {kind.units[0].has_width for kind in types if kind.symbols & {"C", "C′"}}
    if len(with_width) < 2:
        return types
    by_ends = _types([replace(unit, by_ends=True) for unit in units])
    return min(by_ends, types, key=lambda found: sum(kind.numbered for kind in found))


def _types(units: Sequence[Unit]) -> tuple[BlockType, ...]:
    """Return one type for equal units if symbols fit all sizes; else one for each placement of strides."""
    groups: dict[Hashable, list[Unit]] = {}
    for unit in units:
        groups.setdefault(unit.skeleton, []).append(unit)
    types: list[tuple[int, BlockType]] = []
    for group in groups.values():
        kind = _kind(group)
        placed: dict[Hashable, list[Unit]] = {}
        for unit in group:
            key = None if kind else tuple(max(layer.stride, default=1) > 1 for layer in unit.layers)
            placed.setdefault(key, []).append(unit)
        for part in placed.values():
            found = kind or _kind(part) or BlockType(units=tuple(part), sizes={}, numbered=True)
            types.append((units.index(part[0]), found))
    return tuple(kind for _, kind in sorted(types, key=itemgetter(0)))


def _kind(units: list[Unit]) -> BlockType | None:
    """Return the type of units with symbols for sizes that differ; None where no symbol fits."""
    if len({len(unit.layers) for unit in units}) > 1:
        return None
    if len({unit.has_width for unit in units}) > 1:
        units = [replace(unit, by_ends=True) for unit in units]
    sizes: dict[Layer, Sizes] = {}
    gating = units[0].gating
    unlike: dict[Hashable, Unit] = {}
    for unit in units:
        unlike.setdefault(tuple(map(_without_name, unit.layers)), unit)
    for at, column in enumerate(zip(*(unit.layers for unit in unlike.values()), strict=True)):
        shared = _shared_sizes(column, tuple(unlike.values()), in_gate=at in gating)
        if shared is None or sizes.setdefault(column[0], shared) != shared:
            return None
    kinds = frozenset[Kind]().union(
        *(shared.channels.kinds for shared in sizes.values()),
        *(shared.stride.kinds for shared in sizes.values() if shared.stride == _STRIDE),
    )
    symbols = frozenset(symbol for symbol in SYMBOLS if units[0].kind_of(symbol) in kinds)
    return BlockType(units=tuple(units), sizes=sizes, symbols=symbols)


def _shared_sizes(layers: Sequence[Layer], units: Sequence[Unit], *, in_gate: bool) -> Sizes | None:
    """Return labels for one layer of all units: a number where all agree, else a symbol that fits all.

    The channels of a layer in a gate that no symbol fits are a range, as are dilations that differ.
    """
    left = [sizes_of(layer) for layer in layers]
    stride = left[0].stride
    if len({sizes.stride for sizes in left}) > 1:
        if [max(layer.stride, default=1) for layer in layers] != [unit.values["s"] for unit in units]:
            return None
        stride = _STRIDE
    if layers[0].kind is LayerKind.ATTENTION:
        return left[0]._replace(groups=_window(layers, units))
    if layers[0].kind not in WEIGHTED:
        return left[0]._replace(stride=stride)
    counts = [layer.out_shape[0] for layer in layers]
    channels = _channels(counts, units)
    if channels is None and in_gate:
        channels = literal(f"{min(counts)}–{max(counts)}", Kind.CHANNELS)
    groups = left[0].groups
    if len({sizes.groups for sizes in left}) > 1:
        group_widths = {layer.in_shape[0] // layer.groups for layer in layers}
        if len(group_widths) > 1:
            return None
        groups = phrase(Kind.GROUPS, Word.GROUPS_OF, group_widths.pop())
    dilation = left[0].dilation
    if len({sizes.dilation for sizes in left}) > 1:
        steps = [max(dilation_of(layer), default=1) for layer in layers]
        dilation = phrase(Kind.DILATION, Word.DILATION, f"{min(steps)}–{max(steps)}")
    return Sizes(channels=channels, stride=stride, groups=groups, dilation=dilation) if channels else None


def _window(layers: Sequence[Layer], units: Sequence[Unit]) -> Label:
    """Return the positions among which there is attention, if they are as many at several resolutions.

    Square windows of images are written as "7×7 positions".
    """
    numbers = {(layer.in_shape[-1], layer.out_shape[-1]) for layer in layers}
    extents = {in_shape(unit.elements)[1:] for unit in units}
    if len(numbers) > 1 or len({prod(extent) for extent in extents}) < 2:
        return NOTHING
    number = numbers.pop()[0]
    side = isqrt(number)
    is_square = side**2 == number and all(
        len(extent) == 2 and not any(size % side for size in extent) for extent in extents
    )
    return phrase(Kind.COUNT, Word.POSITIONS, f"{side}×{side}" if is_square else number)


def _channels(counts: list[int], units: Sequence[Unit]) -> Label | None:
    """Return the channels of one layer of all units: "64", "4C", "C/2"; None where no symbol fits."""
    if len(set(counts)) == 1:
        return literal(str(counts[0]), Kind.CHANNELS)
    for symbol, times in product(("C", "C′"), _FRACTIONS):
        widths = [unit.values.get(symbol, 0) for unit in units]
        kind = units[0].kind_of(symbol)
        if times in _MULTIPLES and counts == [times * width for width in widths]:
            return literal(symbol if times == 1 else f"{times}{symbol}", kind)
        if all(width and width == times * count for count, width in zip(counts, widths, strict=True)):
            return literal(f"{symbol}/{times}", kind)
    return None
