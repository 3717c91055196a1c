"""Find modules that a network runs several times with the same weights."""

from collections import Counter
from collections.abc import Iterable

from resnet_diagram.spec.counting.blocks import units
from resnet_diagram.spec.graph import graphs
from resnet_diagram.spec.measure import walk
from resnet_diagram.spec.model import Layer, LayerKind, Network
from resnet_diagram.spec.paths import common_path
from resnet_diagram.spec.traits import MIXING

_LEARNED = MIXING | {LayerKind.NORM}
"""Layers that tell the runs of a module apart, as where each run has a norm of its own."""


def shared_modules(network: Network, *, in_graphs: bool = True) -> tuple[tuple[str, int], ...]:
    """Return the modules that run several times with the same weights, with the number of runs.

    A block counts as a whole, and so does what the nodes of a graph share, which is left out without
    `in_graphs`.
    """
    counts: Counter[str] = Counter()
    within: set[str] = set()
    modules: dict[str, list[tuple[str, ...]]] = {}
    for unit in units((*network.stem, *network.body, *network.head)):
        names = _names(walk(unit, repeats=False))
        if unit.name and names and all(name.startswith(unit.name) for name in names):
            every = tuple(layer.name for layer in walk(unit, repeats=False) if layer.kind in _LEARNED)
            modules.setdefault(unit.name, []).append(every)
    for path, contents in modules.items():
        if len(set(contents)) == 1:
            counts[path] += len(contents)
            within.update(contents[0])
    counts.update(name for name in _names(walk(network, repeats=False)) if name not in within)
    for graph in graphs(network) if in_graphs else ():
        # The modules that nodes of a graph run again, with the number of these nodes and the first.
        sharing = Counter(node.shares for node in graph.nodes if node.shares is not None)
        for number, count in sharing.items():
            names = _names(walk(graph.nodes[number].body))
            path = common_path(names)
            counts.update({name: count + (name not in counts) for name in ([path] if path else names)})
    return tuple((name, count) for name, count in counts.items() if count > 1)


def _names(layers: Iterable[Layer]) -> list[str]:
    return [layer.name for layer in layers if layer.kind in MIXING and layer.name]
