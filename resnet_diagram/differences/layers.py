"""Differences of two runs of layers in words."""

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import groupby
from typing import NamedTuple

from resnet_diagram.errors import number_of
from resnet_diagram.spec.model import Layer, LayerKind, Setting
from resnet_diagram.spec.settings import DROPOUT, setting, setting_text
from resnet_diagram.spec.shapes import extent_text, shape_text
from resnet_diagram.spec.traits import FOLLOWING, WEIGHTED
from resnet_diagram.wording.counts import count_text
from resnet_diagram.wording.layers import layer_label, operation, operator_name

_ORDINALS = ("first", "second", "third", "fourth")
"""Numbers of layers, where several have one name."""


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
    """Yield the differences of two runs of layers; `end`: the place behind them, "before the addition"."""
    matcher = SequenceMatcher(None, list(map(_key, left)), list(map(_key, right)), autojunk=False)
    for tag, start, stop, begin, finish in matcher.get_opcodes():
        pairs = zip(left[start:stop], right[begin:finish], strict=False)
        if tag == "equal":
            names: list[str] = [operation(layer) for layer in left]
            for at, (before, after) in enumerate(pairs, start):
                name = names[at]
                if 1 < names.count(name) <= len(_ORDINALS):
                    name = f"{_ORDINALS[names[:at].count(name)]} {name}"
                yield from list(_fields(before, after, name)) or _results(before, after, name)
        elif tag == "replace" and stop - start == finish - begin:
            yield from (Pair(layer_label(before), layer_label(after)) for before, after in pairs)
        elif any(map(_is_main, left[start:stop])) and any(map(_is_main, right[begin:finish])):
            yield Pair(_run(left[start:stop]), _run(right[begin:finish]))
        else:
            if removed := _run(left[start:stop]):
                yield Pair(f"{removed} {_place(left, start, stop, end)}", f"no {removed} there")
            if added := _run(right[begin:finish]):
                yield Pair(f"no {added} {_place(right, begin, finish, end)}", f"{added} there")


def _key(layer: Layer) -> str:
    """Return a key; layers with equal keys are compared with each other."""
    of_kind = {LayerKind.POOL: layer.op, LayerKind.CONV: str(layer.kernel)}
    return f"{layer.kind} {of_kind.get(layer.kind, '')}"


def _run(layers: Sequence[Layer]) -> str:
    """Return neighbours in words; norms and activations only if there are no other layers."""
    main = list(filter(_is_main, layers))
    names = [layer_label(layer) if _is_main(layer) else operator_name(layer) for layer in main or layers]
    counts = [(name, len(list(run))) for name, run in groupby(names)]
    return " + ".join(f"{name} ({count} times)" if count > 1 else name for name, count in counts)


def _is_main(layer: Layer) -> bool:
    return layer.kind not in FOLLOWING


def _place(layers: Sequence[Layer], start: int, stop: int, end: str) -> str:
    """Return the place of some neighbours in words: "after the 3×3 conv", or `end` for the last."""
    if end and stop == len(layers):
        return end
    before = [layer for layer in layers[:start] if layer.kind in (*WEIGHTED, LayerKind.POOL)]
    return f"after the {operation(before[-1])}" if before else "at the beginning"


def _fields(left: Layer, right: Layer, name: str) -> Iterator[Pair]:
    """Yield the differences in the settings of two layers at the same place."""
    if left.op != right.op or left.kernel != right.kernel:
        yield Pair(layer_label(left), layer_label(right))
        return
    if left.stride != right.stride:
        before, after = (f"stride {extent_text(layer.stride)} in" for layer in (left, right))
        yield Pair(f"{before} the {name}", f"{after} it", Subject.STRIDE)
    if left.kind in WEIGHTED and left.out_shape[0] != right.out_shape[0]:
        is_linear = left.kind is LayerKind.LINEAR
        before, after = (
            f"{layer.out_shape[0]} {'outputs' if is_linear else 'channels'}" for layer in (left, right)
        )
        yield Pair(f"{before} of the {name}", after, Subject.CHANNELS)
    if left.groups != right.groups:
        before, after = (f"{layer.groups if layer.groups > 1 else 'no'} groups" for layer in (left, right))
        yield Pair(f"{before} in the {name}", after)
    if left.dilation != right.dilation:
        before, after = (f"dilation {extent_text(layer.dilation or (1,))}" for layer in (left, right))
        yield Pair(f"{before} in the {name}", after)
    if left.padding != right.padding and not (_keeps_size(left) and _keeps_size(right)):
        before, after = (f"padding {extent_text(layer.padding)}" for layer in (left, right))
        yield Pair(f"{before} in the {name}", after)
    if left.bias != right.bias:
        before, after = (f"{'a' if layer.bias else 'no'} bias in the {name}" for layer in (left, right))
        yield Pair(before, after)
    yield from _settings(left, right, name)


def _settings(left: Layer, right: Layer, name: str) -> Iterator[Pair]:
    """Yield the settings of the operation that differ, such as eps or a slope."""
    for key in sorted({key for key, _ in (*left.settings, *right.settings)}):
        values = setting(left, key), setting(right, key)
        if values[0] == values[1]:
            continue
        if key == DROPOUT:
            before, after = (f"dropout {value:g}" if value else "no dropout" for value in values)
            yield Pair(f"{before} after the {name}", f"{after} there")
        elif left.op in ("scale", "shift"):
            yield Pair(layer_label(left), layer_label(right))
        else:
            before, after = (setting_words(key, value) for value in values)
            yield Pair(f"{before} in the {name}", after)


def setting_words(name: str, value: Setting | None) -> str:
    """Return a setting in words, such as "negative slope 0.2"."""
    return f"{name.replace('_', ' ')} {setting_text(value) if value is not None else 'unknown'}"


def _results(left: Layer, right: Layer, name: str) -> Iterator[Pair]:
    """Yield the differences in the results of layers with equal settings, as of a pooling that rounds up."""
    if left.in_shape != right.in_shape:
        return
    if left.out_shape != right.out_shape:
        yield Pair(f"{shape_text(left.out_shape)} out of the {name}", shape_text(right.out_shape))
    if left.params != right.params:
        yield Pair(f"{number_of('parameter', left.params)} in the {name}", count_text(right.params))


def _keeps_size(layer: Layer) -> bool:
    """Return whether the padding makes up for the kernel and its dilation."""
    kernel = zip(layer.kernel, layer.dilation, strict=False)
    return layer.padding == tuple((size - 1) * step // 2 for size, step in kernel)
