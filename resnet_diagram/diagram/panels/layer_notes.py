"""Notes: norms and activations that share a bar or a box with a layer; modules that run again, or never."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from resnet_diagram.spec.counting.sharing import shared_modules
from resnet_diagram.spec.measure import walk
from resnet_diagram.spec.model import Layer, LayerKind, Network
from resnet_diagram.wording.layers import layer_lines, names_only, operation
from resnet_diagram.wording.symbols import ARROW
from resnet_diagram.wording.terms import NOTHING, Kind, Label, literal, phrase
from resnet_diagram.wording.vocabulary import Word

_LISTED = 4
"""Modules that run several times or never which are named, at most."""


def run_notes(network: Network) -> tuple[Label, ...]:
    """Return notes on modules that run several times, and on those with parameters that are not drawn.

    Of modules within each other the outermost of which no layer runs is named.
    """
    again = [
        phrase(Kind.LEGEND, Word.TIMES_RUN, literal(name), count) for name, count in shared_modules(network)
    ]
    running = {path for layer in walk(network) for path in _paths(layer.name)}
    unused = dict.fromkeys(
        next((path for path in _paths(module.name) if path not in running), module.name)
        for module in network.idle
    )
    idle = [literal(path) for path in unused]
    return (*_listed(Word.RUN_AGAIN, again), *_listed(Word.NOT_ON_THE_WAY, idle))


def _paths(name: str) -> Iterator[str]:
    """Yield the paths of the modules around a module, the outermost first, and its own."""
    parts = name.split(".")
    return (".".join(parts[: end + 1]) for end in range(len(parts)))


def _listed(word: Word, names: Sequence[Label]) -> tuple[Label, ...]:
    """Return a note that names the first of some modules, if there are any."""
    if not names:
        return ()
    listed = Label(*names[:_LISTED], joint=Word.LIST)
    rest = len(names) - _LISTED
    return (
        phrase(Kind.LEGEND, word, phrase(Kind.LEGEND, Word.AND_MORE, listed, rest) if rest > 0 else listed),
    )


_Ends = tuple[Label, Label]
"""Norms and activations that share a bar with a layer: before it, and after it."""

_ALONE: _Ends = (NOTHING, NOTHING)


def layer_notes(bars: Sequence[tuple[Layer, Sequence[Layer]]]) -> tuple[Label, ...]:
    """Return the norms and activations that share a bar, in the order they run, such as "conv → BN, ReLU".

    The most frequent ones are said of an operation, if no layer of that goes without; others of the kernel,
    as in "3×3 conv → BN", if all layers of that have them, else of the layer. `bars`: the layer each bar
    names, and all layers it shows.
    """
    layers = [(main, _ends(main, shown)) for main, shown in bars]
    common = {
        name: None if _ALONE in counts else max(counts, key=lambda ends: counts[ends])
        for name, counts in _counted(layers, _operation).items()
    }
    kernels = _counted(layers, operation)
    notes = []
    for main, ends in layers:
        name = _operation(main)
        if ends != common[name]:
            name = operation(main) if len(kernels[operation(main)]) == 1 else layer_lines(main)[0]
        if any(ends):
            notes.append(Label(ends[0], name, ends[1], joint=ARROW))
    return tuple(dict.fromkeys(notes))


def _ends(main: Layer, shown: Sequence[Layer]) -> _Ends:
    at = [layer is main for layer in shown].index(True)
    return names_only(shown[:at]), names_only(shown[at + 1 :])


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
