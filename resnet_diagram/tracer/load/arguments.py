"""Arguments of a model's call: from inputs in a row to dictionaries, lists and tuples, and back."""

import inspect
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import is_dataclass, replace
from numbers import Integral
from typing import Any, TypeGuard, get_args, get_type_hints

from torch import Tensor, nn

from resnet_diagram.errors import TraceError, UsageError
from resnet_diagram.tracer.load.fields import Fields
from resnet_diagram.tracer.load.inputs import DTYPES, InputSpec, parse_input
from resnet_diagram.tracer.record.isolation import parameters_of
from resnet_diagram.tracer.record.run import Arguments

_STEP = re.compile(r'\["([^"]+)"\]|([^.\[\]]+)')
_PARTS = "Parts of a dictionary or a list: {0}.key=3x32x32, {0}[0]=3x32x32; another value: {0}=True."


def arguments_of(
    model: nn.Module, specs: Sequence[InputSpec], value: Callable[[InputSpec], object] = InputSpec.value
) -> Arguments:
    """Return the values of some inputs, without numbers; those with a place in dictionaries and lists.

    Where the model's forward says that an argument is a data class or a named tuple, its parts are one.
    """
    named = [(_steps(spec.name), value(spec)) for spec in specs if spec.name]
    keywords = _nested(named) if named else {}
    try:
        hints = get_type_hints(model.forward)
    except Exception:  # an annotation that cannot be evaluated, or no function
        hints = {}
    keywords = {name: _of_type(parts, hints.get(name)) for name, parts in keywords.items()}
    return Arguments(args=tuple(value(spec) for spec in specs if not spec.name), kwargs=keywords)


def _steps(place: str) -> list[str]:
    """Return the keys and numbers on the way to a place.

    >>> _steps('batch[0]["left.image"].mask')
    ['batch', '0', 'left.image', 'mask']
    """
    return [quoted or plain for quoted, plain in _STEP.findall(place)]


def _of_type(value: object, hint: object) -> object:
    """Return the parts of an argument as the data class or named tuple that its annotation names."""
    if isinstance(value, list):
        return [_of_type(item, hint) for item in value]
    if not isinstance(value, Fields):
        return value
    for kind in (hint, *get_args(hint)):
        if not inspect.isclass(kind):
            continue
        if is_dataclass(kind) or (issubclass(kind, tuple) and hasattr(kind, "_fields")):
            try:
                return kind(**value)
            except TypeError:
                continue
    return value


def _nested(items: Sequence[tuple[Sequence[str], object]]) -> Any:
    """Return values by their places: a list where the steps are the numbers from 0, else a dictionary.

    >>> _nested([(["0", "rgb"], 1), (["0", "depth"], 2)]), _nested([([], 3)])
    ([{'rgb': 1, 'depth': 2}], 3)
    """
    if len(items) == 1 and not items[0][0]:
        return items[0][1]
    groups: dict[str, list[tuple[Sequence[str], object]]] = {}
    for steps, value in items:
        if not steps:
            raise UsageError("An input is given both as a whole and in parts; leave one out.")
        groups.setdefault(steps[0], []).append((steps[1:], value))
    parts = {step: _nested(group) for step, group in groups.items()}
    if all(step in parts for step in map(str, range(len(parts)))):
        return [parts[str(number)] for number in range(len(parts))]
    return Fields(parts)


_OWN_EXAMPLES = ("example_input_array", "example_input", "example_inputs", "dummy_input", "dummy_inputs")
"""Attributes in which models store an example of their input."""


def example_of(model: nn.Module) -> list[InputSpec]:
    """Return the inputs that a model has an example of; none if it has none, or one that does not fit."""
    for attribute in _OWN_EXAMPLES:
        try:
            specs = specs_of(getattr(model, attribute, None))
            if specs:
                return bound(model, specs)
        except Exception:  # a property of the model's own may fail
            continue
    return []


