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

from resnet_diagram.spec.model import Network as Network

if TYPE_CHECKING:
    from resnet_diagram.app.code import code as code
    from resnet_diagram.app.diff import assert_same as assert_same
    from resnet_diagram.app.drawing.draw import to_bytes as to_bytes
    from resnet_diagram.app.drawing.draw import to_graphviz as to_graphviz
    from resnet_diagram.app.drawing.draw import to_text as to_text
    from resnet_diagram.errors import CodeError as CodeError
    from resnet_diagram.errors import GuessedInputWarning as GuessedInputWarning
    from resnet_diagram.errors import RenderError as RenderError
    from resnet_diagram.errors import ResnetDiagramError as ResnetDiagramError
    from resnet_diagram.errors import SourceError as SourceError
    from resnet_diagram.errors import SpecError as SpecError
    from resnet_diagram.errors import TraceError as TraceError
    from resnet_diagram.errors import UnrenderedWarning as UnrenderedWarning
    from resnet_diagram.errors import UsageError as UsageError
    from resnet_diagram.integrations.notebook import draw as draw
    from resnet_diagram.integrations.notebook import figure as figure
    from resnet_diagram.integrations.python import diff as diff
    from resnet_diagram.integrations.python import facts as facts
    from resnet_diagram.integrations.python import save as save
    from resnet_diagram.integrations.python import table as table
    from resnet_diagram.integrations.python import trace as trace
    from resnet_diagram.spec.catalog import names as names
    from resnet_diagram.spec.catalog import network as network
    from resnet_diagram.spec.check.network import check as check
    from resnet_diagram.spec.json.files import load as load
    from resnet_diagram.spec.model import Block as Block
    from resnet_diagram.spec.model import Element as Element
    from resnet_diagram.spec.model import Layer as Layer
    from resnet_diagram.spec.model import LayerKind as LayerKind
    from resnet_diagram.spec.model import Merge as Merge
    from resnet_diagram.spec.model import Shortcut as Shortcut
    from resnet_diagram.spec.model import ShortcutKind as ShortcutKind
    from resnet_diagram.spec.model import Stage as Stage

_HOMES = {
    "errors": (
        "CodeError GuessedInputWarning RenderError ResnetDiagramError SourceError SpecError TraceError "
        "UnrenderedWarning UsageError"
    ),
    "app.code": "code",
    "app.diff": "assert_same",
    "app.drawing.draw": "to_bytes to_graphviz to_text",
    "integrations.notebook": "draw figure",
    "integrations.python": "diff facts save table trace",
    "spec.catalog": "names network",
    "spec.check.network": "check",
    "spec.json.files": "load",
    "spec.model": "Block Element Layer LayerKind Merge Shortcut ShortcutKind Stage",
}
_WHERE = {name: home for home, names in _HOMES.items() for name in names.split()}

__all__ = sorted(["Network", *_WHERE])


def __getattr__(name: str) -> Any:
    """Import a public name from its home; functions get errors in the words of Python."""
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_WHERE[name]}"), name)
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
