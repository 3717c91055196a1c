"""Run a request from the command line; write its files and standard output."""

import sys
from pathlib import Path

import click

from resnet_diagram.app.make import make
from resnet_diagram.app.requests import Request, sources_of
from resnet_diagram.cli.messages import LOG, detail, loudness
from resnet_diagram.cli.spinner import spinning
from resnet_diagram.errors import RenderError
from resnet_diagram.saving import write_files


def run(request: Request) -> list[Path]:
    """Make the artifacts of a request, write the files among them, then the rest to standard output.

    Standard output gets the bytes a file would have, whatever the encoding of the terminal. Return the files
    written.
    """
    with spinning(shown=loudness() >= 0 and len(sources_of(request)) < 2):
        artifacts = make(request, LOG)
    if sys.stdout is None and not all(artifact.name for artifact in artifacts):
        raise RenderError("Standard output is closed; name a file (-o).")
    write_files([(artifact.name, artifact.content) for artifact in artifacts if artifact.name])
    for artifact in artifacts:
        if artifact.name:
            detail(f"Wrote {artifact.name} ({artifact.format})")
        else:
            click.echo(artifact.data, nl=False)
    return [artifact.name for artifact in artifacts if artifact.name]
