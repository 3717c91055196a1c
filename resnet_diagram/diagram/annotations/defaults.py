"""Choose default units: user-defined modules that contain a merge."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from resnet_diagram.diagram.annotations.model import Annotations, Part
from resnet_diagram.diagram.annotations.units import Closed, Closing, with_units
from resnet_diagram.diagram.origin import paths_of
from resnet_diagram.spec.counting.blocks import units as counted_blocks
from resnet_diagram.spec.graph import all_elements
from resnet_diagram.spec.measure import gate_ratio, residual_blocks
from resnet_diagram.spec.model import Block, Layer, Network, Stage
from resnet_diagram.spec.paths import outer_paths, with_outer
from resnet_diagram.spec.traits import BARS, is_renaming

_SERIES = 3
"""Least number of boxes in series that are worth a panel."""


def with_default_units(
    annotations: Annotations, networks: Sequence[Network], *, unnamed: bool = True
) -> Annotations:
    """Return annotations with the units that are made unless `unit = false` opens them.

    Without `unnamed`, only modules with a label, a colour or a note of their own are among them.
    """
    if not (unnamed or annotations.parts):
        return annotations
    parts = list(annotations.parts)
    for paths, label in (unit for network in networks for unit in _default_units(network)):
        for at, part in enumerate(parts):
            if part.unit is None and part.pattern and any(map(part.names, paths)):
                parts[at] = replace(part, unit=all(part.names(path) for path in paths) or None)
        left = frozenset(
            path for path in paths if not any(part.unit is not None and part.names(path) for part in parts)
        )
        if left and unnamed:
            parts.append(Part(paths=left, label=label, unit=True))
    return replace(annotations, parts=tuple(parts)) if parts else annotations


def _default_units(network: Network) -> list[tuple[frozenset[str], str]]:
    """Return the modules of each class that is drawn as a unit, and its name.

    It is an author's own class, in residual blocks or used several times, in which values are joined or
    that is a long series. It is no block, no branch of one, nothing that is one box anyway, and each of its
    modules is run once.
    """
    stages = [element for element in all_elements(network) if isinstance(element, Stage)]
    counted = counted_blocks(network.elements)
    blocks: list[Block | Stage] = [*residual_blocks(network), *counted, *stages]
    names = {path for block in blocks for path in paths_of(block)} & {block.name for block in blocks}
    around = {outer for name in names for outer in with_outer(name)}
    classes = {
        path: cls.name for cls in network.classes if cls.own for path in cls.paths if path not in around
    }
    while classes:
        by_name: dict[str, frozenset[str]] = {}
        for path, name in classes.items():
            by_name[name] = by_name.get(name, frozenset()) | {path}
        parts = [Part(paths=paths, label=name, unit=True) for name, paths in by_name.items()]
        closed, closing = with_units(network, parts)
        rejected = _rejected(closed, closing, classes)
        if not rejected:
            return [(paths, name) for name, paths in by_name.items()]
        classes = {path: name for path, name in classes.items() if name not in rejected}
    return []


def _rejected(closed: Network, closing: Closing, classes: Mapping[str, str]) -> set[str]:
    """Return the names of the classes that are no units, seen from a network in which all are."""
    names = Counter(unit.name for run in closing.units.values() for unit in run)
    in_pieces = {path for path in classes if names[path] != 1}
    opened = (path for element in all_elements(closed) for path in paths_of(element) if path not in names)
    in_pieces |= {outer for path in opened for outer in outer_paths(path) if outer in classes}
    for block in residual_blocks(closed):
        for branch in (*block.branches, block.shortcut.layers if block.shortcut else ()):
            layers = [element.name for element in branch if not is_renaming(element)]
            in_pieces |= set(layers) if len(layers) == 1 else set()  # a whole branch or shortcut
    result = {classes[path] for path in in_pieces if path in classes}
    rare = (label for label, runs in closing.units.items() if len(runs) == 1)
    result |= {label for label in rare if label not in closing.in_blocks}
    return result | _plain(closing.units)


def _plain(units: Mapping[str, list[Closed]]) -> set[str]:
    """Return the labels of the units that are a gate of one box, or fewer than three boxes in series."""
    plain: set[str] = set()
    for label, modules in reversed(list(units.items())):  # inner units first
        inner = units.keys() - plain
        if not any(
            (element.op in inner if isinstance(element, Layer) else not gate_ratio(element))
            for unit in modules
            for element in unit.inside
        ):
            boxes = max(
                sum(not isinstance(element, Layer) or element.kind in BARS for element in unit.inside)
                for unit in modules
            )
            plain |= {label} if boxes < _SERIES else set()
    return plain
