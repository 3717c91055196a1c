"""Whether two networks are the same, names aside."""

from collections.abc import Iterable, Iterator
from dataclasses import fields, is_dataclass, replace
from typing import TypeVar

from resnet_diagram.spec.model import Block, Element, Layer, Network, Shortcut, Stage

Described = TypeVar("Described", Network, Layer, Block, Stage, Element, Shortcut)


def anonymous(part: Described) -> Described:
    """The same without any name, source and note, so that equal structures compare equal."""
    match part:
        case Layer():
            return replace(part, name="")
        case Shortcut():
            return replace(part, layers=anonymous_run(part.layers))
        case Stage():
            return replace(part, name="", body=anonymous_run(part.body))
        case Block():
            return _block(part)
        case Network():
            stem, body, head = anonymous_run(part.stem), anonymous_run(part.body), anonymous_run(part.head)
            return replace(part, name="", source="", notes=(), stem=stem, body=body, head=head)
    raise TypeError(f"Expected a part of a network, got {type(part).__name__}.")


def _block(block: Block) -> Block:
    return replace(
        block,
        name="",
        before=tuple(anonymous(layer) for layer in block.before),
        branches=tuple(anonymous_run(branch) for branch in block.branches),
        shortcut=anonymous(block.shortcut) if block.shortcut else None,
        after=tuple(anonymous(layer) for layer in block.after),
    )


def anonymous_run(elements: Iterable[Element]) -> tuple[Element, ...]:
    """The same elements without any name."""
    return tuple(anonymous(element) for element in elements)


def same(left: Network, right: Network) -> bool:
    """Whether two networks are equal, names, sources and notes aside."""
    return anonymous(left) == anonymous(right)


def differences(left: Network, right: Network) -> tuple[str, ...]:
    """One line for each place where two networks differ, names aside: the place, then both values.

    Places read as in Python: `body[0].body[2].branches[0][3].kernel: (3, 3) is not (1, 1)`.
    """
    return tuple(_differences("", anonymous(left), anonymous(right)))


def _differences(place: str, left: object, right: object) -> Iterator[str]:
    if left == right:
        return
    if isinstance(left, tuple) and isinstance(right, tuple) and _nested(left + right):
        for at, (one, other) in enumerate(zip(left, right, strict=False)):
            yield from _differences(f"{place}[{at}]", one, other)
        if len(left) != len(right):
            yield f"{place}: {len(left)} elements are not {len(right)}"
    elif is_dataclass(left) and type(left) is type(right):
        for field in fields(left):
            inner = f"{place}.{field.name}".lstrip(".")
            yield from _differences(inner, getattr(left, field.name), getattr(right, field.name))
    else:
        yield f"{place}: {_short(left)} is not {_short(right)}"


def _nested(values: tuple[object, ...]) -> bool:
    return any(isinstance(value, tuple) or is_dataclass(value) for value in values)


def _short(value: object) -> str:
    """A value in a few words; a whole element as its kind and name."""
    match value:
        case Layer():
            return f"{value.op} {value.in_shape} → {value.out_shape}"
        case Block() | Stage() | Shortcut() | Network():
            return f"a {type(value).__name__.lower()}"
    return repr(str(value)) if isinstance(value, str) else repr(value)
