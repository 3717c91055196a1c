"""Take networks apart into stem, units by stage and head, so that equal parts stand beside each other.

How a network is written down does not matter: layers before the first block are the stem, those after the
last one the head, whatever containers they are in.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from resnet_diagram.spec.measure import is_gate, walk
from resnet_diagram.spec.model import Block, Element, Layer, Network, Stage
from resnet_diagram.spec.signature import canonical

Place = tuple[int, int]
"""Number of the stage, 0 outside stages, and of the unit in it; both from 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A block with its gates, or a run of layers between blocks."""

    place: Place
    elements: tuple[Element, ...]

    @property
    def block(self) -> Block | None:
        """The block, if it is one."""
        first = self.elements[0]
        return first if isinstance(first, Block) and not is_gate(first) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """A network taken apart; `stages` holds the units of each stage."""

    stem: tuple[Layer, ...]
    stages: tuple[tuple[Unit, ...], ...]
    head: tuple[Layer, ...]


def taken_apart(network: Network) -> Parts:
    """The parts of a network."""
    groups = [_body(network, element) for element in _stages(network)]
    stem, head = list(walk(network.stem)), list(walk(network.head))
    if any(isinstance(one, Block) for group in groups for one in group):
        stem += _taken(groups, first=True)
        head = [*_taken(groups, first=False), *head]
    stages = [_units(group, number) for number, group in enumerate(filter(None, groups), 1)]
    return Parts(stem=canonical(stem), stages=tuple(stages), head=canonical(head))


def _stages(network: Network) -> list[tuple[Element, ...]]:
    """The bodies of the stages; what stands between stages is a group of its own."""
    found: list[tuple[Element, ...]] = []
    loose: list[Element] = []
    for element in network.body:
        if isinstance(element, Stage):
            found += [tuple(loose)] if loose else []
            found.append(element.body)
            loose = []
        else:
            loose.append(element)
    return [*found, tuple(loose)] if loose else found


def _body(network: Network, elements: Iterable[Element]) -> list[Element]:
    """The elements of a stage, with those of stages inside it."""
    found: list[Element] = []
    for element in elements:
        found += _body(network, element.body) if isinstance(element, Stage) else [element]
    return found


def _taken(groups: list[list[Element]], *, first: bool) -> list[Layer]:
    """The layers before the first block, or after the last, taken out of their groups."""
    found: list[Element] = []
    for group in groups if first else reversed(groups):
        while group and not _is_block(group[0 if first else -1]):
            found.append(group.pop(0 if first else -1))
        if group:
            break
    return list(walk(found if first else reversed(found)))


def _is_block(element: Element) -> bool:
    return isinstance(element, Block) and not is_gate(element)


def _units(elements: Sequence[Element], stage: int) -> tuple[Unit, ...]:
    runs: list[list[Element]] = []
    for element in elements:
        if _is_block(element) or not runs or _is_block(runs[-1][0]):
            runs.append([element])
        else:
            runs[-1].append(element)
    return tuple(Unit(place=(stage, number), elements=tuple(run)) for number, run in enumerate(runs, 1))
