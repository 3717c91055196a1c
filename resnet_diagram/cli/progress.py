"""A bar on standard error for work on several things; silent where nobody looks."""

import sys
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

import click

from resnet_diagram.cli.messages import loudness

Thing = TypeVar("Thing")


def progress(things: Sequence[Thing], name: Callable[[Thing], str]) -> Iterator[Thing]:
    """The things one by one, with a bar that names the one at work when there are several."""
    if len(things) < 2 or not sys.stderr.isatty() or loudness() < 0:
        yield from things
        return
    with click.progressbar(
        things, file=sys.stderr, item_show_func=lambda thing: "" if thing is None else name(thing)
    ) as bar:
        yield from bar
