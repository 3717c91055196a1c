"""The text that names a model: `pkg.module:factory`, `path/file.py:Net(depth=20)`."""

import ast
import re
from dataclasses import field
from pathlib import Path

from resnet_diagram.dataclass import dataclass
from resnet_diagram.errors import SourceError
from resnet_diagram.spec.paths import before_arguments, module_and_attribute
from resnet_diagram.tracer.load.fields import with_fields

NAME = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The place of a model: a module (a file or a dotted name), an attribute, and arguments for it.

    `called` says whether arguments, perhaps none, were written; `inner` is the path of a module within the
    model, as in `Lit().net`. `folder`: start of a relative path, and first in the search for a module.
    `with_values`: the model is built with its weights in memory. `root`: the project that the code must lie
    in, None for code from anywhere.
    """

    text: str
    module: str
    attribute: str = ""
    args: tuple[object, ...] = ()
    kwargs: dict[str, object] = field(default_factory=dict)
    called: bool = False
    inner: str = ""
    folder: Path = Path()
    with_values: bool = False
    root: Path | None = None

    @property
    def is_file(self) -> bool:
        """Return whether the module is a file rather than a dotted name."""
        return self.module.endswith((".py", ".ipynb")) or not NAME.fullmatch(self.module)

    @property
    def file(self) -> Path | None:
        """The absolute path of the file, None for a dotted module."""
        return self.path if self.is_file else None

    @property
    def path(self) -> Path:
        """The absolute path of the file."""
        return (self.folder / Path(self.module).expanduser()).absolute()


def parse_target(text: str) -> Target:
    """Return the parts of a target; raise SourceError where it cannot be read.

    >>> t = parse_target("nets/small.py:Net(depth=20).net.layers[0]")
    >>> t.module, t.attribute, t.kwargs, t.inner
    ('nets/small.py', 'Net', {'depth': 20}, 'net.layers.0')
    """
    head = before_arguments(text)
    opening = text[len(head) :]
    module, attribute = module_and_attribute(text)
    if not module or (module != head and not NAME.fullmatch(attribute)):
        fault = f"{attribute or head!r} is not a name"
        if head.startswith(":"):
            fault = "no module or file precedes the colon"
        elif head.endswith(":"):
            fault = "no name follows the colon"
        raise SourceError(
            f"Cannot read the source {text!r}: {fault}. "
            "Write pkg.module:factory or path/file.py:Net(depth=20)."
        )
    if not opening:
        return Target(text=text, module=module, attribute=attribute)
    if not attribute:
        raise SourceError(
            f"Cannot read the source {text!r}: arguments need a name before them, as in file.py:Net(20)."
        )
    match = re.fullmatch(r"(.*\))((?:\.\w+|\[\d+\])+)", opening, re.DOTALL)
    call, path = match.groups() if match else (opening, "")
    args, kwargs = _literal_arguments(text, call)
    inner = re.sub(r"\[(\d+)\]", r".\1", path).lstrip(".")
    return Target(
        text=text, module=module, attribute=attribute, args=args, kwargs=kwargs, called=True, inner=inner
    )


def _literal_arguments(text: str, call: str) -> tuple[tuple[object, ...], dict[str, object]]:
    """Return the arguments written in brackets; nothing is evaluated, only literals are read."""
    try:
        tree = ast.parse(f"f{call}", mode="eval").body
    except SyntaxError as error:
        raise SourceError(f"Cannot read the arguments in {text!r}: {error.msg}.") from None
    except (ValueError, RecursionError, MemoryError):
        raise SourceError(f"Cannot read the arguments in {text!r}.") from None
    if not isinstance(tree, ast.Call) or not isinstance(tree.func, ast.Name):
        raise SourceError(
            f"Cannot read {text!r}: write one call with literal arguments, as in file.py:Net(depth=20)."
        )
    try:
        if any(k.arg is None for k in tree.keywords):
            raise ValueError
        args = tuple(with_fields(ast.literal_eval(a)) for a in tree.args)
        return args, {str(k.arg): with_fields(ast.literal_eval(k.value)) for k in tree.keywords}
    except (ValueError, TypeError, RecursionError, MemoryError):
        raise SourceError(
            f"The arguments in {text!r} must be literals: numbers, strings, True, False, None, and tuples, "
            "lists and dictionaries of them. For anything else write a function without arguments."
        ) from None
