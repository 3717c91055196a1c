"""The `dataclass` decorator of the standard library for frozen classes with slots, four times as fast.

The standard one compiles six methods for each class, half a millisecond that every start pays for each of
a hundred classes. Here only `__init__` is compiled; the other methods are closures.
"""

import dataclasses
from collections.abc import Callable
from operator import attrgetter
from typing import Any, Literal, TypeVar, dataclass_transform

_Class = TypeVar("_Class", bound=type)


@dataclass_transform(field_specifiers=(dataclasses.field,), frozen_default=True)
def dataclass(
    *, frozen: Literal[True], slots: Literal[True], kw_only: bool = False
) -> Callable[[_Class], _Class]:
    """Return a decorator that makes a dataclass; `fields`, `replace`, `copy` and `pickle` work with it."""

    def decorate(cls: Any) -> Any:
        bare = dataclasses.dataclass(slots=True, kw_only=kw_only, init=False, repr=False, eq=False)
        result: Any = bare(cls)
        fields = dataclasses.fields(result)
        _add_init(result, fields, kw_only=kw_only)
        _add_comparison(result, tuple(field.name for field in fields))
        _add_state(result, tuple(field.name for field in fields))
        return result

    return decorate


def _add_init(cls: type, fields: tuple[dataclasses.Field[Any], ...], *, kw_only: bool) -> None:
    """Add `__init__`, which writes the slots directly."""
    names: dict[str, Any] = {"_missing": dataclasses.MISSING}
    parameters, lines = [], []
    for number, field in enumerate(fields):
        names[f"_set{number}"] = getattr(cls, field.name).__set__
        value = field.name
        if field.default_factory is not dataclasses.MISSING:
            names[f"_make{number}"] = field.default_factory
            parameters.append(f"{field.name}=_missing")
            value = f"_make{number}() if {field.name} is _missing else {field.name}"
        elif field.default is not dataclasses.MISSING:
            names[f"_default{number}"] = field.default
            parameters.append(f"{field.name}=_default{number}")
        else:
            parameters.append(field.name)
        lines.append(f" _set{number}(self, {value})")
    star = ["*"] if kw_only and parameters else []
    exec(f"def __init__({', '.join(['self', *star, *parameters])}):\n" + "\n".join(lines or [" pass"]), names)
    init: Any = names["__init__"]
    init.__qualname__ = f"{cls.__qualname__}.__init__"
    init.__annotations__ = {**{field.name: field.type for field in fields}, "return": None}
    cls.__init__ = init  # type: ignore[misc]


def _add_comparison(cls: Any, names: tuple[str, ...]) -> None:
    """Add `__eq__`, `__hash__` and `__repr__`, which depend on the values of all fields."""
    values: Callable[[Any], Any] = attrgetter(*names) if names else lambda _: ()

    def equal(self: Any, right: object) -> Any:
        return values(self) == values(right) if right.__class__ is self.__class__ else NotImplemented

    def number(self: Any) -> int:
        return hash(values(self))

    def text(self: Any) -> str:
        shown = ", ".join(f"{name}={getattr(self, name)!r}" for name in names)
        return f"{self.__class__.__qualname__}({shown})"

    cls.__eq__, cls.__hash__ = equal, number
    if "__repr__" not in cls.__dict__:
        cls.__repr__ = text


def _add_state(cls: Any, names: tuple[str, ...]) -> None:
    """Add the methods that refuse changes, and those that copies and pickles are made with."""

    def refuse(self: Any, name: str, value: object = None) -> None:
        raise dataclasses.FrozenInstanceError(f"cannot change field {name!r}")

    def state(self: Any) -> list[Any]:
        return [getattr(self, name) for name in names]

    def restore(self: Any, values: list[Any]) -> None:
        for name, value in zip(names, values, strict=True):
            object.__setattr__(self, name, value)

    cls.__setattr__ = cls.__delattr__ = refuse
    cls.__getstate__, cls.__setstate__ = state, restore
