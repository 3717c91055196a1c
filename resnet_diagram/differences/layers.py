"""How two runs of layers differ, in words."""

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import groupby

from resnet_diagram.diagram.labels import layer_lines, op_word
from resnet_diagram.spec.model import Layer, LayerKind
from resnet_diagram.spec.shapes import extent_text, shape_text
from resnet_diagram.spec.traits import FOLLOWING, WEIGHTED

Pair = tuple[str, str]
"""What is said of the left network, and of the right one."""


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
            yield from ((words(own), words(other)) for own, other in pairs)
        else:
            yield from _extra(left, start, stop, right, begin, finish, end)


def _key(layer: Layer) -> str:
    """Layers of one key stand in each other's place."""
    of_kind = {LayerKind.POOL: layer.op, LayerKind.CONV: str(layer.kernel)}
    return f"{layer.kind} {of_kind.get(layer.kind, '')}"


def words(layer: Layer) -> str:
    """A layer in words, such as "3×3 conv, 64, s=2"."""
    return ", ".join(layer_lines(layer))


def _extra(
    left: Sequence[Layer], start: int, stop: int, right: Sequence[Layer], begin: int, finish: int, end: str
) -> Iterator[Pair]:
    if any(map(_is_main, left[start:stop])) and any(map(_is_main, right[begin:finish])):
        yield _run(left[start:stop]), _run(right[begin:finish])
        return
    if stop > start:
        yield (
            f"{_run(left[start:stop])} {_after(left, start, stop, end)}",
            f"no {_run(left[start:stop])} there",
        )
    if finish > begin:
        added = _run(right[begin:finish])
        yield f"no {added} {_after(right, begin, finish, end)}", f"{added} there"


def _run(layers: Sequence[Layer]) -> str:
    """Neighbours in words; norms and activations only where they stand alone, since others bring theirs."""
    main = list(filter(_is_main, layers))
    found = [(said, len(list(alike))) for said, alike in groupby(map(_short, main or layers))]
    return " + ".join(f"{said} ({count} times)" if count > 1 else said for said, count in found)


def _is_main(layer: Layer) -> bool:
    return layer.kind not in FOLLOWING


def _short(layer: Layer) -> str:
    return op_word(layer) if layer.kind in FOLLOWING else words(layer)


def _after(layers: Sequence[Layer], start: int, stop: int, end: str) -> str:
    """Where some neighbours stand: "after the 3×3 conv", or at the end of all."""
    if end and stop == len(layers):
        return end
    before = [layer for layer in layers[:start] if layer.kind in (*WEIGHTED, LayerKind.POOL)]
    return f"after the {_name(before[-1])}" if before else "at the beginning"


def _name(layer: Layer) -> str:
    """A layer without its sizes, such as "3×3 conv"."""
    if layer.kind in WEIGHTED:
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
        yield f"stride {extent_text(own.stride)} in the {name}", f"stride {extent_text(other.stride)} in it"
    if own.kind in WEIGHTED and own.out_shape[0] != other.out_shape[0]:
        unit = "outputs" if own.kind is LayerKind.LINEAR else "channels"
        yield f"{own.out_shape[0]} {unit} of the {name}", f"{other.out_shape[0]} {unit}"
    if own.groups != other.groups:
        yield f"{_groups(own)} in the {name}", _groups(other)
    if own.dilation != other.dilation:
        yield f"dilation {extent_text(own.dilation)} in the {name}", f"dilation {extent_text(other.dilation)}"
    if own.padding != other.padding and not (_keeps_size(own) and _keeps_size(other)):
        yield f"padding {extent_text(own.padding)} in the {name}", f"padding {extent_text(other.padding)}"
    if own.bias != other.bias:
        yield _bias(own, name), _bias(other, name)


def _results(own: Layer, other: Layer, name: str) -> Iterator[Pair]:
    """What two layers with the same settings make of the same input, such as a pooling that rounds up."""
    if own.in_shape != other.in_shape:
        return
    if own.out_shape != other.out_shape:
        yield f"{shape_text(own.out_shape)} out of the {name}", shape_text(other.out_shape)
    if own.params != other.params:
        yield f"{own.params:,} parameters in the {name}", f"{other.params:,}"


def _keeps_size(layer: Layer) -> bool:
    """Whether the padding is what the kernel and its dilation take."""
    taken = zip(layer.kernel, layer.dilation, strict=False)
    return layer.padding == tuple((size - 1) * step // 2 for size, step in taken)


def _groups(layer: Layer) -> str:
    return f"{layer.groups} groups" if layer.groups > 1 else "no groups"


def _bias(layer: Layer, name: str) -> str:
    return f"{'a' if layer.bias else 'no'} bias in the {name}"
