"""Visit and change the elements of a drawing at any nesting depth."""

from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from resnet_diagram.diagram.model import Bar, Comparison, Diagram, Frame, Group, Node, Panel

_Part = TypeVar("_Part")
Element = Node | Bar | Group | Frame | Panel | Diagram
"""An element with a text or a fill, or a container of such elements."""


def elements(part: object, network: int = 0) -> Iterator[tuple[Element, int]]:
    """Yield the elements of a drawing, outer ones first, each with the number of its network."""
    if isinstance(part, Element):
        yield part, network
    if isinstance(part, Comparison):
        for number, column in enumerate(part.columns):
            yield from elements(column.cells, number)
    else:
        for member in part if isinstance(part, tuple) else members(part).values():
            yield from elements(member, network)


def mapped(part: _Part, change: Callable[[Any, int], Any], network: int = 0) -> _Part:
    """Return a drawing with each element replaced by `change(element, number of its network)`.

    Inner elements are changed before those that hold them.
    """
    result: Any = part
    if isinstance(part, tuple):
        result = tuple(mapped(member, change, network) for member in part)
    elif isinstance(part, Comparison):
        columns = [
            replace(column, cells=mapped(column.cells, change, number))
            for number, column in enumerate(part.columns)
        ]
        result = replace(part, columns=tuple(columns))
    elif inside := members(part):
        inner = {name: mapped(value, change, network) for name, value in inside.items()}
        result = replace(part, **inner)  # type: ignore[type-var]
    final: _Part = change(result, network) if isinstance(result, Element) else result
    return final


def members(part: object) -> dict[str, Any]:
    """Return the parts of an element, or of any other part of a drawing, by the names of their fields."""
    if not is_dataclass(part) or isinstance(part, type):
        return {}
    values = {field.name: getattr(part, field.name) for field in fields(part)}
    return {name: value for name, value in values.items() if isinstance(value, tuple) or is_dataclass(value)}
