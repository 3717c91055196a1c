"""Announce the phases of long work, for progress messages."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_listener: ContextVar[Callable[[str], None] | None] = ContextVar("listener", default=None)


def phase(words: str) -> None:
    """Announce the phase that begins, such as "building the model"."""
    listener = _listener.get()
    if listener:
        listener(words)


@contextmanager
def announced_to(listener: Callable[[str], None]) -> Iterator[None]:
    """Call `listener` with each phase announced inside."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)
