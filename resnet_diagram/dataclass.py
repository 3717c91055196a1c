"""The `dataclass` decorator of the standard library, at a tenth of its cost for each class.

The standard decorator compiles up to six methods of each class, which takes a millisecond for each of a
hundred classes at every start. Here `__init__` is compiled once for all classes with equally many fields,
and the other methods are closures.
"""

import dataclasses
from collections.abc import Callable, Sequence
from functools import cache
from operator import attrgetter
from types import CodeType, FunctionType
from typing import Any, TypeVar, dataclass_transform

_Class = TypeVar("_Class", bound=type)


@dataclass_transform(field_specifiers=(dataclasses.field,))
def dataclass(
    *, frozen: bool = False, slots: bool = False, kw_only: bool = False
) -> Callable[[_Class], _Class]:
    """Return a decorator that makes a dataclass; `fields`, `replace`, `copy` and `pickle` work with it.

    The arguments are those of the standard decorator. A field is shown and compared whatever its `repr` and
    `compare`.
    """

    def decorate(cls: Any) -> Any:
        bare = dataclasses.dataclass(slots=slots, kw_only=kw_only, init=False, repr=False, eq=False)
        result: Any = bare(cls)
        fields = dataclasses.fields(result)
        names = tuple(field.name for field in fields)
        result.__init__ = _initializer(result, fields, kw_only=kw_only, slots=slots)
        _add_comparison(result, names, frozen=frozen)
        if frozen:
            result.__setattr__ = result.__delattr__ = _refuse
        if frozen and slots:
            _add_state(result, names)
        return result

    return decorate


def _initializer(
    cls: Any, fields: Sequence[dataclasses.Field[Any]], *, kw_only: bool, slots: bool
) -> FunctionType:
    """Return `__init__`, which writes the slots, or the dictionary of an instance without slots."""
    factories = tuple(n for n, field in enumerate(fields) if field.default_factory is not dataclasses.MISSING)
    names: dict[str, Any] = {"_missing": dataclasses.MISSING}
    names |= {f"_make{number}": fields[number].default_factory for number in factories}
    for number, field in enumerate(fields):
        names[f"_field{number}"] = getattr(cls, field.name).__set__ if slots else field.name
    follows = hasattr(cls, "__post_init__")
    code = _init_code(len(fields), factories, kw_only=kw_only, slots=slots, follows=follows)
    renamed = code.replace(
        co_varnames=("self", *(field.name for field in fields)), co_qualname=f"{cls.__qualname__}.__init__"
    )
    optional = {
        field.name: field.default
        for number, field in enumerate(fields)
        if field.default is not dataclasses.MISSING or number in factories
    }
    init = FunctionType(renamed, names, "__init__", None if kw_only else tuple(optional.values()))
    init.__kwdefaults__ = optional if kw_only else None
    init.__annotations__ = {**{field.name: field.type for field in fields}, "return": None}
    return init


@cache
def _init_code(count: int, made: tuple[int, ...], *, kw_only: bool, slots: bool, follows: bool) -> CodeType:
    """Return the code of `__init__` for `count` fields; those at the positions `made` have a factory.

    `follows`: `__post_init__` is called at the end.
    """
    parameters = [f"_{number}" for number in range(count)]
    values = [
        f"_make{number}() if {name} is _missing else {name}" if number in made else name
        for number, name in enumerate(parameters)
    ]
    write = " _field{}(self, {})" if slots else " self.__dict__[_field{}] = {}"
    lines = [write.format(number, value) for number, value in enumerate(values)]
    lines.append(" self.__post_init__()" if follows else " return None")
    star = ["*"] if kw_only and parameters else []
    scope: dict[str, Any] = {}
    exec(f"def __init__({', '.join(['self', *star, *parameters])}):\n" + "\n".join(lines), scope)
    code = scope["__init__"].__code__
    assert isinstance(code, CodeType)
    return code


def _add_comparison(cls: Any, names: tuple[str, ...], *, frozen: bool) -> None:
    """Add `__eq__`, `__hash__` and `__repr__`, which depend on the values of all fields."""
    values: Callable[[Any], Any] = attrgetter(*names) if names else lambda _: ()

    def equal(self: Any, right: object) -> Any:
        return values(self) == values(right) if right.__class__ is self.__class__ else NotImplemented

    def number(self: Any) -> int:
        return hash(values(self))

    def text(self: Any) -> str:
        shown = ", ".join(f"{name}={getattr(self, name)!r}" for name in names)
        return f"{self.__class__.__qualname__}({shown})"

    cls.__eq__ = equal
    if "__hash__" not in cls.__dict__:
        cls.__hash__ = number if frozen else None
    if "__repr__" not in cls.__dict__:
        cls.__repr__ = text


def _refuse(self: object, name: str, value: object = None) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot change field {name!r}")


def _add_state(cls: Any, names: tuple[str, ...]) -> None:
    """Add the methods that copies and pickles are made with."""

    def state(self: Any) -> list[Any]:
        return [getattr(self, name) for name in names]

    def restore(self: Any, values: list[Any]) -> None:
        for name, value in zip(names, values, strict=True):
            object.__setattr__(self, name, value)

    cls.__getstate__, cls.__setstate__ = state, restore
