"""A network drawn from its code is the picture drawn from its name, but for the paths of its modules."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from resnet_diagram.cli.main import main

pytest.importorskip("torch", reason="torch is not installed")

EXAMPLE = Path(__file__).resolve().parent.parent / "examples" / "resnet.py"


@pytest.mark.parametrize("name", ["svg", "tikz", "mermaid", "dot", "outline"])
@pytest.mark.parametrize("network", ["resnet152", "resnet18", "resnet1202"])
def test_traced_and_named_are_drawn_alike(name: str, network: str) -> None:
    def drawn(source: str) -> str:
        text = CliRunner().invoke(main, ["draw", source, "-t", name]).stdout
        return re.sub(r' data-path="[^"]*"', "", text)

    assert drawn(f"{EXAMPLE}:{network}") == drawn(network) != ""
