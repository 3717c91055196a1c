"""`resnet-diagram embed`."""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from resnet_diagram.cli.draw import NAME
from resnet_diagram.cli.messages import detail, loudness_options
from resnet_diagram.cli.progress import progress
from resnet_diagram.cli.running import Made, parameters, run
from resnet_diagram.embed.bodies import body, reference_in
from resnet_diagram.embed.document import Document, Part, read_document, rewritten
from resnet_diagram.embed.markers import Region
from resnet_diagram.embed.syntax import Syntax
from resnet_diagram.errors import EmbedError
from resnet_diagram.saving import write_files

_FORMATS = {"spec": "json", "code": "python", "describe": "text"}
"""What the commands write that have no other format."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """A file as it is, None where it is not there yet, and as it should be."""

    path: Path
    old: bytes | None
    new: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Marker:
    """A region with the document it stands in."""

    document: Document
    part: Part
    region: Region

    @property
    def place(self) -> str:
        """File and line."""
        return f"{self.part.where}:{self.region.line}"


@click.command()
@click.argument(
    "paths",
    metavar="FILE...",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
)
@loudness_options
@click.option("--check", is_flag=True, help="Change nothing; exit 1 with a diff when something is stale.")
def command(paths: tuple[Path, ...], check: bool) -> None:
    """Draw what markers in documents ask for, and put it between them.

    A marker in Markdown or HTML is '<!-- resnet-diagram: draw resnet50 -->', closed by
    '<!-- /resnet-diagram -->'; in reStructuredText '.. resnet-diagram: …' and '.. /resnet-diagram';
    in LaTeX '% resnet-diagram: …' and '% /resnet-diagram', in Typst the same behind '//'. It holds
    draw, table, describe, spec or code with arguments; paths are taken from the document's folder.
    With -o the file is written beside and shown by its name.
    """
    documents = [read_document(path) for path in dict.fromkeys(paths)]
    updates = _updates(documents)
    stale = [update for update in updates if update.old != update.new]
    for update in updates:
        detail(f"{update.path}: {'fresh' if update.old == update.new else 'stale'}")
    if not check:
        write_files([(update.path, update.new) for update in stale])
    elif stale:
        for update in stale:
            click.echo(_difference(update), nl=False)
        names = ", ".join(str(update.path) for update in stale)
        raise EmbedError(f"Stale: {names}. Run 'resnet-diagram embed' to write anew.")


def _updates(documents: Sequence[Document]) -> list[Update]:
    """The files beside the documents, then the documents. Raises EmbedError where a marker fails."""
    markers = [
        Marker(document=document, part=part, region=region)
        for document in documents
        for part in document.parts
        for region in part.regions
    ]
    made = {marker.place: _made(marker) for marker in progress(markers, lambda marker: marker.place)}
    beside = _beside([(marker, made[marker.place]) for marker in markers], documents)
    files = [Update(path=path, old=_bytes(path), new=content) for path, content in beside.items()]
    return [*files, *(_rewriting(document, made) for document in documents)]


def _made(marker: Marker) -> Made:
    """What the command of a marker writes."""
    words, wanted = marker.region.words, marker.document.syntax.formats.get(marker.region.words[0])
    given = parameters(words)
    free = wanted and not given.get("format_name") and not given.get("outputs")
    return run([*words, *(["-t", str(wanted)] if free else [])], marker.document.path.parent, marker.place)


def _rewriting(document: Document, made: Mapping[str, Made]) -> Update:
    bodies = [
        {
            region: _body(document.syntax, part, region, made[f"{part.where}:{region.line}"])
            for region in part.regions
        }
        for part in document.parts
    ]
    return Update(path=document.path, old=document.raw, new=rewritten(document, bodies))


def _body(syntax: Syntax, part: Part, region: Region, made: Made) -> list[str]:
    """The lines for one region; the words somebody has written for a picture stay."""
    given = parameters(region.words)
    if made.files:
        present = [
            line.rstrip().removeprefix(region.indent) for line in part.lines[region.start : region.end]
        ]
        shown = zip(made.files, _words(given, len(made.files)), strict=True)
        return [line for path, words in shown for line in reference_in(syntax, path, words, present)]
    name = given.get("format_name") or syntax.formats.get(region.words[0])
    return body(syntax, name or _FORMATS[region.words[0]], made.text)


def _words(given: Mapping[str, Any], count: int) -> list[str]:
    """What each of the files written shows: its title, or whose architecture it is."""
    sources: tuple[str, ...] = given.get("sources") or (given["source"],)
    each = any(NAME in path.name for path in given.get("outputs") or ())
    shown = [sources[at * len(sources) // count : at * len(sources) // count + 1] for at in range(count)]
    return [
        given.get("title") or f"Architecture of {' and '.join(one if each else sources)}" for one in shown
    ]


def _beside(made: Sequence[tuple[Marker, Made]], documents: Sequence[Document]) -> dict[Path, bytes]:
    """What is written beside the documents. Raises EmbedError where two would write one file."""
    found: dict[Path, bytes] = {}
    known = {document.path.resolve() for document in documents}
    for marker, one in made:
        for given, content in one.files.items():
            path = marker.document.path.parent / given
            if path.resolve() in known or found.get(path.resolve(), content) != content:
                raise EmbedError(f"{marker.place}: {given!r} is also written by another; take another name.")
            found[path.resolve()] = content
    return found


def _bytes(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def _difference(update: Update) -> str:
    """The change to a text as a diff; a line for bytes that are no text."""
    try:
        old, new = (
            (content or b"").decode("utf-8").splitlines(keepends=True) for content in (update.old, update.new)
        )
    except UnicodeDecodeError:
        return f"Binary file {update.path} differs\n"
    lines = difflib.unified_diff(old, new, str(update.path), f"{update.path} (as it should be)")
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
    )
