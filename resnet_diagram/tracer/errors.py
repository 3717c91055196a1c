"""Errors of loading and running a model: the operation, its input, the user's code line, and the remedy."""

import traceback
from collections.abc import Sequence
from pathlib import Path

from torch import nn

from resnet_diagram.errors import SourceError, TraceError, error_text
from resnet_diagram.tracer.flow.graph import OpGraph
from resnet_diagram.tracer.load.inputs import InputSpec
from resnet_diagram.tracer.remedies import remedy

_PACKAGE = str(Path(__file__).parents[1])


def source_error(action: str, error: BaseException, path: Path | None = None) -> SourceError:
    """Return a SourceError with the failure, its message, file and line."""
    place = location(error, path)
    return SourceError(f"{action}: {message_of(error)}{f' ({place})' if place else ''}.")


def import_error(module: str, error: BaseException, path: Path | None = None) -> SourceError:
    """Return a SourceError for a failed import, with advice on missing packages and on scripts."""
    advice = ""
    if isinstance(error, ModuleNotFoundError) and error.name:
        package = error.name.partition(".")[0]
        advice = (
            f" Install {package!r} or, if it is your own, run in the folder that holds it; or move the model "
            "into a file that does not import it."
        )
    elif isinstance(error, SystemExit):
        advice = (
            " A script that parses its arguments, or trains, ends like this: put that below "
            "'if __name__ == \"__main__\":', or move the model into a file of its own."
        )
    return SourceError(f"{source_error(f'Importing {module!r} failed', error, path)}{advice}")


def message_of(error: BaseException) -> str:
    """Return the class and the first lines of an error's message, without a full stop at its end."""
    lines = [line.strip() for line in error_text(error).splitlines() if line.strip()]
    text = " ".join(lines[:3]).rstrip(".")
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def location(error: BaseException, path: Path | None = None) -> str:
    """Return the file and line of an error: the innermost in `path`, else outside torch and this package."""
    if isinstance(error, SyntaxError) and (error.filename or path):
        return f"{error.filename}:{error.lineno}" if error.filename else str(path)
    frames = traceback.extract_tb(error.__traceback__)
    inside = [frame for frame in frames if path and frame.filename == str(path)]
    frames_of_user = inside or [frame for frame in frames if not is_foreign(frame.filename)]
    return f"{frames_of_user[-1].filename}:{frames_of_user[-1].lineno}" if frames_of_user else ""


def is_foreign(filename: str) -> bool:
    """Return whether a file is torch's, Python's own, or ours."""
    parts = Path(filename).parts
    return filename.startswith((_PACKAGE, "<")) or "torch" in parts or "importlib" in parts or filename == ""


def failure(model: nn.Module, graph: OpGraph, inputs: Sequence[InputSpec], *, given: bool) -> TraceError:
    """Return the error for a failed run: the module, its shapes, the cause and the remedy."""
    error = graph.error
    assert error is not None
    shapes = ", ".join("×".join(map(str, spec.shape)) for spec in inputs if spec.shape)
    ran_on = f" on an input of {shapes}" if shapes else ""
    place = location(error)
    path = graph.failed_in or type(model).__name__
    shapes_there = f" with inputs {graph.failed_with}" if graph.failed_with else ""
    return TraceError(
        f"{type(model).__name__} failed{ran_on} in {path}{shapes_there}: {message_of(error)}"
        f"{f' ({place})' if place else ''}. {remedy(model, error, inputs, given=given)}".rstrip()
    )
