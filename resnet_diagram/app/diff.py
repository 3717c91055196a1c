"""Compare two networks from any source and report their differences."""

import json
from collections.abc import Collection
from typing import TYPE_CHECKING

from resnet_diagram.app.describe import table
from resnet_diagram.app.log import Log
from resnet_diagram.app.numerically import compare_outputs
from resnet_diagram.app.options.declaration import one_of
from resnet_diagram.app.requests import DiffRequest, read_pair
from resnet_diagram.dataclass import dataclass
from resnet_diagram.differences.model import Difference, Ignored
from resnet_diagram.differences.networks import differences
from resnet_diagram.errors import CodeError, TraceError, UsageError, escape_in_quotes
from resnet_diagram.sources.resolve import Reading, network_of, networks_of, numbered
from resnet_diagram.spec.model import Network

if TYPE_CHECKING:
    from resnet_diagram.sources.module import Input
    from resnet_diagram.sources.resolve import Drawable
    from resnet_diagram.tracer import Deviation


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two networks and their differences; `deviation` of their outputs, or why there is none (`remark`)."""

    left: Network
    right: Network
    differences: tuple[Difference, ...]
    deviation: "Deviation | None" = None
    remark: str = ""


def assert_same(
    model: "Drawable",
    reference: "Drawable",
    *,
    input_shape: "Input | None" = None,
    ignore: Collection[str] = (),
    numerically: bool = False,
) -> None:
    """Raise AssertionError, with the differences in words, unless a model is the reference network.

    For use in a test suite: `assert_same(MyResNet(), "resnet50")`. Arguments as for `diff`.
    """
    result = compared(model, reference, input_shape, ignore, numerically)
    if result.differences:
        raise AssertionError(difference_text(result))


def compared(
    left: "Drawable",
    right: "Drawable",
    input_shape: "Input | None" = None,
    ignore: Collection[str] = (),
    numerically: bool = False,
) -> Comparison:
    """Return the comparison of two networks, names ignored.

    Each is a `Network`, a model, or a source as on the command line. `input_shape` is for code; None takes
    that of the other network. `ignore`: "head", or the number of "classes". `numerically` also compares the
    outputs for the same random weights and input. Raises ResnetDiagramError.
    """
    if input_shape is None:
        network = network_of(right)
        first, second = numbered([*networks_of([left], network.input_shape), network])
    else:
        first, second = networks_of([left, right], input_shape)
    return compare((left, right), (first, second), Reading(), ignore, numerically=numerically)


def compare(
    sources: "tuple[Drawable, Drawable]",
    networks: tuple[Network, Network],
    reading: Reading,
    ignore: Collection[str],
    *,
    numerically: bool,
) -> Comparison:
    """Return the comparison of two networks; `sources` say where their models come from."""
    ignored = {one_of(Ignored, part, "part to ignore") for part in ignore}
    if ignored and numerically:
        raise UsageError("Outputs can be compared only as a whole. Use 'ignore' or 'numerically', not both.")
    left, right = networks
    lines = differences(left, right, ignored)
    if not numerically:
        return Comparison(left=left, right=right, differences=lines)
    try:
        result = compare_outputs(sources, networks, reading)
    except (CodeError, TraceError) as error:
        if not lines:
            raise
        return Comparison(left=left, right=right, differences=lines, remark=str(error))
    if result.differs:
        right_values = f"deviates by up to {result.largest:.3g} ({result.relative:.2g} of that)"
        values = f"values up to {result.scale:.3g}"
        lines += (Difference(where="output", left=values, right=right_values),)
    return Comparison(left=left, right=right, differences=lines, deviation=result)


def diff_report(request: DiffRequest, log: Log) -> tuple[str, bool]:
    """Return the differences of two networks as text or JSON, and whether there are any."""
    networks = read_pair(request.left, request.right, request.reading, log)
    result = compare(
        (request.left, request.right),
        networks,
        request.reading,
        request.ignore,
        numerically=request.numerically,
    )
    if result.remark:
        log.note(f"the outputs were not compared: {result.remark}")
    return (difference_json if request.json else difference_text)(result), bool(result.differences)


def difference_text(result: Comparison) -> str:
    """Return the differences as a table with a sentence before it."""
    names, items, outputs = _names(result), result.differences, ""
    if result.deviation and not result.deviation.differs:
        relative = f"{result.deviation.relative:.2g}"
        outputs = f" Largest relative deviation of the outputs: {relative}, for equal weights and input."
    if not items:
        return f"{names[0]} and {names[1]} are the same, names aside.{outputs}"
    count = f"{len(items)} difference{'s' * (len(items) != 1)}"
    rows = [(item.where, item.left, item.right) for item in items]
    return f"{names[0]} and {names[1]}: {count}.{outputs}\n\n{table(('where', *names), rows)}"


def _names(result: Comparison) -> tuple[str, str]:
    left, right = result.left, result.right
    if left.name != right.name:
        return left.name, right.name
    return left.source or left.name, right.source or f"{right.name} (2)"


def difference_json(result: Comparison) -> str:
    """Return the differences for programs."""
    listed = [
        {"where": item.where, "modules": list(item.paths), "left": item.left, "right": item.right}
        for item in result.differences
    ]
    names = _names(result)
    report = {"left": names[0], "right": names[1], "same": not listed, "differences": listed}
    if result.deviation:
        report["deviation"] = {"largest": result.deviation.largest, "relative": result.deviation.relative}
    return escape_in_quotes(json.dumps(report, indent=2, ensure_ascii=False))
