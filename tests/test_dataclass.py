"""The package's own `dataclass` decorator makes what that of the standard library makes."""

import copy
import dataclasses
import inspect
import pickle
from collections.abc import Mapping
from dataclasses import FrozenInstanceError, field
from functools import cached_property

import pytest

from resnet_diagram.dataclass import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Ours:
    """Fields with and without defaults."""

    name: str
    size: tuple[int, ...] = ()
    parts: Mapping[str, int] = field(default_factory=dict)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Theirs:
    """Fields with and without defaults."""

    name: str
    size: tuple[int, ...] = ()
    parts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Point:
    """Fields by place."""

    x: float
    y: float = 0.0


@dataclass(frozen=True, slots=True)
class Single:
    """One field."""

    value: object


@dataclass(frozen=True, slots=True)
class Nothing:
    """No field."""


@dataclass(slots=True)
class Counter:
    """A class whose values change, with slots."""

    name: str
    seen: list[int] = field(default_factory=list)


@dataclass()
class Walk:
    """A class whose values change, without slots, that completes itself."""

    steps: int
    names: list[str] = field(default_factory=list)
    double: int = 0

    def __post_init__(self) -> None:
        self.double = 2 * self.steps


@dataclass(frozen=True, kw_only=True)
class Shape:
    """A class with a value that is computed once."""

    sizes: tuple[int, ...]

    @cached_property
    def total(self) -> list[int]:
        return [sum(self.sizes)]


def test_fields_text_and_signature_are_the_same() -> None:
    assert [f.name for f in dataclasses.fields(Ours)] == [f.name for f in dataclasses.fields(Theirs)]
    assert repr(Ours(name="a", size=(1,))) == repr(Theirs(name="a", size=(1,))).replace("Theirs", "Ours")
    ours, theirs = inspect.signature(Ours).parameters, inspect.signature(Theirs).parameters
    assert [(p.name, p.kind, p.annotation) for p in ours.values()] == [
        (p.name, p.kind, p.annotation) for p in theirs.values()
    ]
    assert "__dict__" not in dir(Ours)


def test_defaults_are_filled_in_and_made_anew() -> None:
    first, second = Ours(name="a"), Ours(name="a")
    assert first == second
    assert first.parts is not second.parts
    assert Point(1.0) == Point(1.0, 0.0) != Point(1.0, 2.0)


def test_wrong_arguments_are_refused() -> None:
    with pytest.raises(TypeError):
        Ours("a")  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        Point()  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        Point(1.0, z=2.0)  # type: ignore[call-arg]


def test_values_compare_and_hash_by_their_fields() -> None:
    assert {Point(1.0, 2.0), Point(1.0, 2.0)} == {Point(1.0, 2.0)}
    values: list[object] = [Single(3), Single((1, 2))]
    assert values[0] not in (3, Single(4))
    assert values[1] not in (Point(1, 2), (1, 2))
    assert hash(Single(3)) == hash(Single(3))


def test_nothing_can_be_changed() -> None:
    point = Point(1.0)
    with pytest.raises(FrozenInstanceError, match="'x'"):
        point.x = 2.0  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        del point.x
    with pytest.raises(FrozenInstanceError):
        point.other = 1  # type: ignore[attr-defined]
    assert dataclasses.replace(point, y=3.0) == Point(1.0, 3.0)


def test_values_of_a_class_that_is_not_frozen_can_change() -> None:
    counter = Counter("a")
    counter.seen.append(1)
    counter.name = "b"
    assert counter == Counter("b", [1])
    assert Counter("b").seen == []
    with pytest.raises(TypeError):
        hash(counter)
    with pytest.raises(AttributeError):
        counter.other = 1  # type: ignore[attr-defined]


def test_an_instance_completes_itself() -> None:
    assert Walk(2).double == 4
    assert dataclasses.replace(Walk(2), steps=3).double == 6
    assert inspect.signature(Walk).parameters["names"].default is dataclasses.MISSING


def test_a_frozen_class_without_slots_remembers_what_it_computed() -> None:
    shape = Shape(sizes=(1, 2))
    assert shape.total is shape.total
    assert shape == Shape(sizes=(1, 2))
    assert hash(shape) == hash(Shape(sizes=(1, 2)))
    with pytest.raises(FrozenInstanceError):
        shape.sizes = ()  # type: ignore[misc]


@pytest.mark.parametrize(
    "value",
    [
        Counter("a", [1]),
        Walk(1),
        Shape(sizes=(1,)),
        Nothing(),
        Point(1.0, 2.0),
        Single([1]),
        Ours(name="a", parts={"b": 1}),
    ],
)
def test_copies_are_equal(value: object) -> None:
    assert copy.copy(value) == copy.deepcopy(value) == pickle.loads(pickle.dumps(value)) == value
