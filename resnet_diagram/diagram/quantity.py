"""Fill the boxes of a drawing by the level of a quantity: MACs, parameters, activations, receptive field."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

from resnet_diagram.diagram.elements import elements, mapped
from resnet_diagram.diagram.flat import later
from resnet_diagram.diagram.model import Bar, Diagram, LegendEntry, Node, NodeRole
from resnet_diagram.diagram.options import Quantity
from resnet_diagram.spec.graph import all_elements
from resnet_diagram.spec.measure import activations, macs, params
from resnet_diagram.spec.model import Element, Network
from resnet_diagram.wording.counts import si_text
from resnet_diagram.wording.terms import Kind, literal, phrase
from resnet_diagram.wording.vocabulary import Word

Values = Mapping[str, float]
"""A quantity of each layer and block, by its path."""

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


def by_quantity(
    diagram: Diagram, networks: Sequence[Network], quantity: Quantity, stages: int
) -> tuple[Diagram, int]:
    """Return a diagram whose boxes have the level of a quantity as their mark, and the number of levels.

    The mark of the first level follows `stages`. A box that stands for several layers or blocks has the level
    of the largest. The legend gives the range of each level in use.
    """
    values = [_values(network, quantity) for network in networks]
    drawings = diagram, diagram.flat and diagram.flat()
    boxes = ((box, at) for box, at in elements(drawings) if isinstance(box, Node | Bar))
    used = {value for box, at in boxes if (value := _value(box, values[at]))}
    bounds = _bounds(used)
    entries = _entries(quantity, bounds, used, stages)

    def levelled(part: Any, at: int) -> Any:
        if isinstance(part, Diagram):
            return replace(part, legend=(*part.legend, *entries) if part.legend else ())
        if not isinstance(part, Node | Bar):
            return part
        value = _value(part, values[at])
        return replace(part, mark=stages + _level(value, bounds) if value else 0)

    flat = later(diagram.flat, lambda flat: mapped(flat, levelled))
    return replace(mapped(diagram, levelled), flat=flat), len(bounds) + 1


def _values(network: Network, quantity: Quantity) -> Values:
    """Return the quantity of each layer, block and stage of a network, by its path."""
    if quantity is Quantity.RECEPTIVE_FIELD:
        from resnet_diagram.spec.receptive_field import element_fields

        sizes = element_fields(network)
        pairs = [(element.name, max(size) if size else math.inf) for element, size in sizes]
    else:
        pairs = [(element.name, float(_COUNTS[quantity](element))) for element in all_elements(network)]
    values: dict[str, float] = {}
    for name, value in pairs:
        values[name] = max(values.get(name, 0.0), value)
    return values


def _value(element: Node | Bar, values: Values) -> float:
    """Return the largest value among the parts of a box, or 0 without any."""
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
    NodeRole.REMOVED,
}
"""Roles of boxes that represent a part of a network."""


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


def _entries(
    quantity: Quantity, bounds: Sequence[float], used: set[float], stages: int
) -> tuple[LegendEntry, ...]:
    """Return the legend of the levels in use: the quantity, then the range of each level."""
    texts: list[str] = []
    for bound in bounds:  # round numbers: "200 M", "1.5 k"
        number, _, prefix = si_text(round(bound)).partition(" ")
        texts.append(f"{float(number):g} {prefix}".strip())
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
        *(LegendEntry(role=NodeRole.OTHER, text=literal(ranges[n - 1]), shade=stages + n) for n in levels),
    )
