"""How two runs of layers differ, in words."""

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import groupby
from typing import NamedTuple

from resnet_diagram.spec.model import Layer, LayerKind
from resnet_diagram.spec.shapes import extent_text, shape_text
from resnet_diagram.spec.traits import FOLLOWING, WEIGHTED
from resnet_diagram.wording.counts import count_text
from resnet_diagram.wording.layers import layer_label, operation, operator_name


class Subject(StrEnum):
    """Subject of a difference, where other differences may follow from it."""

    STRIDE = "stride"
    MOVED_STRIDE = "moved stride"
    WIDTH = "width"
    EXPANSION = "expansion"
    CHANNELS = "channels"
    OTHER = "other"


class Pair(NamedTuple):
    """Words for the left network, and for the right one; for a width, these are numbers."""

    left: str
    right: str
    subject: Subject = Subject.OTHER


def layer_differences(left: Sequence[Layer], right: Sequence[Layer], end: str = "") -> Iterator[Pair]:
    """The differences of two runs of layers; `end` says what follows them, such as "before the addition"."""
    matcher = SequenceMatcher(None, [_key(one) for one in left], [_key(one) for one in right], autojunk=False)
    for tag, start, stop, begin, finish in matcher.get_opcodes():
        if tag == "equal":
            for at, (own, other) in enumerate(zip(left[start:stop], right[begin:finish], strict=True), start):
                name = _called(left, at)
                yield from list(_fields(own, other, name)) or _results(own, other, name)
        elif tag == "replace" and stop - start == finish - begin:
            pairs = zip(left[start:stop], right[begin:finish], strict=True)
            yield from (Pair(layer_label(own), layer_label(other)) for own, other in pairs)
        else:
            yield from _extra(left, start, stop, right, begin, finish, end)


def _key(layer: Layer) -> str:
    """Layers of one key stand in each other's place."""
    of_kind = {LayerKind.POOL: layer.op, LayerKind.CONV: str(layer.kernel)}
    return f"{layer.kind} {of_kind.get(layer.kind, '')}"


def _extra(
    left: Sequence[Layer], start: int, stop: int, right: Sequence[Layer], begin: int, finish: int, end: str
) -> Iterator[Pair]:
    if any(map(_is_main, left[start:stop])) and any(map(_is_main, right[begin:finish])):
        yield Pair(_run(left[start:stop]), _run(right[begin:finish]))
        return
    if stop > start:
        yield Pair(
            f"{_run(left[start:stop])} {_after(left, start, stop, end)}",
            f"no {_run(left[start:stop])} there",
        )
    if finish > begin:
        added = _run(right[begin:finish])
        yield Pair(f"no {added} {_after(right, begin, finish, end)}", f"{added} there")


def _run(layers: Sequence[Layer]) -> str:
    """Neighbours in words; norms and activations only where they stand alone, since others bring theirs."""
    main = list(filter(_is_main, layers))
    found = [(said, len(list(alike))) for said, alike in groupby(map(_short, main or layers))]
    return " + ".join(f"{said} ({count} times)" if count > 1 else said for said, count in found)


def _is_main(layer: Layer) -> bool:
    return layer.kind not in FOLLOWING


def _short(layer: Layer) -> str:
    return operator_name(layer) if not _is_main(layer) else layer_label(layer)


def _after(layers: Sequence[Layer], start: int, stop: int, end: str) -> str:
    """Where some neighbours stand: "after the 3×3 conv", or at the end of all."""
    if end and stop == len(layers):
        return end
    before = [layer for layer in layers[:start] if layer.kind in (*WEIGHTED, LayerKind.POOL)]
    return f"after the {operation(before[-1])}" if before else "at the beginning"


def _called(layers: Sequence[Layer], at: int) -> str:
    """The layer at a position by name, with its number where several have that name."""
    name = operation(layers[at])
    alike = [number for number, layer in enumerate(layers) if operation(layer) == name]
    return f"{_ORDINALS[alike.index(at)]} {name}" if 1 < len(alike) <= len(_ORDINALS) else name


_ORDINALS = ("first", "second", "third", "fourth")


def _fields(own: Layer, other: Layer, name: str) -> Iterator[Pair]:
    """What differs between two layers that stand in each other's place."""
    if own.op != other.op or own.kernel != other.kernel:
        yield Pair(layer_label(own), layer_label(other))
        return
    if own.stride != other.stride:
        before, after = (f"stride {extent_text(layer.stride)} in" for layer in (own, other))
        yield Pair(f"{before} the {name}", f"{after} it", Subject.STRIDE)
    if own.kind in WEIGHTED and own.out_shape[0] != other.out_shape[0]:
        is_linear = own.kind is LayerKind.LINEAR
        before, after = (
            f"{layer.out_shape[0]} {'outputs' if is_linear else 'channels'}" for layer in (own, other)
        )
        subject = Subject.OTHER if is_linear else Subject.CHANNELS
        yield Pair(f"{before} of the {name}", after, subject)
    if own.groups != other.groups:
        yield Pair(f"{_groups(own)} in the {name}", _groups(other))
    if own.dilation != other.dilation:
        before, after = (f"dilation {extent_text(layer.dilation)}" for layer in (own, other))
        yield Pair(f"{before} in the {name}", after)
    if own.padding != other.padding and not (_keeps_size(own) and _keeps_size(other)):
        before, after = (f"padding {extent_text(layer.padding)}" for layer in (own, other))
        yield Pair(f"{before} in the {name}", after)
    if own.bias != other.bias:
        yield Pair(_bias(own, name), _bias(other, name))


def _results(own: Layer, other: Layer, name: str) -> Iterator[Pair]:
    """What two layers with the same settings make of the same input, such as a pooling that rounds up."""
    if own.in_shape != other.in_shape:
        return
    if own.out_shape != other.out_shape:
        yield Pair(f"{shape_text(own.out_shape)} out of the {name}", shape_text(other.out_shape))
    if own.params != other.params:
        yield Pair(f"{count_text(own.params)} parameters in the {name}", count_text(other.params))


def _keeps_size(layer: Layer) -> bool:
    """Whether the padding is what the kernel and its dilation take."""
    taken = zip(layer.kernel, layer.dilation, strict=False)
    return layer.padding == tuple((size - 1) * step // 2 for size, step in taken)


def _groups(layer: Layer) -> str:
    return f"{layer.groups} groups" if layer.groups > 1 else "no groups"


def _bias(layer: Layer, name: str) -> str:
    return f"{'a' if layer.bias else 'no'} bias in the {name}"
