"""Python calls: facts, tables and differences with notebook display, and errors in Python terms."""

import os
import re
from collections.abc import Callable, Collection
from dataclasses import replace
from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, Unpack

from resnet_diagram.app.diff import compared, difference_text
from resnet_diagram.app.options.declaration import options_in
from resnet_diagram.app.options.options import DrawChoices, TableChoices
from resnet_diagram.app.table import table as table_text
from resnet_diagram.differences.model import Difference
from resnet_diagram.errors import ResnetDiagramError
from resnet_diagram.sources.resolve import network_of
from resnet_diagram.spec.json.files import write_network
from resnet_diagram.spec.model import Network
from resnet_diagram.wording.facts import facts as facts_of

if TYPE_CHECKING:
    from resnet_diagram.sources.module import Input
    from resnet_diagram.sources.resolve import Drawable, Drawings

Given = ParamSpec("Given")
Result = TypeVar("Result")


class Facts(dict[str, Any]):
    """Facts about a network; a notebook shows them as a table of its stages."""

    def __init__(self, values: dict[str, Any], text: str) -> None:
        super().__init__(values)
        self._text = text

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(self._text)


class TableText(str):
    """A table as text; a notebook shows it in HTML."""

    __slots__ = ("html",)
    html: str

    def _repr_html_(self) -> str:
        return self.html

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(str(self))


class Differences(tuple[Difference, ...]):
    """Differences between two networks; printed and shown in a notebook as a table."""

    _text: str

    def __repr__(self) -> str:
        return self._text

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(self._text)


def facts(what: "Drawable", *, input_shape: "Input | None" = None) -> Facts:
    """Return all facts about a network, as dictionaries and lists ready for JSON. `what` as for `draw`."""
    from resnet_diagram.app.describe import describe_text

    network = network_of(what, input_shape)
    return Facts(facts_of(network), describe_text(network))


def trace(model: "Drawable", input_shape: "Input | None" = None, *, name: str = "") -> Network:
    """Return the network of a PyTorch module, of a class or function that makes one, or of a source.

    `input_shape`: `(3, 224, 224)` or "3x224x224", with or without a batch of 1; an example tensor or array; a
    list with one for each argument, or a dictionary by their names or by those of the keys of a dictionary
    that the model takes. None takes the model's `example_input_array`, or guesses, with a warning. The module
    keeps its weights, device and mode. Raises TraceError, and UsageError if `model` is no model.
    """
    network = network_of(model, input_shape)
    return replace(network, name=name) if name else network


def save(what: "Drawable", path: str | os.PathLike[str], form: str = "") -> None:
    """Write a network as a spec file, "toml" or "json"; without `form` by the path's suffix."""
    write_network(network_of(what), os.fspath(path), form)


def table(
    what: "Drawings", to: str = "text", *, input_shape: "Input | None" = None, **choices: Unpack[TableChoices]
) -> TableText:
    """Return the architecture table of networks side by side, or with `shortcuts=True` that of shortcuts.

    `what`: as for `draw`, also several. `to`: "text", "latex", "typst", "markdown", "html" or "csv".
    `choices`: the options of `resnet-diagram table`. Raises ResnetDiagramError.
    """
    text, html = table_text(what, (to, "html"), input_shape=input_shape, **choices)
    result = TableText(text)
    result.html = html
    return result


def diff(
    left: "Drawable",
    right: "Drawable",
    *,
    input_shape: "Input | None" = None,
    ignore: Collection[str] = (),
    numerically: bool = False,
) -> Differences:
    """Return the differences between two networks, names ignored; empty if there are none.

    Each is as for `draw`. `input_shape` is for code; None takes that of the other network. `ignore`: "head",
    or the number of "classes". `numerically` also compares the outputs for the same random weights and
    input. Raises ResnetDiagramError.
    """
    comparison = compared(left, right, input_shape, ignore, numerically)
    result = Differences(comparison.differences)
    result._text = difference_text(comparison)
    return result


def in_python(function: Callable[Given, Result]) -> Callable[Given, Result]:
    """Return the function with the options in its errors written as keywords of Python."""

    @wraps(function)
    def call(*args: Given.args, **kwargs: Given.kwargs) -> Result:
        try:
            return function(*args, **kwargs)
        except ResnetDiagramError as error:
            error.args = (python_words(str(error)),)
            raise

    return call


_WORDS = (
    (
        re.compile(r"--input ([\w.\[\]]*=?\d\S*[^\s.,;)]) --input (\S*[^\s.,;)])"),
        r'input_shape=["\1", "\2"]',
    ),
    (re.compile(r"--input ([\w.\[\]]*=?\d\S*[^\s.,;)])"), r'input_shape="\1"'),
    (re.compile(r"repeat --input"), "give a list to input_shape"),
    (re.compile(r"--input\b"), "input_shape"),
    (re.compile(r"or name the format with -t\b"), "or take to_text or to_bytes, with the format"),
    (re.compile(r"or add --unsafe if you trust the file"), "or load it with torch and draw the module"),
    (re.compile(r"\(?(?:path/file\.py:)Net\)? --weights \S+"), "model.load_state_dict"),
    (re.compile(r"'?resnet-diagram list (\w+)'?"), r"'resnet-diagram list \1' in a terminal"),
)
"""Patterns of command-line words beyond the options of drawings and tables, and their Python equivalents."""


def python_words(text: str) -> str:
    """Return a message with options of the command line as keywords.

    >>> python_words("Take --view full, or leave --block out. Give its shape with --input.")
    "Take view='full', or leave block out. Give its shape with input_shape."
    """
    for pattern, words in _WORDS:
        text = pattern.sub(words, text)
    declared = {**options_in(DrawChoices), **options_in(TableChoices)}

    def keyword(found: re.Match[str]) -> str:
        name, value = found[1].replace("-", "_"), found[2]
        if name not in declared:
            return found[0]
        if not value or not (value in declared[name].values or value.isdecimal()):
            return f"{name}{found[0][len(found[1]) + 2 :]}"
        return f"{name}={value if value.isdecimal() else repr(value)}"

    return re.sub(r"--([a-z][a-z-]*)(?: ([\w-]+))?", keyword, text)
