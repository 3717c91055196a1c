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
    loose = [layer for layer in walk(network, repeats=False) if layer.kind in MIXING and layer.name]
    opened = tuple(graphs(network)) if in_graphs else ()
    if len({layer.name for layer in loose}) == len(loose) and not opened:
        return ()
    counts: Counter[str] = Counter()
    within: set[str] = set()
    modules: dict[str, list[tuple[str, ...]]] = {}
    for unit in units(network.elements):
        names = _names(walk(unit, repeats=False))
        if unit.name and names and all(name.startswith(unit.name) for name in names):
            every = tuple(layer.name for layer in walk(unit, repeats=False) if layer.kind in _LEARNED)
            modules.setdefault(unit.name, []).append(every)
    for path, contents in modules.items():
        if len(set(contents)) == 1:
            counts[path] += len(contents)
            within.update(contents[0])
    kinds = Counter((layer.name, layer.kind) for layer in loose if layer.name not in within)
    # What a module runs in several layers of different kinds, as attention does, runs once.
    counts.update({name: max(kinds[name, kind] for kind in LayerKind) for name, _ in kinds})
    for graph in opened:
        # The modules that nodes of a graph run again, with the number of these nodes and the first.
        sharing = Counter(node.shares for node in graph.nodes if node.shares is not None)
        for number, count in sharing.items():
            names = _names(walk(graph.nodes[number].body))
            paths = [path] if (path := common_path(names)) else _outermost(names)
            counts.update({path: count + (path not in counts) for path in paths})
    return tuple((name, count) for name, count in counts.items() if count > 1)


def _names(layers: Iterable[Layer]) -> list[str]:
    return [layer.name for layer in layers if layer.kind in MIXING and layer.name]


def _outermost(names: Iterable[str]) -> list[str]:
    """Return for each part of the network the path that all names within it begin with."""
    within: dict[str, list[str]] = {}
    for name in names:
        within.setdefault(name.partition(".")[0], []).append(name)
    return [common_path(members) for members in within.values()]
