"""`python -m resnet_diagram`."""

from resnet_diagram.cli import main

main(prog_name="resnet-diagram")
