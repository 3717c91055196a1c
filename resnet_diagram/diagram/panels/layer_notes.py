"""Notes on norms and activations that share a bar or a box with a layer."""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace

from resnet_diagram.spec.model import Layer, LayerKind
from resnet_diagram.wording.layers import layer_lines, names_only, operation
from resnet_diagram.wording.symbols import ARROW
from resnet_diagram.wording.terms import NOTHING, Kind, Label, phrase
from resnet_diagram.wording.vocabulary import Word

_Ends = tuple[Label, Label]
"""Norms and activations that share a bar with a layer: before it, and after it."""

_ALONE: _Ends = (NOTHING, NOTHING)


def layer_notes(bars: Sequence[tuple[Layer, Sequence[Layer]]]) -> tuple[Label, ...]:
    """Return the norms and activations that share a bar, in the order they run, such as "conv → BN, ReLU".

    The most frequent ones are listed for the operation, unless a layer has none and cannot be named as the
    exception; others for the kernel, as in "3×3 conv → BN", if all layers with that kernel have them; the
    rest for single layers. `bars`: the layer that names each bar, and all layers that it shows.
    """
    layers: list[tuple[Layer, _Ends]] = []
    for main, shown in bars:
        at = [layer is main for layer in shown].index(True)
        layers.append((main, (names_only(shown[:at]), names_only(shown[at + 1 :]))))
    without = {name: _without(name, layers) for name in dict.fromkeys(_operation(main) for main, _ in layers)}
    common = {
        name: None if without[name] is None else max(counts, key=lambda ends: (ends != _ALONE, counts[ends]))
        for name, counts in _counted(layers, _operation).items()
    }
    kernels = _counted(layers, operation)
    notes = []
    for main, ends in layers:
        name = _operation(main)
        if ends != common[name]:
            name = operation(main) if len(kernels[operation(main)]) == 1 else layer_lines(main)[0]
        if any(ends):
            note = Label(ends[0], name, ends[1], joint=ARROW)
            alone = without.get(name)
            notes.append(phrase(Kind.LEGEND, Word.BUT_NOT, note, alone) if alone else note)
    return tuple(dict.fromkeys(notes))


def _without(name: Label, layers: Sequence[tuple[Layer, _Ends]]) -> Label | None:
    """Return the only layer of an operation without a norm and an activation, NOTHING if there is none.

    None if there are several, or if naming it would take as many words as naming the others.
    """
    lines = [(layer_lines(main)[0], ends) for main, ends in layers if _operation(main) == name]
    alone = {line for line, ends in lines if ends == _ALONE}
    others = {line for line, ends in lines if ends != _ALONE}
    if not alone:
        return NOTHING
    return next(iter(alone)) if len(alone) == 1 and len(others) > 2 and alone.isdisjoint(others) else None


def _operation(layer: Layer) -> Label:
    """Return the name of an operation without its kernel."""
    if layer.kind is LayerKind.CONV:
        return phrase(Kind.OPERATOR, Word.CONV)
    return operation(replace(layer, kernel=()))


def _counted(
    layers: Sequence[tuple[Layer, _Ends]], name: Callable[[Layer], Label]
) -> dict[Label, Counter[_Ends]]:
    """Return how often each combination of norms and activations occurs, by the name of the layer."""
    counted: defaultdict[Label, Counter[_Ends]] = defaultdict(Counter)
    for layer, ends in layers:
        counted[name(layer)][ends] += 1
    return counted
