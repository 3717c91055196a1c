"""Models that a library lists by name."""

import functools
import importlib
from collections.abc import Callable
from types import ModuleType
from typing import Any

_BUILDERS = ("create_model", "get_model")
"""Functions that make a listed model by its name."""


def listed_model(module: ModuleType, name: str) -> Callable[..., Any] | None:
    """Return the factory of `timm:NAME` or `torchvision:NAME`, None for other modules and names."""
    functions = _registry(module)
    if functions is None or name.partition(".")[0] not in functions[0]():
        return None
    factory: Callable[..., Any] = functions[1](name)
    return factory


def makes_listed_model(function: object) -> bool:
    """Return whether a function of a library makes one of the models that it lists."""
    top = str(getattr(function, "__module__", None) or "").partition(".")[0]
    if top not in ("torchvision", "timm"):
        return False
    name = getattr(function, "__name__", "")
    return name in _BUILDERS or name in listed_names(importlib.import_module(top))


def listed_names(module: ModuleType) -> list[str]:
    """Return the names of the models a library lists."""
    functions = _registry(module)
    return list(functions[0]()) if functions is not None else []


def _registry(module: ModuleType) -> tuple[Callable[[], list[str]], Callable[[str], Any]] | None:
    """Return the functions of a library that list its models and find the factory of one."""
    if module.__name__ == "timm":
        return module.list_models, functools.partial(functools.partial, module.create_model)
    if module.__name__ == "torchvision":
        models = importlib.import_module("torchvision.models")
        return models.list_models, models.get_model_builder
    return None
