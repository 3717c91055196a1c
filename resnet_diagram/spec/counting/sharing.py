"""Find modules that a chain runs several times with the same weights."""

from resnet_diagram.spec.counting.blocks import units
from resnet_diagram.spec.measure import walk
from resnet_diagram.spec.model import Network
from resnet_diagram.spec.traits import MIXING


def shared_modules(network: Network) -> tuple[tuple[str, int], ...]:
    """Return the modules of a chain that run several times with the same weights, with the number of runs.

    A block counts as a whole; the nodes of graphs say themselves what they share.
    """
    counts: dict[str, int] = {}
    within: set[str] = set()
    for unit in units((*network.stem, *network.body, *network.head)):
        layers = [layer for layer in walk(unit, repeats=False) if layer.kind in MIXING and layer.name]
        if unit.name and layers and all(layer.name.startswith(unit.name) for layer in layers):
            counts[unit.name] = counts.get(unit.name, 0) + 1
            within.update(layer.name for layer in layers)
    for layer in walk(network, repeats=False):
        if layer.kind in MIXING and layer.name and layer.name not in within:
            counts[layer.name] = counts.get(layer.name, 0) + 1
    return tuple((name, count) for name, count in counts.items() if count > 1)
