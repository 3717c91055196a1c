"""Progress line on a terminal for work that takes more than a second."""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

from resnet_diagram.errors import escape_controls
from resnet_diagram.phases import announced_to

_DELAY, _INTERVAL = 1.0, 0.1
"""Seconds before the line appears, and between two of its pictures."""

_PICTURES = "|/-\\"


class _Spinner:
    """Redraws the line from a thread of its own; `paused` clears it for other output."""

    def __init__(self) -> None:
        self.words, self.began, self.drawn = "", monotonic(), 0
        self.lock, self.ended = threading.Lock(), threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        self.ended.wait(_DELAY)
        number = 0
        while not self.ended.wait(_INTERVAL):
            number += 1
            if self.words:
                text = f"{_PICTURES[number % 4]} {self.words} ({monotonic() - self.began:.0f} s)"
                with self.lock:
                    self._write(text)

    def _write(self, text: str) -> None:
        sys.stderr.write(f"\r{text.ljust(self.drawn)}\r")
        sys.stderr.flush()
        self.drawn = len(text)

    def announce(self, words: str) -> None:
        """Show a phase from now on."""
        self.words = escape_controls(words)

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Clear the line of the spinner, and draw nothing while the block runs."""
        with self.lock:
            if self.drawn:
                self._write("")
            yield


_current: list[_Spinner] = []


@contextmanager
def spinning(*, shown: bool) -> Iterator[None]:
    """Show the current phase on standard error, if it is a terminal."""
    if not shown or sys.stderr is None or not sys.stderr.isatty() or _current:
        yield
        return
    spinner = _Spinner()
    _current.append(spinner)
    spinner.thread.start()
    try:
        with announced_to(spinner.announce):
            yield
    finally:
        spinner.ended.set()
        spinner.thread.join()
        _current.clear()
        with spinner.paused():
            pass


@contextmanager
def above_spinner() -> Iterator[None]:
    """Clear the line of a running spinner, so that the block can print."""
    if not _current:
        yield
        return
    with _current[0].paused():
        yield
