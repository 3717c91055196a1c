"""The command's entry: `resnet-diagram`, and `python -m resnet_diagram`."""

import gc
import os
import signal
import sys
from contextlib import suppress
from typing import Never

INTERRUPTED = 130
_ENDING = ("SIGTERM", "SIGHUP")
_WORKING_AT_EXIT = frozenset({"torch", "cProfile", "profile", "coverage", "pdb"})
"""Modules whose import means exit handlers of models, profilers or debuggers."""


class _Ended(BaseException):
    """A signal that ends the process; drafts of files are removed on the way out."""


def _end(number: int, _: object) -> Never:
    raise _Ended(number)


def _exit_at_once(status: object) -> None:
    """End the process without freeing its objects, which takes a twentieth of a short run.

    Return where modules may have work to do at the end, and where the output is closed.
    """
    if not _WORKING_AT_EXIT.isdisjoint(sys.modules) or not isinstance(status, int | None):
        return
    with suppress(OSError):
        for stream in filter(None, (sys.stdout, sys.stderr)):
            stream.flush()
        os._exit(status or 0)


def run() -> None:
    """Run the command line without garbage collection, which only costs time in so short a process.

    Its last collection, when the process ends, is left out too. Ctrl-C ends it with exit code 130, another
    signal with 128 and its number.
    """
    gc.disable()
    for name in _ENDING:
        number = getattr(signal, name, None)
        if number and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _end)
    try:
        from resnet_diagram.cli.main import main

        main(prog_name="resnet-diagram")
    except KeyboardInterrupt:  # before click is there to catch it
        sys.exit(INTERRUPTED)
    except _Ended as ended:
        sys.exit(128 + ended.args[0])
    except SystemExit as ending:
        _exit_at_once(ending.code)
        raise
    finally:
        gc.freeze()


if __name__ == "__main__":
    run()
