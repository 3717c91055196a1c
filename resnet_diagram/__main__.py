"""The command's entry: `resnet-diagram`, and `python -m resnet_diagram`."""

import gc


def run() -> None:
    """Run the command line without garbage collection, which only costs time in so short a process."""
    gc.disable()
    from resnet_diagram.cli.main import main

    main(prog_name="resnet-diagram")


if __name__ == "__main__":
    run()
