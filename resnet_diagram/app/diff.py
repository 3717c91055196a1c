"""Compare two networks, whatever they come from, and say how they differ."""

import json
from typing import TYPE_CHECKING

from resnet_diagram.app.describe import table
from resnet_diagram.app.log import Log
from resnet_diagram.app.requests import DiffRequest, read_pair
from resnet_diagram.differences.model import Difference
from resnet_diagram.differences.networks import differences
from resnet_diagram.errors import escape_in_quotes
from resnet_diagram.sources.resolve import network_of
from resnet_diagram.spec.model import Network

if TYPE_CHECKING:
    from resnet_diagram.sources.module import Shapes
    from resnet_diagram.sources.resolve import Drawable


def diff(
    left: "Drawable", right: "Drawable", *, input_shape: "Shapes | None" = None
) -> tuple[Difference, ...]:
    """Return the differences between two networks, names ignored; empty if there are none.

    Each is a `Network`, a PyTorch module, or a source as on the command line. `input_shape` is for modules;
    None takes that of the other network. Raises ResnetDiagramError.
    """
    return differences(*_pair(left, right, input_shape))


def assert_same(model: "Drawable", reference: "Drawable", *, input_shape: "Shapes | None" = None) -> None:
    """Raise AssertionError, with the differences in words, unless a model is the reference network.

    For use in a test suite: `assert_same(MyResNet(), "resnet50")`.
    """
    left, right = _pair(model, reference, input_shape)
    result = differences(left, right)
    if result:
        raise AssertionError(difference_text(left, right, result))


def _pair(left: "Drawable", right: "Drawable", input_shape: "Shapes | None") -> tuple[Network, Network]:
    network = network_of(right, input_shape)
    return network_of(left, input_shape or network.input_shape), network


def diff_report(request: DiffRequest, log: Log) -> tuple[str, bool]:
    """Return the differences of two networks as text or JSON, and whether there are any."""
    left, right = read_pair(request.left, request.right, request.reading, log)
    result = differences(left, right)
    return (difference_json if request.json else difference_text)(left, right, result), bool(result)


def difference_text(left: Network, right: Network, items: tuple[Difference, ...]) -> str:
    """The differences as a table with a sentence before it."""
    names = _names(left, right)
    if not items:
        return f"{names[0]} and {names[1]} are the same, names aside."
    count = f"{len(items)} difference{'s' * (len(items) != 1)}"
    rows = [(item.where, item.left, item.right) for item in items]
    return f"{names[0]} and {names[1]}: {count}.\n\n{table(('where', *names), rows)}"


def _names(left: Network, right: Network) -> tuple[str, str]:
    if left.name != right.name:
        return left.name, right.name
    return left.source or left.name, right.source or f"{right.name} (2)"


def difference_json(left: Network, right: Network, items: tuple[Difference, ...]) -> str:
    """The differences for programs."""
    listed = [{"where": item.where, "left": item.left, "right": item.right} for item in items]
    names = _names(left, right)
    report = {"left": names[0], "right": names[1], "same": not items, "differences": listed}
    return escape_in_quotes(json.dumps(report, indent=2, ensure_ascii=False))
