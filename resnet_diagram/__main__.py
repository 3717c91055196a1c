"""The command's entry: `resnet-diagram`, and `python -m resnet_diagram`."""

import gc
import signal
import sys
from typing import Never

INTERRUPTED = 130
_ENDING = ("SIGTERM", "SIGHUP")


class _Ended(BaseException):
    """A signal that ends the process; drafts of files are removed on the way out."""


def _end(number: int, _: object) -> Never:
    raise _Ended(number)


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
    finally:
        gc.freeze()


if __name__ == "__main__":
    run()
