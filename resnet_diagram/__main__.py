"""The command's entry: `resnet-diagram`, and `python -m resnet_diagram`."""

import gc
import sys

INTERRUPTED = 130


def run() -> None:
    """Run the command line without garbage collection, which only costs time in so short a process.

    Its last collection, when the process ends, is spared too. Ctrl-C ends it with exit code 130.
    """
    gc.disable()
    try:
        from resnet_diagram.cli.main import main

        main(prog_name="resnet-diagram")
    except KeyboardInterrupt:  # before click is there to catch it
        sys.exit(INTERRUPTED)
    finally:
        gc.freeze()


if __name__ == "__main__":
    run()
