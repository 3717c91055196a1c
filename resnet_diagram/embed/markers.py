"""Find the markers of a document."""

import shlex
from collections.abc import Sequence

from resnet_diagram.dataclass import dataclass
from resnet_diagram.embed.syntax import Syntax
from resnet_diagram.errors import EmbedError

COMMANDS = ("draw", "table", "describe", "spec", "code")
"""Commands allowed in a marker."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """Region between two markers: lines `start` to before `end`, counted from 0.

    `words`: the command with its arguments. `indent`: prefix of the marker and of each line: spaces and
    quotation signs.
    """

    words: tuple[str, ...]
    start: int
    end: int
    indent: str

    @property
    def line(self) -> int:
        """The line of its opening marker, from 1."""
        return self.start


def regions(lines: Sequence[str], syntax: Syntax, position: str) -> tuple[Region, ...]:
    """Return all regions of a document.

    Raises EmbedError with file and line for a marker that is unclosed, unopened, nested, or without a
    valid command.
    """
    items: list[Region] = []
    opened: Region | None = None
    code = ""
    for at, line in enumerate(lines):
        place = f"{position}:{at + 1}"
        code = "" if opened else syntax.code(line, code)
        if code:
            continue
        if begin := syntax.begin.match(line.rstrip("\r\n")):
            if opened:
                raise EmbedError(f"{place}: a marker inside the one of line {opened.line}; close that first.")
            words = _words(begin["command"], syntax, place)
            opened = Region(words=words, start=at + 1, end=at + 1, indent=begin["indent"])
        elif syntax.end.match(line.rstrip("\r\n")):
            if not opened:
                raise EmbedError(f"{place}: a closing marker without an opening one before it.")
            items.append(Region(words=opened.words, start=opened.start, end=at, indent=opened.indent))
            opened = None
    if opened:
        raise EmbedError(f"{position}:{opened.line}: the marker is not closed; end it with /resnet-diagram.")
    return tuple(items)


def _words(command: str, syntax: Syntax, place: str) -> tuple[str, ...]:
    if syntax.closing and syntax.closing in command:
        raise EmbedError(
            f"{place}: {syntax.closing!r} ends the comment; write the command without it, and each marker on "
            "a line of its own."
        )
    try:
        words = tuple(shlex.split(command))
    except ValueError as error:
        raise EmbedError(f"{place}: the command cannot be read: {error}.") from None
    if not words or words[0] not in COMMANDS:
        value = repr(words[0]) if words else "nothing"
        raise EmbedError(
            f"{place}: a marker holds one of {', '.join(COMMANDS)}, with its arguments; got {value}."
        )
    return words
