"""Messages from a use case to its caller, which may print them."""

from collections.abc import Callable, Iterator, Sequence

from resnet_diagram.dataclass import dataclass

Progress = Callable[[Sequence[str]], Iterator[str]]


def _ignore(text: str) -> None:
    """Drop a message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """`note`: a message that the user should read; `detail`: a progress message.

    `progress`: yields the items it is given, and may show how many are done.
    """

    note: Callable[[str], None] = _ignore
    detail: Callable[[str], None] = _ignore
    progress: Progress = iter


SILENT = Log()
