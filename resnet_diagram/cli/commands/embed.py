"""`resnet-diagram embed`."""

import difflib
from pathlib import Path

import click

from resnet_diagram.app.embed import Update, updates
from resnet_diagram.cli.messages import LOG, detail, loudness_options, note, tell
from resnet_diagram.cli.options import FilePath
from resnet_diagram.cli.parse import parse
from resnet_diagram.embed.document import read_document
from resnet_diagram.embed.edited import Author
from resnet_diagram.errors import EmbedError
from resnet_diagram.saving import write_files


@click.command()
@click.argument(
    "paths",
    metavar="FILE...",
    nargs=-1,
    required=True,
    type=FilePath(path_type=Path, exists=True, dir_okay=False),
)
@loudness_options
@click.option(
    "--check", is_flag=True, help="Change nothing; print a diff and exit with 1 if a diagram is out of date."
)
@click.option("--no-code", is_flag=True, help="Refuse markers that load code; see docs/security.md.")
@click.option("--force", is_flag=True, help="Also replace files edited by hand or written by others.")
def command(paths: tuple[Path, ...], check: bool, no_code: bool, force: bool) -> None:
    """Update the diagrams between the markers of documents.

    A marker in Markdown or HTML is '<!-- resnet-diagram: draw resnet50 -->', closed by
    '<!-- /resnet-diagram -->'; in reStructuredText '.. resnet-diagram: …' and '.. /resnet-diagram';
    in LaTeX '% resnet-diagram: …' and '% /resnet-diagram', in Typst the same after '//'. It contains
    draw, table, describe, spec or code with arguments; paths are relative to the document's folder.
    With -o, the file is written and a reference to it is placed between the markers.
    """
    documents = [read_document(path) for path in dict.fromkeys(paths)]
    files = updates(documents, parse, LOG, code=not no_code)
    changed = [update for update in files if not update.is_fresh]
    stale = [update for update in changed if force or update.author is Author.TOOL]
    for update in changed:
        if update.author is Author.OTHER and not force:
            raise EmbedError(
                f"{update.place}: {update.path} exists, and 'resnet-diagram embed' did not write it. "
                "Name another file; --force replaces this one."
            )
        if update.author is Author.EDITOR and not force:
            note(f"{update.path} was edited by hand and is kept; --force replaces it")
    for update in files:
        detail(f"{update.path}: {'stale' if update in stale else 'fresh'}")
    if not check:
        write_files([(update.path, update.new) for update in stale])
    elif stale:
        for update in stale:
            tell(_difference(update), end=False)
        names = ", ".join(str(update.path) for update in stale)
        raise EmbedError(f"Stale: {names}. Run 'resnet-diagram embed' to write anew.")


def _difference(update: Update) -> str:
    """Return the change to a text as a diff; one line for binary content."""
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
