"""`resnet-diagram embed`."""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from resnet_diagram.cli.progress import progress
from resnet_diagram.cli.running import run
from resnet_diagram.cli.telling import detail, loudness_options
from resnet_diagram.embed.document import Document, read_document, rewritten
from resnet_diagram.embed.markers import Region
from resnet_diagram.embed.syntax import body, reference
from resnet_diagram.errors import EmbedError
from resnet_diagram.saving import write_files


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """A file as it is, None where it is not there yet, and as it should be."""

    path: Path
    old: bytes | None
    new: bytes


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
    in LaTeX '% resnet-diagram: …' and '% /resnet-diagram'. It holds draw, table, describe, spec or
    code with arguments; paths are taken from the document's folder. With -o the file is written
    beside and shown by its name.
    """
    documents = [read_document(path) for path in paths]
    updates = [update for document in progress(documents, _name) for update in _updates(document)]
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


def _name(document: Document) -> str:
    return document.path.name


def _updates(document: Document) -> list[Update]:
    """The files beside a document, then the document itself. Raises EmbedError where a marker fails."""
    beside: dict[Path, bytes] = {}
    bodies = [
        {region: _body(document, part.where, region, beside) for region in part.regions}
        for part in document.parts
    ]
    files = [Update(path=path, old=_bytes(path), new=content) for path, content in beside.items()]
    return [*files, Update(path=document.path, old=document.raw, new=rewritten(document, bodies))]


def _bytes(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def _body(document: Document, where: str, region: Region, beside: dict[Path, bytes]) -> list[str]:
    """The lines for one region; the files its command writes are put into `beside`."""
    words, format_name = _with_format(region.words, document)
    made = run(words, document.path.parent, f"{where}:{region.line}")
    for given, content in made.files.items():
        beside[document.path.parent / given] = content
    if made.files:
        return [line for given in made.files for line in reference(document.syntax, given, _alt(region))]
    return body(document.syntax, format_name, made.text)


def _with_format(words: Sequence[str], document: Document) -> tuple[list[str], str]:
    """The words with the format the document wants, where the marker asks for none; and that format."""
    for at, word in enumerate(words):
        if word in ("-t", "--to") and at + 1 < len(words):
            return list(words), words[at + 1]
        if word.startswith("--to="):
            return list(words), word.removeprefix("--to=")
    wanted = {"spec": "json", "code": "python"}.get(words[0], document.syntax.formats.get(words[0], "text"))
    if any(word in ("-o", "--output") or word.startswith("--output=") for word in words):
        return list(words), wanted
    return [*words, *(["-t", wanted] if words[0] in document.syntax.formats else [])], wanted


def _alt(region: Region) -> str:
    """What a picture shows, in words: the command's arguments up to its first option."""
    named = [word for word in region.words[1:] if not word.startswith("-")]
    return f"Architecture of {named[0]}" if named else "Architecture"


def _difference(update: Update) -> str:
    """The change to a text as a diff; a line for bytes that are no text."""
    try:
        old, new = (
            (content or b"").decode("utf-8").splitlines(keepends=True) for content in (update.old, update.new)
        )
    except UnicodeDecodeError:
        return f"Binary file {update.path} differs\n"
    return "".join(difflib.unified_diff(old, new, str(update.path), f"{update.path} (as it should be)"))
