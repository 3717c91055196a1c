"""Draw again after every change of the files that a drawing is made from."""

import gc
import linecache
import os
import sys
import sysconfig
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import click

from resnet_diagram.cli.messages import failure_of, loudness
from resnet_diagram.errors import UsageError
from resnet_diagram.render.templates import compiled
from resnet_diagram.resources import templates_dir

_STEP = 5
"""Milliseconds without a change that end a save in several steps."""

_LONGEST = 400
"""Milliseconds after which a drawing begins although files still change."""

_POLL = 1000
"""Milliseconds between two looks at the files where the system reports no changes, as on network drives."""

_FOREIGN = tuple(
    f"{folder}{os.sep}"
    for folder in [
        *sysconfig.get_paths().values(),
        templates_dir(),
        Path(__file__).parents[1],
        getattr(compiled(), "directory", templates_dir()),
        *("/dev", "/proc", "/sys"),
    ]
)
"""Folders of files that are not the user's."""

_State = tuple[int, int, int] | None
"""Time of the last change, size and inode of a file; None if there is none."""


def watch(draw: Callable[[], Iterable[Path]]) -> None:
    """Call `draw`, which returns the files it wrote, and again after each change of a file it read.

    Those files are the modules imported from outside the installed packages, and what was opened for reading.
    An error is printed, and the last drawing stays. Ends with Ctrl-C. Raises UsageError without watchfiles
    or without a file to follow, and what the first drawing raises.
    """
    wait = _waiting()
    sys.dont_write_bytecode = True  # its time stamp in whole seconds hides the second of two quick saves
    installed = frozenset(sys.modules)
    gc.disable()  # garbage is collected after each drawing, when nobody waits
    states: dict[Path, _State] = {}
    opened = _Opened()
    sys.addaudithook(opened)
    first = True
    while True:
        opened.read.clear()
        opened.changed.clear()
        start = time.perf_counter()
        try:
            written = sorted(path.name for path in draw())
            if loudness() >= 0:
                click.echo(f"Wrote {', '.join(written)} ({time.perf_counter() - start:.2f} s)", err=True)
        except Exception as problem:
            if first:
                raise
            failure_of(problem, verbose=loudness() > 0).show()
        watched_files = {*states, *_forgotten_modules(installed)}
        states = {path: _state(path) for path in watched_files} | opened.states
        if not states:
            raise UsageError(
                "--watch follows the files that a figure is made from; this one is made from none."
            )
        gc.collect()
        if first:
            gc.freeze()
        first = False
        wait(states)


def _state(path: Path) -> _State:
    """Return a key that changes with the contents of a file."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino


class _Opened:
    """An audit hook that records the user's files which a drawing opens.

    `read`: state of each at the moment it was first read; `changed`: those it wrote or removed.
    """

    def __init__(self) -> None:
        self.read: dict[Path, _State] = {}
        self.changed: set[Path] = set()

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Record a file if the event opens or removes one."""
        if event not in ("open", "os.remove") or not isinstance(arguments[0], (str, os.PathLike)):
            return
        path = Path(arguments[0]).absolute()
        mode, flags = arguments[1:] if event == "open" else ("w", 0)  # of `open`, or of `os.open`
        if "r" not in mode if mode else flags & (os.O_WRONLY | os.O_RDWR):
            self.changed.add(path)
        elif path not in self.read and not str(path).startswith(_FOREIGN):
            self.read[path] = _state(path)

    @property
    def states(self) -> dict[Path, _State]:
        """The files read, without those that the drawing changed itself."""
        return {path: state for path, state in self.read.items() if path not in self.changed}


def _waiting() -> Callable[[dict[Path, _State]], None]:
    """Return a function that waits until one of some files is no longer in its state."""
    try:
        from watchfiles import watch as changes
    except ImportError as error:
        raise UsageError("--watch needs the package watchfiles: pip install watchfiles.") from error

    def wait(states: dict[Path, _State]) -> None:
        folders = {path.parent for path in states if path.parent.is_dir()}
        for _ in changes(
            *folders,
            step=_STEP,
            debounce=_LONGEST,
            rust_timeout=_POLL,
            yield_on_timeout=True,
            recursive=False,
            watch_filter=None,
        ):
            if any(_state(path) != state for path, state in states.items()):
                return

    return wait


def _forgotten_modules(installed: frozenset[str]) -> set[Path]:
    """Forget the user's modules, so that they are imported anew, and return their files."""
    files = set()
    for name in set(sys.modules) - installed:
        file = getattr(sys.modules[name], "__file__", None)
        if file and not os.path.abspath(file).startswith(_FOREIGN):
            files.add(Path(file).absolute())
            del sys.modules[name]
    linecache.clearcache()
    return files
