"""Callables that cannot return a model and are therefore not called."""

import functools
import inspect
import sys
from pathlib import Path
from types import BuiltinFunctionType, MethodWrapperType, WrapperDescriptorType

from torch import Tensor, nn

from resnet_diagram.reading import is_of_project
from resnet_diagram.tracer.load.zoo import makes_listed_model

_PLAIN = (int, float, complex, str, bytes, bool, type(None), Tensor)
"""Types of values that hold no model."""

_PLAIN_WORDS = frozenset(kind.__name__ for kind in _PLAIN) | {"None", "torch.Tensor"}


def reason_not_to_call(factory: object, root: Path | None = None) -> str:
    """Return why a callable plainly makes no model; "" if it may make one.

    It may be an nn.Module class, a class that decides on its instances itself, or a function that is neither
    compiled nor of the standard library or torch, and that is not annotated with another result. With a
    `root`, a function must be of that project, or make a model that its library lists.
    """
    while isinstance(factory, functools.partial):
        factory = factory.func
    if inspect.isclass(factory) and issubclass(factory, nn.Module):
        return ""
    home = str(getattr(factory, "__module__", None) or "")
    top = home.partition(".")[0]
    if isinstance(factory, (BuiltinFunctionType, MethodWrapperType, WrapperDescriptorType)):
        return "it is a built-in function"
    if top in sys.stdlib_module_names and top != "__main__":
        return f"it belongs to Python's own module {top!r}"
    if top == "torch" and not home.startswith("torch.hub"):
        return "it is a function of torch"
    file = getattr(sys.modules.get(home), "__file__", None) or ""
    of_project = root is not None and file != "" and is_of_project(Path(file), root)
    if root is not None and not (of_project or makes_listed_model(factory)):
        return "it is no function of the project, and a document may call no other"
    if inspect.isclass(factory):
        own = type(factory).__call__ is not type.__call__ or factory.__new__ is not object.__new__
        return "" if own else "it is a class, but not of torch.nn.Module"
    result = getattr(factory, "__annotations__", {}).get("return", nn.Module)
    plain = result is None or (inspect.isclass(result) and issubclass(result, _PLAIN))
    if plain or (isinstance(result, str) and result in _PLAIN_WORDS):
        return f"it returns {getattr(result, '__name__', result)}"
    return ""
