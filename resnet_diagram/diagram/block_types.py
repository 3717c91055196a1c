"""The types of unit a network is built from: units alike but for their sizes are of one type.

A unit is a block, or a run of layers between blocks. Where one drawing serves several units, sizes that
differ are written with symbols: C, 4C, s.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product

from resnet_diagram.diagram.labels import Said, numbers
from resnet_diagram.spec.measure import (
    BlockKind,
    block_kind,
    in_shape,
    out_shape,
    stride,
    walk,
    width,
)
from resnet_diagram.spec.model import Block, Element, Layer
from resnet_diagram.spec.signature import Level, signature
from resnet_diagram.spec.traits import WEIGHTED

WIDER = "C′"
_MULTIPLES = (1, 2, 3, 4, 6, 8, 16)


@dataclass(frozen=True, kw_only=True)
class Unit:
    """A block, or a run of layers without a shortcut, and where it stands.

    `stage` counts from 1 and is 0 outside stages; `number` is that of the block in its stage, from 1.
    """

    elements: tuple[Element, ...]
    stage: int
    number: int

    @property
    def block(self) -> Block | None:
        """The block, if it is one."""
        only = self.elements[0] if len(self.elements) == 1 else None
        return only if isinstance(only, Block) else None

    @cached_property
    def skeleton(self) -> Hashable:
        """All but names and sizes: equal for units of one type."""
        return signature(self.elements, Level.PATTERN)

    @cached_property
    def layers(self) -> tuple[Layer, ...]:
        """Every layer outside gates, shortcuts included, in the same order for all units of a type."""
        return tuple(walk(self.elements, gates=False))

    @cached_property
    def sizes(self) -> dict[str, int]:
        """What symbols stand for: C its width (that of the k×k convolution), s its stride.

        For other blocks and runs of layers C is the channels in and C′ the channels out.
        """
        block = self.block
        if block and block_kind(block) in (BlockKind.BASIC, BlockKind.BOTTLENECK):
            return {"C": width(block), "s": max(stride(block), default=1)}
        steps = stride(block) if block else _steps(self.layers)
        ends = {"C": in_shape(self.elements)[0], WIDER: out_shape(self.elements)[0]}
        return {**ends, "s": max(steps, default=1)}


def _steps(layers: Iterable[Layer]) -> tuple[int, ...]:
    return tuple(step for layer in layers for step in layer.stride)


@dataclass(frozen=True, kw_only=True)
class Kind:
    """Units that one drawing serves, with what is written for the sizes of each layer of the first.

    `numbered`: the sizes follow no rule, and those of the first unit are written.
    """

    units: tuple[Unit, ...]
    said: dict[Layer, Said]
    symbols: frozenset[str] = frozenset()
    numbered: bool = False


def kinds(units: Sequence[Unit]) -> tuple[Kind, ...]:
    """The types among the units, in the order they first appear."""
    groups: dict[Hashable, list[Unit]] = {}
    for unit in units:
        groups.setdefault(unit.skeleton, []).append(unit)
    found = [kind for group in groups.values() for kind in _split(group)]
    first = {id(kind): units.index(kind.units[0]) for kind in found}
    return tuple(sorted(found, key=lambda kind: first[id(kind)]))


def _split(units: list[Unit]) -> list[Kind]:
    """One type if symbols can tell the sizes of all units; else one for each placement of the strides."""
    whole = _kind(units)
    if whole:
        return [whole]
    placed: dict[Hashable, list[Unit]] = {}
    for unit in units:
        key = tuple(max(layer.stride, default=1) > 1 for layer in unit.layers)
        placed.setdefault(key, []).append(unit)
    return [_kind(group) or _numbered(group) for group in placed.values()]


def _numbered(units: list[Unit]) -> Kind:
    """A type whose sizes follow no rule: the numbers are those of its first unit."""
    return Kind(units=tuple(units), said={}, numbered=True)


def _kind(units: list[Unit]) -> Kind | None:
    """The type of these units with symbols for what differs, or None where no symbol fits."""
    if len({len(unit.layers) for unit in units}) > 1:
        return None
    said: dict[Layer, Said] = {}
    for column in zip(*(unit.layers for unit in units), strict=True):
        words = _words(column, [unit.sizes for unit in units])
        if words is None or said.setdefault(column[0], words) != words:
            return None
    used = {sign for words in said.values() for sign in _signs(words)}
    return Kind(units=tuple(units), said=said, symbols=frozenset(used))


def _signs(words: Said) -> Iterable[str]:
    """The symbols in what is written for a layer."""
    if "C" in words.channels:
        yield WIDER if WIDER in words.channels else "C"
    if words.stride == "s":
        yield "s"


def _words(layers: Sequence[Layer], sizes: Sequence[Mapping[str, int]]) -> Said | None:
    """What is written for one layer of all units: a number where all agree, else a symbol that fits all."""
    plain = [numbers(layer) for layer in layers]
    stride = _stride(
        [word.stride for word in plain], [max(layer.stride, default=1) for layer in layers], sizes
    )
    if layers[0].kind not in WEIGHTED:
        return None if stride is None else plain[0]._replace(stride=stride)
    channels = _channels([layer.out_shape[0] for layer in layers], sizes)
    groups = _groups(layers)
    if channels is None or stride is None or groups is None:
        return None
    return Said(channels=channels, stride=stride, groups=groups)


def _channels(found: list[int], sizes: Sequence[Mapping[str, int]]) -> str | None:
    if len(set(found)) == 1:
        return str(found[0])
    for sign, times in product(("C", WIDER), _MULTIPLES):
        wide = [size.get(sign, 0) for size in sizes]
        if found == [times * one for one in wide]:
            return sign if times == 1 else f"{times}{sign}"
        if all(one and one == times * own for own, one in zip(found, wide, strict=True)):
            return f"{sign}/{times}"
    return None


def _stride(words: list[str], steps: list[int], sizes: Sequence[Mapping[str, int]]) -> str | None:
    if len(set(words)) == 1:
        return words[0]
    return "s" if steps == [size["s"] for size in sizes] else None


def _groups(layers: Sequence[Layer]) -> str | None:
    """The number of groups where all agree, else how wide one is."""
    counts = {numbers(layer).groups for layer in layers}
    if len(counts) == 1:
        return counts.pop()
    wide = {layer.in_shape[0] // layer.groups for layer in layers}
    return f"groups of {wide.pop()}" if len(wide) == 1 else None
