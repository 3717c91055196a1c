"""Take networks apart into stem, units by stage and head, so that equal parts can be compared.

The containers of a network do not matter: layers before the first block are the stem, layers after the last
block are the head.
"""

from collections.abc import Iterable, Iterator
from itertools import count, groupby

from resnet_diagram.dataclass import dataclass
from resnet_diagram.spec.counting.blocks import numbers, units
from resnet_diagram.spec.measure import is_block, walk
from resnet_diagram.spec.model import Block, Element, Graph, Layer, Network, Stage
from resnet_diagram.spec.signature import canonical

Place = tuple[int, int]
"""Number of the stage, 0 outside stages, and of the block in it, as drawings count; 0 between blocks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A block with its gates, or a run of layers between blocks; `path` is the path of its module."""

    place: Place
    elements: tuple[Element, ...]
    path: str = ""

    @property
    def block(self) -> Block | None:
        """Block of the unit; None for a run of layers."""
        first = self.elements[0]
        return first if is_block(first) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """A network taken apart; `stages`: the units of each stage, `counts`: its blocks, as readers count."""

    stem: tuple[Layer, ...]
    stages: tuple[tuple[Unit, ...], ...]
    counts: tuple[int, ...]
    head: tuple[Layer, ...]


@dataclass(frozen=True, slots=True)
class _Group:
    """The elements of a stage, its number, how many blocks it has, and the numbers of each by its `id()`."""

    elements: list[Element]
    number: int
    count: int
    numbers: dict[int, list[int]]


def take_apart(network: Network) -> Parts:
    """Return the parts of a network."""
    groups = list(_groups(network))
    stem, head = list(walk(network.stem)), list(walk(network.head))
    if any(isinstance(element, Block) for group in groups for element in group.elements):
        runs = [group.elements for group in groups]
        stem += _pop_layers(runs, first=True)
        head = [*_pop_layers(runs, first=False), *head]
    groups = [group for group in groups if group.elements]
    return Parts(
        stem=canonical(stem),
        stages=tuple(_units(group) for group in groups),
        counts=tuple(group.count for group in groups),
        head=canonical(head),
    )


def _groups(network: Network) -> Iterator[_Group]:
    """Yield the stages, and the elements between stages; without any stage these are the first."""
    numbered = count(1)
    has_stages = any(isinstance(element, Stage) for element in network.body)
    for is_stage, run in groupby(network.body, key=lambda element: isinstance(element, Stage)):
        elements = tuple(run)
        stages = [element for element in elements if isinstance(element, Stage)]
        for stage in stages if is_stage else [Stage(body=elements)]:
            members = (stage,) if is_stage else elements
            yield _Group(
                elements=_body(stage.body),
                number=next(numbered) if is_stage or not has_stages else 0,
                count=len(units(members)),
                numbers=numbers(stage, loose=not is_stage),
            )


def _body(elements: Iterable[Element]) -> list[Element]:
    """Return the elements of a stage and of the stages inside it."""
    items: list[Element] = []
    for element in elements:
        if isinstance(element, Stage):
            items += _body(element.body)
        elif isinstance(element, Graph):
            items += (item for node in element.nodes for item in _body(node.body))
        else:
            items.append(element)
    return items


def _pop_layers(groups: list[list[Element]], *, first: bool) -> list[Layer]:
    """Remove the layers before the first block, or after the last, from their groups and return them."""
    removed: list[Element] = []
    for group in groups if first else reversed(groups):
        while group and not is_block(group[0 if first else -1]):
            removed.append(group.pop(0 if first else -1))
        if group:
            break
    return list(walk(removed if first else reversed(removed)))


def _units(group: _Group) -> tuple[Unit, ...]:
    runs: list[list[Element]] = []
    for element in group.elements:
        if is_block(element) or not runs or is_block(runs[-1][0]):
            runs.append([element])
        else:
            runs[-1].append(element)
    items: list[Unit] = []
    for run in runs:
        waiting = group.numbers.get(id(run[0]), []) if is_block(run[0]) else []
        path = run[0].name or next((layer.name for layer in walk(run) if layer.name), "")
        place = (group.number, waiting.pop(0) if waiting else 0)
        items.append(Unit(place=place, elements=tuple(run), path=path))
    return tuple(items)
