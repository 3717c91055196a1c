"""Run a request from the command line: the place that writes files and standard output."""

import sys

import click

from resnet_diagram.app.make import make
from resnet_diagram.app.requests import Request
from resnet_diagram.cli.messages import LOG, detail
from resnet_diagram.saving import write_files


def run(request: Request) -> None:
    """Make the artifacts of a request, write the files among them, then the rest to standard output."""
    artifacts = make(request, LOG)
    files = [(artifact.name, artifact.content) for artifact in artifacts if artifact.name]
    write_files(files)
    for artifact in artifacts:
        if artifact.name:
            detail(f"Wrote {artifact.name} ({artifact.format})")
        else:
            click.echo(artifact.content, nl=False)


def is_terminal() -> bool:
    """Return whether standard output is a terminal."""
    return sys.stdout.isatty()
