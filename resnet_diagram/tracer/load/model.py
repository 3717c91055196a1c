"""Load the model that a text names, built without weights."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

from torch import nn

from resnet_diagram.dataclass import dataclass
from resnet_diagram.errors import SourceError, closest, did_you_mean
from resnet_diagram.reading import is_of_project
from resnet_diagram.spec.catalog import LIBRARIES
from resnet_diagram.spec.paths import abbreviated
from resnet_diagram.tracer.errors import import_error, source_error
from resnet_diagram.tracer.load.build import build
from resnet_diagram.tracer.load.factories import reason_not_to_call
from resnet_diagram.tracer.load.imports import module_of, own_arguments
from resnet_diagram.tracer.load.inputs import InputSpec
from resnet_diagram.tracer.load.no_network import NetworkAskedError, network_blocked, without_weights
from resnet_diagram.tracer.load.saved.files import SUFFIXES, saved_model
from resnet_diagram.tracer.load.target import Target, parse_target
from resnet_diagram.tracer.load.zoo import listed_model, listed_names
from resnet_diagram.tracer.record import torch_private
from resnet_diagram.tracer.record.isolation import exclusive, parameters_of, prints_on_stderr, random_states
from resnet_diagram.tracer.record.torchvision_operators import with_operators

_SHOWN = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedModel:
    """A model, its name, and the inputs it was saved with, if any."""

    model: nn.Module
    name: str
    source: str
    inputs: tuple[InputSpec, ...] = ()


def load_model(
    target: str,
    *,
    unsafe: bool = False,
    folder: Path = Path(),
    with_values: bool = False,
    root: Path | None = None,
) -> LoadedModel:
    """Return the model that `pkg.module:factory` or `path/file.py:Net(depth=20)` names.

    `timm:NAME` and `torchvision:NAME` name what these libraries list. The module is imported, and so run;
    the constructor is called without memory for weights, unless `with_values`. An instance is taken as it
    is. A TorchScript file is read; a pickled model or an exported program only if `unsafe`, as reading it
    may run any code. `folder`: start of relative paths, and first in the search for modules. `root`: the
    project that the code must lie in, unless it is a library of models. Raises SourceError where anything
    fails.
    """
    if target.endswith(SUFFIXES):
        path = folder / Path(target).expanduser()
        _check_place(target, path, root)
        model, inputs = saved_model(path, unsafe=unsafe)
        return LoadedModel(model=model, name=path.stem, source=target, inputs=inputs)
    parsed = replace(parse_target(target), folder=folder, with_values=with_values, root=root)
    if parsed.is_file:
        _check_place(target, parsed.path, root)
    return with_operators(partial(_built, parsed))


def _check_place(text: str, path: Path, root: Path | None) -> None:
    """Raise SourceError for code outside the required project."""
    if root is not None and not is_of_project(path, root):
        raise SourceError(f"A document may not load {text!r}: {str(path)!r} is not code of {str(root)!r}.")


def built_model(factory: Callable[..., Any]) -> nn.Module:
    """Return the model that a class or function makes, without weights. Raise SourceError."""
    name = getattr(factory, "__qualname__", type(factory).__name__)
    home = getattr(factory, "__module__", "")
    with exclusive(), random_states():
        return _construct(factory, name.rpartition(".")[2], Target(text=name, module=home))


def _built(target: Target) -> LoadedModel:
    """Return the model a target names; raise SourceError."""
    arguments, imports = own_arguments(target.module), torch_private.light_imports()
    with exclusive(), random_states(), prints_on_stderr(), arguments, imports:
        try:
            with network_blocked():
                module = module_of(target)
        except NetworkAskedError as error:
            raise import_error(target.module, error, target.file) from error
        if module.__name__.partition(".")[0] not in LIBRARIES:
            _check_place(target.text, Path(getattr(module, "__file__", None) or "/"), target.root)
        attribute = target.attribute or _only_candidate(module, target)
        value = _attribute_of(module, attribute, target)
        ready = isinstance(value, nn.Module) and not target.called
        model = value if ready else _construct(value, attribute, target)
    assert isinstance(model, nn.Module)
    name = _name_of(attribute, target) + f".{target.inner}" * bool(target.inner)
    try:
        part = nn.Module.get_submodule(model, target.inner)
    except AttributeError:
        names = [path for path, _ in nn.Module.named_modules(model) if path]
        hint = did_you_mean(closest(target.inner, names))
        raise SourceError(
            f"{type(model).__name__} in {target.module!r} has no module {target.inner!r}.{hint} It has "
            f"{abbreviated(names, _SHOWN)}."
        ) from None
    return LoadedModel(model=part, name=name, source=target.text)


def _name_of(attribute: str, target: Target) -> str:
    """Return the model's name: the attribute, with its arguments."""
    if not (target.args or target.kwargs):
        return attribute
    argument = [repr(a) for a in target.args] + [f"{name}={value!r}" for name, value in target.kwargs.items()]
    return f"{attribute}({', '.join(argument)})"


