"""How two runs of layers differ, in words."""

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from resnet_diagram.diagram.labels import layer_lines, op_word
from resnet_diagram.spec.model import Layer, LayerKind

Pair = tuple[str, str]
"""What is said of the left network, and of the right one."""

_WEIGHTED = (LayerKind.CONV, LayerKind.LINEAR)


def layer_differences(left: Sequence[Layer], right: Sequence[Layer], end: str = "") -> Iterator[Pair]:
    """The differences of two runs of layers; `end` says what follows them, such as "before the addition"."""
    matcher = SequenceMatcher(None, [_key(one) for one in left], [_key(one) for one in right], autojunk=False)
    for tag, start, stop, begin, finish in matcher.get_opcodes():
        if tag == "equal":
            for at, (own, other) in enumerate(zip(left[start:stop], right[begin:finish], strict=True), start):
                yield from _fields(own, other, _called(left, at))
        elif tag == "replace" and stop - start == finish - begin:
            pairs = zip(left[start:stop], right[begin:finish], strict=True)
            yield from ((words(own), words(other)) for own, other in pairs)
        else:
            yield from _extra(left, start, stop, right, begin, finish, end)


def _key(layer: Layer) -> str:
    """Layers of one key stand in each other's place."""
    return f"{layer.kind}{layer.op if layer.kind is LayerKind.POOL else ''}"


def words(layer: Layer) -> str:
    """A layer in words, such as "3×3 conv, 64, s=2"."""
    return ", ".join(layer_lines(layer))


def _extra(
    left: Sequence[Layer], start: int, stop: int, right: Sequence[Layer], begin: int, finish: int, end: str
) -> Iterator[Pair]:
    for at in range(start, stop):
        yield f"{_short(left[at])} {_after(left, at, end)}", f"no {_short(left[at])} there"
    for at in range(begin, finish):
        yield f"no {_short(right[at])} {_after(right, at, end)}", f"{_short(right[at])} there"


def _short(layer: Layer) -> str:
    return op_word(layer) if layer.kind in (LayerKind.NORM, LayerKind.ACTIVATION) else words(layer)


def _after(layers: Sequence[Layer], at: int, end: str) -> str:
    """Where a layer stands: "after the 3×3 conv", or at the end of its run."""
    if end and at == len(layers) - 1:
        return end
    before = [layer for layer in layers[:at] if layer.kind in (*_WEIGHTED, LayerKind.POOL)]
    return f"after the {_name(before[-1])}" if before else "at the beginning"


def _name(layer: Layer) -> str:
    """A layer without its sizes, such as "3×3 conv"."""
    if layer.kind in _WEIGHTED:
        return layer_lines(layer)[0].split(",")[0]
    return words(layer).split(",")[0]


def _called(layers: Sequence[Layer], at: int) -> str:
    """The layer at a position by name, with its number where several have that name."""
    name = _name(layers[at])
    alike = [number for number, layer in enumerate(layers) if _name(layer) == name]
    return f"{_ORDINALS[alike.index(at)]} {name}" if 1 < len(alike) <= len(_ORDINALS) else name


_ORDINALS = ("first", "second", "third", "fourth")


def _fields(own: Layer, other: Layer, name: str) -> Iterator[Pair]:
    """What differs between two layers that stand in each other's place."""
    if own.op != other.op or own.kernel != other.kernel:
        yield words(own), words(other)
        return
    if own.stride != other.stride:
        yield f"stride {_extent(own.stride)} in the {name}", f"stride {_extent(other.stride)} in it"
    if own.kind in _WEIGHTED and own.out_shape[0] != other.out_shape[0]:
        yield f"{own.out_shape[0]} channels out of the {name}", f"{other.out_shape[0]} channels"
    if own.groups != other.groups:
        yield f"{_groups(own)} in the {name}", _groups(other)
    if own.dilation != other.dilation:
        yield f"dilation {_extent(own.dilation)} in the {name}", f"dilation {_extent(other.dilation)}"
    if own.padding != other.padding:
        yield f"padding {_extent(own.padding)} in the {name}", f"padding {_extent(other.padding)}"
    if own.bias != other.bias:
        yield _bias(own, name), _bias(other, name)


def _groups(layer: Layer) -> str:
    return f"{layer.groups} groups" if layer.groups > 1 else "no groups"


def _bias(layer: Layer, name: str) -> str:
    return f"{'a' if layer.bias else 'no'} bias in the {name}"


def _extent(sizes: Sequence[int]) -> str:
    """One number where all are equal.

    >>> _extent((2, 2)), _extent((1, 2, 2))
    ('2', '1×2×2')
    """
    return str(sizes[0]) if len(set(sizes)) == 1 else "×".join(map(str, sizes))
