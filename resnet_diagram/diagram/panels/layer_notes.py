"""Notes: norms and activations that share a bar or a box with a layer, and modules that never run."""

from collections.abc import Sequence
from dataclasses import replace

from resnet_diagram.spec.model import Layer, LayerKind, Network
from resnet_diagram.wording.layers import layer_lines, names_only, operation
from resnet_diagram.wording.symbols import ARROW
from resnet_diagram.wording.terms import NOTHING, Kind, Label, literal, phrase
from resnet_diagram.wording.vocabulary import Word

_LISTED = 4
"""Modules that never run which are named, at most."""


def idle_notes(network: Network) -> tuple[Label, ...]:
    """Return a note on the modules with parameters that never run, if there are any."""
    names = [literal(module.name) for module in network.idle]
    if not names:
        return ()
    listed = Label(*names[:_LISTED], joint=Word.LIST)
    rest = len(names) - _LISTED
    words = phrase(Kind.LEGEND, Word.AND_MORE, listed, rest) if rest > 0 else listed
    return (phrase(Kind.LEGEND, Word.NEVER_RUN, words),)


def layer_notes(bars: Sequence[tuple[Layer, Sequence[Layer]]]) -> tuple[Label, ...]:
    """Return the norms and activations that share a bar, in the order they run, such as "conv → BN, ReLU".

    The most frequent ones are said of an operation, if no layer of that goes without; others of the layer.
    `bars`: the layer each bar names, and all layers it shows.
    """
    patterns: dict[Label, dict[tuple[Label, Label], list[Layer]]] = {}
    for main, shown in bars:
        at = [layer is main for layer in shown].index(True)
        ends = names_only(shown[:at]), names_only(shown[at + 1 :])
        is_conv = main.kind is LayerKind.CONV
        name = phrase(Kind.OPERATOR, Word.CONV) if is_conv else operation(replace(main, kernel=()))
        patterns.setdefault(name, {}).setdefault(ends, []).append(main)
    notes = []
    for name, result in patterns.items():
        default = None if (NOTHING, NOTHING) in result else max(result, key=lambda ends: len(result[ends]))
        for ends, mains in result.items():
            names = [name] if ends == default else [layer_lines(main)[0] for main in mains]
            notes += [Label(ends[0], name, ends[1], joint=ARROW) for name in names if any(ends)]
    return tuple(dict.fromkeys(notes))