def _construct(factory: object, attribute: str, target: Target) -> nn.Module:
    """Return the model a class or function makes, alone or first among other things."""
    if not callable(factory):
        raise SourceError(
            f"{attribute!r} in {target.module!r} is of type {type(factory).__name__}; wanted is a "
            "torch.nn.Module, or a class or function that makes one."
        )
    if reason := reason_not_to_call(factory, target.root):
        raise SourceError(
            f"{attribute!r} in {target.module!r} is not called, because {reason}; expected a torch.nn.Module "
            "class, or a function that returns a module."
        )
    _check_arguments(factory, attribute, target)
    if target.root is not None and ("checkpoint_path" in target.kwargs or len(target.args) > 4):
        raise SourceError(f"A document may not load weights: {target.text!r} names a checkpoint.")
    try:
        with network_blocked():
            options = without_weights(factory, target.kwargs)
            make = partial(factory, *target.args, **options)
            result = make() if target.with_values else build(make)
    except SourceError:
        raise
    except (Exception, SystemExit, NetworkAskedError) as error:
        action = f"{_name_of(attribute, target)} in {target.module!r} could not be built"
        raise source_error(action, error, target.file) from error
    values = list(result.values()) if isinstance(result, Mapping) else result
    items = values if isinstance(values, (list, tuple)) else [values]
    model = next((item for item in items if isinstance(item, nn.Module)), None)
    if model is None:
        raise SourceError(
            f"{_name_of(attribute, target)} in {target.module!r} returns an object of type "
            f"{type(result).__name__}; expected a torch.nn.Module."
        )
    return model


def _check_arguments(factory: Callable[..., Any], attribute: str, target: Target) -> None:
    """Raise SourceError if the arguments do not fit the factory's signature."""
    try:
        signature = inspect.signature(factory)
    except (TypeError, ValueError):
        return
    try:
        signature.bind(*target.args, **target.kwargs)
    except TypeError as error:
        missing = ", ".join(f"{p.name}=..." for p in signature.parameters.values() if _required(p))
        raise SourceError(
            f"{attribute!r} in {target.module!r} takes {attribute}{signature}: {error}. "
            f"Write for example {target.module}:{attribute}({missing})."
        ) from None


def _required(parameter: inspect.Parameter) -> bool:
    """Return whether a call must give this parameter."""
    return parameter.default is parameter.empty and parameter.kind not in (
        parameter.VAR_POSITIONAL,
        parameter.VAR_KEYWORD,
    )


def _attribute_of(module: ModuleType, attribute: str, target: Target) -> object:
    """Return the object at a dotted attribute. Raises SourceError with the existing attributes."""
    value: object = module
    for part in attribute.split("."):
        try:
            value = getattr(value, part)
        except AttributeError:
            factory = listed_model(module, attribute)
            if factory is not None:
                return factory
            names = listed_names(module) or list(_candidates(module))
            public = [name for name in vars(module) if not name.startswith("_")]
            hint = did_you_mean(closest(attribute, names) or closest(attribute, public))
            listing = f" It has {abbreviated(names, _SHOWN)}." if names else ""
            listing = listing or " It defines no model itself." * (not hint)
            raise SourceError(f"{target.module!r} has no {attribute!r}.{hint}{listing}") from None
    return value


def _only_candidate(module: ModuleType, target: Target) -> str:
    """Return the only object in a module that can be drawn. Raises SourceError if there are several."""
    models = _candidates(module)
    ready = [
        name for name, value in models.items() if not inspect.isclass(value) or not _needs_arguments(value)
    ]
    instances = [name for name in ready if isinstance(models[name], nn.Module)]
    for names in (instances, ready):
        if len(names) == 1:
            return names[0]
    names = ready or list(models)
    if not names:
        raise SourceError(
            f"{target.module!r} defines no model: no torch.nn.Module and no function that makes one."
        )
    raise SourceError(
        f"{target.module!r} holds several models; name one, as in {target.module}:{names[0]}. It has "
        f"{abbreviated(names, _SHOWN)}."
    )


def _candidates(module: ModuleType) -> dict[str, object]:
    """Return the models, model classes and functions without arguments that a module defines, by name.

    Functions count if they say that they return a model, or in a module of one's own if nothing is said.
    """
    models: dict[str, object] = {}
    for name, value in vars(module).items():
        if name.startswith("_"):
            continue
        result = value if inspect.isclass(value) else None
        if inspect.isfunction(value) and not _needs_arguments(value):
            result = getattr(value, "__annotations__", {}).get("return", nn.Module)
        makes_model = isinstance(result, str) or (inspect.isclass(result) and issubclass(result, nn.Module))
        defined_here = getattr(value, "__module__", None) == module.__name__
        if isinstance(value, nn.Module) or (makes_model and defined_here):
            models[name] = value
    return models


def _needs_arguments(function: Callable[..., Any]) -> bool:
    """Return whether a callable requires arguments."""
    return any(map(_required, parameters_of(function) or ()))
