"""Fill the boxes of a drawing by the level of a quantity: MACs, parameters, activations, receptive field."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from enum import StrEnum
from itertools import pairwise
from typing import Any, TypeVar

from resnet_diagram.diagram.model import Bar, Comparison, Diagram, LegendEntry, Node, NodeRole
from resnet_diagram.spec.graph import parts
from resnet_diagram.spec.measure import activations, macs, params
from resnet_diagram.spec.model import Element, Network
from resnet_diagram.wording.counts import si_text
from resnet_diagram.wording.terms import Kind, literal, phrase
from resnet_diagram.wording.vocabulary import Word

_Part = TypeVar("_Part")
Values = Mapping[str, float]
"""A quantity of each layer and block, by its path."""


class Quantity(StrEnum):
    """What the fill of a box shows."""

    MACS = "macs"
    PARAMS = "params"
    MEMORY = "memory"
    RECEPTIVE_FIELD = "receptive-field"


_WORDS = {
    Quantity.MACS: Word.MACS_OF_BOX,
    Quantity.PARAMS: Word.PARAMETERS_OF_BOX,
    Quantity.MEMORY: Word.ACTIVATIONS_OF_BOX,
    Quantity.RECEPTIVE_FIELD: Word.RECEPTIVE_FIELD_OF_BOX,
}
_COUNTS: dict[Quantity, Callable[[Element], int]] = {
    Quantity.MACS: macs,
    Quantity.PARAMS: params,
    Quantity.MEMORY: activations,
}
LEVELS = 6
"""Most levels of a quantity."""
_STEPS = ((1, 1.5, 2, 3, 4, 5, 7), (1, 2, 3, 5), (1, 2, 5), (1, 3), (1,))
"""Leading digits of bounds, from fine to coarse."""


def by_quantity(diagram: Diagram, networks: Sequence[Network], quantity: Quantity) -> tuple[Diagram, int]:
    """Return a diagram whose boxes have the level of a quantity as their shade, and the number of levels.

    A box that stands for several layers or blocks has the level of the largest. The legend gives the range of
    each level in use.
    """
    values = [_values(network, quantity) for network in networks]
    used = {value for element, at in _boxes(diagram, 0) if (value := _value(element, values[at]))}
    bounds = _bounds(used)
    entries = _entries(quantity, bounds, used)

    def levelled(part: Any, at: int) -> Any:
        if isinstance(part, Diagram):
            return replace(part, legend=(*part.legend, *entries) if part.legend else ())
        value = _value(part, values[at])
        return replace(part, shade=_level(value, bounds) if value else 0)

    return _mapped(diagram, levelled, 0), len(bounds) + 1


def _values(network: Network, quantity: Quantity) -> Values:
    """Return the quantity of each layer, block and stage of a network, by its path."""
    if quantity is Quantity.RECEPTIVE_FIELD:
        from resnet_diagram.spec.receptive_field import element_fields

        sizes = element_fields(network)
        pairs = [(element.name, max(size) if size else math.inf) for element, size in sizes]
    else:
        pairs = [(element.name, float(_COUNTS[quantity](element))) for element in _elements(network)]
    values: dict[str, float] = {}
    for name, value in pairs:
        values[name] = max(values.get(name, 0.0), value)
    return values


def _elements(part: Network | Element) -> Iterator[Element]:
    for run in parts(part):
        for element in run:
            yield element
            yield from _elements(element)


def _value(element: Node | Bar, values: Values) -> float:
    """Return the largest value of what a box stands for; 0 where it has none."""
    if element.role not in FILLED:
        return 0.0
    return max((values.get(path, 0.0) for path in element.origin.paths), default=0.0)


FILLED = frozenset(NodeRole) - {
    NodeRole.INPUT,
    NodeRole.ADD,
    NodeRole.SUBTRACT,
    NodeRole.MULTIPLY,
    NodeRole.CONCAT,
    NodeRole.TERMINAL,
    NodeRole.QUESTION,
}
"""Roles of boxes that stand for a part of a network."""


def _boxes(part: object, at: int) -> Iterator[tuple[Node | Bar, int]]:
    """Yield the boxes of a drawing, with the number of their network."""
    if isinstance(part, Node | Bar):
        yield part, at
    elif isinstance(part, Comparison):
        for number, column in enumerate(part.columns):
            yield from _boxes(column.cells, number)
    else:
        for member in part if isinstance(part, tuple) else _members(part).values():
            yield from _boxes(member, at)


def _members(part: object) -> dict[str, Any]:
    """Return the parts of a drawing, or of an element of one, by the names of their fields."""
    if not is_dataclass(part) or isinstance(part, type):
        return {}
    values = {field.name: getattr(part, field.name) for field in fields(part)}
    return {name: value for name, value in values.items() if isinstance(value, tuple) or is_dataclass(value)}


def _mapped(part: _Part, change: Callable[[Any, int], Any], at: int) -> _Part:
    """Return a drawing with its boxes, and the diagrams in it, changed."""
    changed: Any = part
    if isinstance(part, tuple):
        changed = tuple(_mapped(member, change, at) for member in part)
    elif isinstance(part, Comparison):
        columns = enumerate(part.columns)
        changed = replace(
            part, columns=tuple(replace(c, cells=_mapped(c.cells, change, n)) for n, c in columns)
        )
    elif members := _members(part):
        inner = {name: _mapped(value, change, at) for name, value in members.items()}
        changed = replace(part, **inner)  # type: ignore[type-var]
    result: _Part = change(changed, at) if isinstance(changed, Node | Bar | Diagram) else changed
    return result


def _bounds(values: set[float]) -> tuple[float, ...]:
    """Return the bounds between levels: round numbers, at most one less than there are levels.

    >>> _bounds({3.0, 40.0, 600.0, 9000.0}), _bounds({5.0})
    ((10.0, 100.0, 1000.0), ())
    """
    finite = sorted(value for value in values if value < math.inf)
    if not finite:
        return ()
    powers = range(math.floor(math.log10(finite[0])), math.ceil(math.log10(finite[-1])) + 1)
    for digits in _STEPS:
        ladder = [digit * 10.0**power for power in powers for digit in digits]
        bounds = tuple(bound for bound in ladder if finite[0] < bound <= finite[-1])
        if len(bounds) < LEVELS:
            return bounds
    step = -(-len(bounds) // (LEVELS - 1))
    return bounds[::step]


def _level(value: float, bounds: Sequence[float]) -> int:
    """Return the number of a level, from 1."""
    return 1 + sum(value >= bound for bound in bounds)


def _entries(quantity: Quantity, bounds: Sequence[float], used: set[float]) -> tuple[LegendEntry, ...]:
    """Return the legend of the levels in use: what is shown, then the range of each."""
    texts = [_rounded(bound) for bound in bounds]
    ranges = [
        f"< {texts[0]}" if texts else "",
        *(f"{low} – {high}" for low, high in pairwise(texts)),
        f"≥ {texts[-1]}" if texts else "",
    ]
    levels = sorted({_level(value, bounds) for value in used})
    if not levels:
        return ()
    title = LegendEntry(role=None, text=phrase(Kind.LEGEND, _WORDS[quantity]))
    if not bounds:
        return (title,)
    return (
        title,
        *(LegendEntry(role=NodeRole.OTHER, text=literal(ranges[n - 1]), shade=n) for n in levels),
    )


def _rounded(count: float) -> str:
    """Return a round number with its SI prefix.

    >>> _rounded(2e8), _rounded(1500.0), _rounded(7.0)
    ('200 M', '1.5 k', '7')
    """
    number, _, prefix = si_text(round(count)).partition(" ")
    return f"{float(number):g} {prefix}".strip()
