"""Take networks apart into stem, units by stage and head, so that equal parts can be compared.

The containers of a network do not matter: layers before the first block are the stem, layers after the last
block are the head.
"""

from collections.abc import Iterable, Sequence

from resnet_diagram.dataclass import dataclass
from resnet_diagram.spec.counting.blocks import units
from resnet_diagram.spec.measure import is_gate, walk
from resnet_diagram.spec.model import Block, Element, Graph, Layer, Network, Stage
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
        """Block of the unit; None for a run of layers."""
        first = self.elements[0]
        return first if isinstance(first, Block) and not is_gate(first) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """A network taken apart; `stages`: the units of each stage, `counts`: its blocks, as readers count."""

    stem: tuple[Layer, ...]
    stages: tuple[tuple[Unit, ...], ...]
    counts: tuple[int, ...]
    head: tuple[Layer, ...]


def take_apart(network: Network) -> Parts:
    """Return the parts of a network."""
    bodies = _stages(network)
    groups = [_body(network, elements) for elements, _ in bodies]
    stem, head = list(walk(network.stem)), list(walk(network.head))
    if any(isinstance(element, Block) for group in groups for element in group):
        stem += _pop_layers(groups, first=True)
        head = [*_pop_layers(groups, first=False), *head]
    stages = [_units(group, number) for number, group in enumerate(filter(None, groups), 1)]
    counts = tuple(count for group, (_, count) in zip(groups, bodies, strict=True) if group)
    return Parts(stem=canonical(stem), stages=tuple(stages), counts=counts, head=canonical(head))


def _stages(network: Network) -> list[tuple[tuple[Element, ...], int]]:
    """Return the bodies of the stages, and how many blocks; elements between stages are a group."""
    items: list[tuple[tuple[Element, ...], int]] = []
    loose: list[Element] = []
    for element in network.body:
        if isinstance(element, Stage):
            items += [(tuple(loose), len(units(loose)))] if loose else []
            items.append((element.body, len(units((element,)))))
            loose = []
        else:
            loose.append(element)
    return [*items, (tuple(loose), len(units(loose)))] if loose else items


def _body(network: Network, elements: Iterable[Element]) -> list[Element]:
    """Return the elements of a stage and of the stages inside it."""
    items: list[Element] = []
    for element in elements:
        if isinstance(element, Stage):
            items += _body(network, element.body)
        elif isinstance(element, Graph):
            items += (item for node in element.nodes for item in _body(network, node.body))
        else:
            items.append(element)
    return items


def _pop_layers(groups: list[list[Element]], *, first: bool) -> list[Layer]:
    """Remove the layers before the first block, or after the last, from their groups and return them."""
    removed: list[Element] = []
    for group in groups if first else reversed(groups):
        while group and not _is_block(group[0 if first else -1]):
            removed.append(group.pop(0 if first else -1))
        if group:
            break
    return list(walk(removed if first else reversed(removed)))


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
