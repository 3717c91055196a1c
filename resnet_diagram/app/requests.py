"""Requests, parsed once from a command line, a marker, Sphinx or MkDocs."""

import os
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from resnet_diagram.app.log import Log
from resnet_diagram.dataclass import dataclass
from resnet_diagram.errors import RenderError, ResnetDiagramError, UsageError
from resnet_diagram.limits import raised_to
from resnet_diagram.saving import encoded
from resnet_diagram.sources.resolve import Reading, is_code, read_source
from resnet_diagram.spec.model import Network

if TYPE_CHECKING:
    from resnet_diagram.diagram.options import Options
    from resnet_diagram.render.figure import Output
    from resnet_diagram.tables.model import Wanted
    from resnet_diagram.tables.render.look import Look


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Destination of an artifact as the caller wrote it (None: standard output), and its format."""

    path: Path | None
    format: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """A finished file, or text for standard output (`name` None). `alt`: alternative text of a picture."""

    name: Path | None
    content: str | bytes
    format: str
    alt: str = ""

    @property
    def data(self) -> bytes:
        """The content as bytes of a file."""
        return encoded(self.content)


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawRequest:
    """A drawing of one network or a comparison of several, or a drawing of each (`{name}` in a target).

    `preamble`: also write the LaTeX preamble to standard output. `baseline`: the source of a network for the
    highlighting of differences, "" for none.
    """

    sources: tuple[str, ...]
    reading: Reading
    targets: tuple[Target, ...]
    options: "Options"
    output: "Output"
    preamble: bool = False
    baseline: str = ""


def with_id_prefix(request: "Request", prefix: str) -> "Request":
    """Return the request for a page with several drawings: ids of an inlined SVG get the prefix."""
    inlined = isinstance(request, DrawRequest) and all(target.path is None for target in request.targets)
    if isinstance(request, DrawRequest) and inlined and not request.output.id_prefix:
        return replace(request, output=replace(request.output, id_prefix=prefix))
    return request


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRequest:
    """A table of networks side by side, or of their shortcuts."""

    sources: tuple[str, ...]
    reading: Reading
    targets: tuple[Target, ...]
    wanted: "Wanted"
    look: "Look"
    shortcuts: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DescribeRequest:
    """The facts of a network, as text or as JSON."""

    source: str
    reading: Reading
    json: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecRequest:
    """A spec file. `form`: "toml" or "json"; "" selects by suffix, or TOML if it can express the network."""

    source: str
    reading: Reading
    path: Path | None = None
    form: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeRequest:
    """PyTorch code of a network, or of one block of it."""

    source: str
    reading: Reading
    path: Path | None = None
    block: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffRequest:
    """The differences between two networks, as text or as JSON.

    `ignore`: parts that may differ. `numerically`: compare the outputs for the same weights and input too.
    """

    left: str
    right: str
    reading: Reading
    json: bool = False
    ignore: tuple[str, ...] = ()
    numerically: bool = False


Request = DrawRequest | TableRequest | DescribeRequest | SpecRequest | CodeRequest
"""Requests that make artifacts, and may be written in a marker."""


STDOUT = Path("-")
"""The name of standard output among files."""


def check_suffix(path: Path | None, suffixes: Sequence[str]) -> None:
    """Raise UsageError for a file whose suffix is of another format; one without a suffix is of any."""
    if path and path.suffix and path.suffix.lower() not in suffixes:
        raise UsageError(
            f"The file {str(path)!r} has the suffix {path.suffix!r}; expected {' or '.join(suffixes)}."
        )


def targets_of(
    paths: Sequence[Path], by_name: str, of_suffix: Callable[[Path], str], default: str = ""
) -> tuple[Target, ...]:
    """Return each file, or standard output without files, with its format.

    `by_name`: format of all, "" for that of the suffix; `default`: format of standard output without one.
    Raises UsageError if standard output has no format.
    """

    def target(path: Path) -> Target:
        if path != STDOUT:
            return Target(path=path, format=by_name or of_suffix(path))
        if not (by_name or default):
            raise UsageError("Standard output has no suffix; name a format, such as -t svg.")
        return Target(path=None, format=by_name or default)

    return tuple(target(path) for path in paths or [STDOUT])


def check_folders(paths: Iterable[Path | None], folder: Path, placeholder: str = "") -> None:
    """Raise RenderError where a file's folder does not exist, before work is done.

    Raises UsageError for a name in braces that is not the `placeholder`, which nothing replaces.
    """
    for path in filter(None, paths):
        for word in re.findall(r"\{\w*\}", path.name):
            if word != placeholder:
                expected = f"expected {placeholder}, the network's name" if placeholder else "name one file"
                raise UsageError(f"Nothing replaces {word!r} in {path.name!r}; {expected}.")
        if not (folder / path).parent.is_dir():
            import shlex  # only for this message

            command = f"mkdir {'-p ' * (os.name != 'nt')}{shlex.quote(str(folder / path.parent))}"
            advice = f"Create it: {command}"
            if "{name}" in str(path.parent):
                advice = "{name} is replaced in the name of a file alone: write it there."
            raise RenderError(
                f"There is no folder {str(path.parent)!r} to write {path.name!r} into. {advice}"
            )


def paths_of(request: Request) -> tuple[Path | None, ...]:
    """Return the files of a request as they were written; None is standard output."""
    if isinstance(request, DrawRequest | TableRequest):
        return tuple(target.path for target in request.targets)
    return () if isinstance(request, DescribeRequest) else (request.path,)


def sources_of(request: Request) -> tuple[str, ...]:
    """Return the sources of a request, including the baseline."""
    if isinstance(request, DrawRequest):
        return (*request.sources, *filter(None, [request.baseline]))
    return request.sources if isinstance(request, TableRequest) else (request.source,)


def read(source: str, reading: Reading, log: Log) -> Network:
    """Return the network of a source; its notes go to the log."""
    log.detail(f"Reading {source}")
    try:
        with raised_to(reading.limit):
            network = read_source(source, reading)
    except ResnetDiagramError:
        raise
    except Exception as error:
        error.add_note(f"while reading {source!r}")
        raise
    if reading.weights:
        log.note(f"{reading.weights.name} fits: every name and shape is the model's")
    for text in network.notes:
        hint = "; --input sets it" if text.endswith(" was guessed") and is_code(source) else ""
        log.note(text + hint)
    return network


def read_pair(left: str, right: str, reading: Reading, log: Log) -> tuple[Network, Network]:
    """Return the networks of two sources. Code gets the input of the other one, unless `reading` has one.

    A name or a spec file beside code is read without the options for code.
    """
    by_name = [not is_code(source) for source in (left, right)]
    if all(by_name) or not any(by_name):
        return read(left, reading, log), read(right, reading, log)
    names = read(right if by_name[1] else left, Reading(folder=reading.folder, limit=reading.limit), log)
    shapes = reading.inputs or ("x".join(map(str, names.input_shape)),)
    traced = read(left if by_name[1] else right, replace(reading, inputs=shapes), log)
    return (traced, names) if by_name[1] else (names, traced)
