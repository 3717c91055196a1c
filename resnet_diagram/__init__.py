"""Draw the architecture of residual networks from the real PyTorch model.

>>> import resnet_diagram as rd
>>> network = rd.network("resnet50")
>>> [len(stage.body) for stage in network.body]
[3, 4, 6, 3]

The names in `__all__` are imported when they are first asked for, so that the command line starts fast.
"""

from importlib import import_module
from types import FunctionType
from typing import TYPE_CHECKING, Any

from resnet_diagram.spec.model import Network

if TYPE_CHECKING:
    from resnet_diagram.app.code import code
    from resnet_diagram.app.diff import assert_same
    from resnet_diagram.app.drawing.draw import to_bytes, to_graphviz, to_text
    from resnet_diagram.errors import (
        CodeError,
        GuessedInputWarning,
        RenderError,
        ResnetDiagramError,
        SourceError,
        SpecError,
        TraceError,
        UnrenderedWarning,
        UsageError,
    )
    from resnet_diagram.integrations.notebook import draw, figure
    from resnet_diagram.integrations.python import diff, facts, save, table, trace
    from resnet_diagram.spec.catalog import names, network
    from resnet_diagram.spec.check.network import check
    from resnet_diagram.spec.json.files import read_network as load
    from resnet_diagram.spec.model import (
        Block,
        Element,
        Layer,
        LayerKind,
        Merge,
        Shortcut,
        ShortcutKind,
        Stage,
    )

_HOMES = {
    "errors": (
        "CodeError",
        "GuessedInputWarning",
        "RenderError",
        "ResnetDiagramError",
        "SourceError",
        "SpecError",
        "TraceError",
        "UnrenderedWarning",
        "UsageError",
    ),
    "app.diff": ("assert_same",),
    "integrations.notebook": ("draw", "figure"),
    "integrations.python": ("diff", "facts", "save", "table", "trace"),
    "app.drawing.draw": ("to_bytes", "to_graphviz", "to_text"),
    "spec.catalog": ("names", "network"),
    "spec.check.network": ("check",),
    "spec.json.files": ("read_network",),
    "spec.model": ("Block", "Element", "Layer", "LayerKind", "Merge", "Shortcut", "ShortcutKind", "Stage"),
    "app.code": ("code",),
}
_SHORTER = {"read_network": "load"}
_WHERE = {_SHORTER.get(name, name): (home, name) for home, names in _HOMES.items() for name in names}

__all__ = [
    "Block",
    "CodeError",
    "Element",
    "GuessedInputWarning",
    "Layer",
    "LayerKind",
    "Merge",
    "Network",
    "RenderError",
    "ResnetDiagramError",
    "Shortcut",
    "ShortcutKind",
    "SourceError",
    "SpecError",
    "Stage",
    "TraceError",
    "UnrenderedWarning",
    "UsageError",
    "assert_same",
    "check",
    "code",
    "diff",
    "draw",
    "facts",
    "figure",
    "load",
    "names",
    "network",
    "save",
    "table",
    "to_bytes",
    "to_graphviz",
    "to_text",
    "trace",
]


def __getattr__(name: str) -> Any:
    """Import a public name from its home; functions get errors in the words of Python."""
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home, original = _WHERE[name]
    value = getattr(import_module(f"{__name__}.{home}"), original)
    if isinstance(value, FunctionType):
        value = import_module(f"{__name__}.integrations.python").in_python(value)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """Return the public names, so that completion lists them before their import."""
    return sorted({*globals(), *__all__})


def _bundle(self: Network, include: Any = None, exclude: Any = None) -> dict[str, str]:
    """Let notebooks show a network as its drawing."""
    from resnet_diagram.integrations.notebook import network_bundle

    return network_bundle(self)


Network._repr_mimebundle_ = _bundle  # type: ignore[attr-defined]  # the spec layer knows nothing of drawings
