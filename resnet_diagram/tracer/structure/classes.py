"""The classes of the modules that ran."""

import sys
from collections.abc import Iterable
from pathlib import Path

from resnet_diagram.spec.model import ModuleClass
from resnet_diagram.tracer.flow.graph import Call

_INSTALLED = frozenset({"site-packages", "dist-packages"})


def classes_of(calls: Iterable[Call]) -> tuple[ModuleClass, ...]:
    """Return the classes of the modules called, in the order they ran first.

    Classes of torch are omitted, since their operations are recorded, and so is the model's own class.
    """
    paths: dict[tuple[str, str], dict[str, None]] = {}
    for call in calls:
        if call.path and call.home.partition(".")[0] != "torch":
            paths.setdefault((call.cls, call.home), {})[call.path] = None
    return tuple(
        ModuleClass(name=name, paths=tuple(modules), own=_is_own(home))
        for (name, home), modules in paths.items()
    )


def _is_own(home: str) -> bool:
    """Return whether a Python module is code of the author: no file of an installed package."""
    file = getattr(sys.modules.get(home), "__file__", None) or ""
    return _INSTALLED.isdisjoint(Path(file).parts)