def bound(model: nn.Module, specs: Sequence[InputSpec]) -> list[InputSpec]:
    """Return the inputs as arguments of the model's forward; none are given to be guessed.

    Inputs that are no arguments of a forward with one argument are its parts: named ones those of a
    dictionary, others those of a list. Raises TraceError, naming the arguments, where they fit in no way.
    """
    parameters = parameters_of(model.forward)
    if parameters is None:
        return list(specs)
    specs = [_number_for(parameters, spec) for spec in specs]
    problem = _misfit(parameters, specs or [InputSpec(shape=(1,), name=lead_keyword(model))])
    if problem is None:
        return specs
    names = [p.name for p in parameters if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
    for parts in (_as_parts(names, specs), _as_arguments(names, specs)) if specs else ():
        if parts and _misfit(parameters, parts) is None:
            return parts
    raise TraceError(f"{type(model).__name__}: {problem}. {_expected_inputs(parameters)}")


def lead_keyword(model: nn.Module) -> str:
    """Return the name of the first argument of a forward that takes none by position, else ""."""
    parameters = parameters_of(model.forward) or ()
    if any(p.kind not in (p.KEYWORD_ONLY, p.VAR_KEYWORD) for p in parameters):
        return ""
    return next((p.name for p in parameters if p.kind is p.KEYWORD_ONLY), "")


def _number_for(parameters: Sequence[inspect.Parameter], spec: InputSpec) -> InputSpec:
    """Return an input such as `n=2` as a number if the argument is declared as one, else unchanged."""
    parameter = next((p for p in parameters if p.name == spec.name), None)
    if parameter is None or len(spec.shape) != 1:
        return spec
    by_default = isinstance(parameter.default, int) and not isinstance(parameter.default, bool)
    if parameter.annotation not in (int, "int") and not by_default:
        return spec
    return replace(spec, shape=(), constant=spec.shape[0])


def _as_parts(names: Sequence[str], specs: Sequence[InputSpec]) -> list[InputSpec]:
    """Return the inputs as parts of the first argument; none if some have names and others have not."""
    if not names or len({bool(spec.name) for spec in specs}) > 1:
        return []
    places = [spec.name or f"[{at}]" for at, spec in enumerate(specs)]
    places = [place if place[0] == "[" else f".{place}" for place in places]
    return [replace(spec, name=f"{names[0]}{place}") for spec, place in zip(specs, places, strict=True)]


def _as_arguments(names: Sequence[str], specs: Sequence[InputSpec]) -> list[InputSpec]:
    """Return inputs at `[0]`, `[1].key` as the first argument, a part of the second; else none."""
    parts = [re.fullmatch(r"\[(\d+)\](.*)", spec.name) for spec in specs]
    if not all(part and int(part[1]) < len(names) for part in parts):
        return []
    return [
        replace(spec, name=f"{names[int(part[1])]}{part[2]}")
        for spec, part in zip(specs, parts, strict=True)
        if part
    ]


def _misfit(parameters: Sequence[inspect.Parameter], specs: Sequence[InputSpec]) -> str | None:
    """Return why inputs are not the arguments of a forward; None if they are."""
    roots = dict.fromkeys("" if spec.name[0] == "[" else _steps(spec.name)[0] for spec in specs if spec.name)
    try:
        inspect.Signature(list(parameters)).bind(*[None for spec in specs if not spec.name], **roots)
    except TypeError as error:
        names = {parameter.name for parameter in parameters}
        unknown = [root for root in roots if root not in names]
        return f"no input is named {unknown[0]!r}" if unknown and unknown[0] else str(error)
    return None


def _expected_inputs(parameters: Sequence[inspect.Parameter]) -> str:
    """Return which inputs a forward takes and how they are written.

    >>> def forward(x, mask, scale=None): ...
    >>> _expected_inputs(list(inspect.signature(forward).parameters.values()))[:60]
    'Its forward takes x, mask, scale=None: repeat --input, as in'
    """
    listed = [p for p in parameters if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
    names = ", ".join(p.name if p.default is p.empty else f"{p.name}={p.default!r}" for p in listed)
    needed = [p.name for p in listed if p.default is p.empty]
    if not listed:
        any_name = any(p.kind is p.VAR_KEYWORD for p in parameters)
        by_name = "inputs by name, as in --input image=3x224x224" if any_name else "no input"
        return f"Its forward takes {by_name}."
    parts = _PARTS.format(needed[-1] if needed else listed[0].name)
    if len(needed) < 2:
        return f"Its forward takes {names}. {parts}"
    more = f"--input 3x224x224 --input {needed[1]}=1x16:bool"
    return f"Its forward takes {names}: repeat --input, as in {more}. {parts}"


def specs_of(example: object) -> list[InputSpec]:
    """Return the inputs that an example means: tensors, arrays, shapes, texts, or dictionaries and lists.

    A sequence of numbers is a shape; a list or tuple has an item for each argument; the keys of a dictionary
    are names of arguments, or those of the one argument. Raises UsageError for anything else.

    >>> specs_of({"image": (3, 32, 32), "deep": True})[0].name
    'image'
    """
    if example is None or (isinstance(example, (list, tuple)) and not example):
        return []
    if isinstance(example, tuple) and len(example) == 1:
        return specs_of(example[0])
    several = isinstance(example, (list, tuple)) and not _is_shape(example)
    items: Sequence[object] = example if isinstance(example, (list, tuple)) and several else ()
    nested = (Mapping, list, tuple, bool, float, type(None))
    if items and not any(isinstance(item, nested) and not _is_shape(item) for item in items):
        return [spec for item in items for spec in _specs_at(item, "")]
    return list(_specs_at(example, ""))


def _is_shape(value: object) -> TypeGuard[Sequence[int]]:
    """Return whether a value is a shape: whole numbers in a row."""
    if not isinstance(value, (list, tuple)) or not value:
        return False
    return all(isinstance(size, Integral) and not isinstance(size, bool) for size in value)


def _array_spec(value: object) -> InputSpec | None:
    """Return the input that a tensor, or an array of NumPy or one like it, means; None for any other value.

    An array of float64, NumPy's default, takes the type of the model's weights.
    """
    shape, dtype = getattr(value, "shape", None), str(getattr(value, "dtype", "")).removeprefix("torch.")
    if not isinstance(shape, tuple) or not shape or dtype not in DTYPES:
        return None
    dtype = "float32" if dtype == "float64" and not isinstance(value, Tensor) else dtype
    return InputSpec(shape=tuple(map(int, shape)), dtype=dtype)


def _specs_at(value: object, place: str) -> Iterator[InputSpec]:
    """Yield the inputs in a value, each with its place."""
    if (spec := _array_spec(value)) is not None:
        yield replace(spec, name=place)
    elif _is_shape(value):
        yield replace(parse_input("x".join(map(str, value))), name=place)
    elif isinstance(value, str) and not place:
        yield parse_input(value)
    elif isinstance(value, str) and re.fullmatch(r"[\dx×]+(:\w+)?", value):
        yield replace(parse_input(value), name=place)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            step = str(key) if str(key).isidentifier() else f'["{key}"]'
            yield from _specs_at(item, f"{place}.{step}".replace(".[", "[") if place else step)
    elif isinstance(value, (list, tuple)):
        for at, item in enumerate(value):
            yield from _specs_at(item, f"{place}[{at}]")
    elif place:
        yield InputSpec(shape=(), name=place, constant=value)
    else:
        raise UsageError(
            "Expected a shape, an example tensor or array, or a dictionary or list of them as input; "
            f"got {value!r}."
        )
