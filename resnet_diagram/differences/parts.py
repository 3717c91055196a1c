"""The parts of a network that another one does not have, or has with other settings."""

from collections.abc import Hashable, Iterator, Sequence
from difflib import SequenceMatcher
from itertools import zip_longest

from resnet_diagram.dataclass import dataclass
from resnet_diagram.differences.align import Unit, take_apart
from resnet_diagram.differences.removed import Removed, removed_runs
from resnet_diagram.differences.units import unit_differences
from resnet_diagram.spec.graph import all_elements, parts
from resnet_diagram.spec.measure import walk
from resnet_diagram.spec.model import Element, Layer, Network
from resnet_diagram.spec.signature import canonical


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """Paths of layers and blocks that are new or changed, and the parts of the baseline that are missing."""

    new: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[Removed, ...] = ()


def changes(network: Network, baseline: Network) -> Changes:
    """Return the changes from a baseline to a network: stages, blocks and layers are paired in order."""
    collected = _Changes()
    ours, theirs = take_apart(network), take_apart(baseline)
    collected.compare(ours.stem, theirs.stem)
    for left, right in zip_longest(ours.stages, theirs.stages, fillvalue=()):
        for unit, other in zip_longest(left, right):
            collected.pair(unit, other)
    collected.compare(ours.head, theirs.head)
    new = set(collected.new)
    containers = (element for element in all_elements(network) if not isinstance(element, Layer))
    inside = {each.name: {layer.name for layer in walk(each)} for each in containers if each.name}
    return Changes(
        new=(*collected.new, *(name for name, layers in inside.items() if layers and layers <= new)),
        changed=tuple(collected.changed),
        removed=removed_runs(network, baseline, collected.absent, collected.pairs),
    )


class _Changes:
    """Collects changes. `absent`: names in the baseline; `pairs`: those with a counterpart, and its name."""

    def __init__(self) -> None:
        self.new: list[str] = []
        self.changed: list[str] = []
        self.absent: set[str] = set()
        self.pairs: dict[str, str] = {}

    def pair(self, unit: Unit | None, counterpart: Unit | None) -> None:
        """Add the changes between two blocks, or a block without a counterpart."""
        if unit is None and counterpart is not None:
            self.absent |= {layer.name for layer in canonical(walk(counterpart.elements))}
        elif unit is not None and counterpart is None:
            self.new += [layer.name for layer in walk(unit.elements)]
            self.new += [unit.block.name] if unit.block else []
        elif unit is not None and counterpart is not None:
            if unit.block and counterpart.block:
                self.pairs[counterpart.block.name] = unit.block.name
            if unit_differences(unit, counterpart):
                for layers, counterparts in _paired_runs(unit, counterpart):
                    self.compare(canonical(walk(layers)), canonical(walk(counterparts)))
                self.changed += [unit.block.name] if unit.block else []

    def compare(self, layers: Sequence[Layer], counterparts: Sequence[Layer]) -> None:
        """Add the changes between two runs of layers."""
        left = [_key(layer) for layer in layers]
        right = [_key(layer) for layer in counterparts]
        opcodes = SequenceMatcher(None, left, right, autojunk=False).get_opcodes()
        for tag, start, end, other_start, other_end in opcodes:
            if tag == "equal":
                both = zip(counterparts[other_start:other_end], layers[start:end], strict=True)
                self.pairs |= {theirs.name: ours.name for theirs, ours in both}
            else:
                self._replaced(layers[start:end], list(counterparts[other_start:other_end]))

    def _replaced(self, layers: Sequence[Layer], counterparts: list[Layer]) -> None:
        """Add layers in place of others: changed where one of those is the same operation, else new."""
        for layer in layers:
            at = next((k for k, other in enumerate(counterparts) if other.op == layer.op), None)
            (self.new if at is None else self.changed).append(layer.name)
            if at is not None:
                self.pairs[counterparts.pop(at).name] = layer.name
        self.absent |= {layer.name for layer in counterparts}


def _paired_runs(unit: Unit, counterpart: Unit) -> Iterator[tuple[Sequence[Element], Sequence[Element]]]:
    """Yield the runs to compare: branches and shortcuts by themselves where both are blocks with as many."""
    runs, counterparts = (parts(each.block) if each.block else () for each in (unit, counterpart))
    if len(runs) != len(counterparts):
        yield unit.elements, counterpart.elements
        return
    start = 1 if runs else 0
    yield from zip(runs, counterparts, strict=True)
    yield unit.elements[start:], counterpart.elements[start:]


def _key(layer: Layer) -> Hashable:
    """Return a layer's effect on its channels, regardless of the size of the feature map."""
    window = layer.kernel, layer.stride, layer.padding, layer.dilation
    ends = layer.in_shape[:1], layer.out_shape[:1]
    return layer.kind, layer.op, window, layer.groups, layer.bias, ends, layer.settings
