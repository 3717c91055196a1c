"""What a named network costs: which modules it may load, and how its output grows."""

import subprocess
import sys

import pytest
from click.testing import CliRunner

from resnet_diagram.cli.main import main

HEAVY = ("torch", "torchvision", "timm", "numpy", "sympy")


@pytest.mark.parametrize(
    "arguments",
    [
        ["draw", "resnet152", "-t", "svg"],
        ["draw", "resnet152", "-t", "tikz"],
        ["draw", "resnet152", "-t", "drawio"],
        ["draw", "resnet152", "-t", "mermaid"],
        ["draw", "resnet152", "-t", "dot"],
        ["table", "resnet18", "resnet152", "-t", "latex"],
        ["describe", "resnet152"],
        ["list", "networks"],
        ["--help"],
    ],
    ids=" ".join,
)
def test_a_named_network_never_imports_torch(arguments: list[str]) -> None:
    code = (
        "import sys\n"
        "from resnet_diagram.cli.main import main\n"
        "main(sys.argv[1:], standalone_mode=False)\n"
        f"print([name for name in {HEAVY} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True
    )
    assert done.stderr.strip() == "[]"


@pytest.mark.parametrize("name", ["svg", "tikz", "drawio", "mermaid", "dot", "outline"])
@pytest.mark.parametrize("variant", ["", "-b", "-c"])
def test_folded_output_does_not_grow_with_depth(name: str, variant: str) -> None:
    def size(network: str) -> int:
        return len(CliRunner().invoke(main, ["draw", network, "-t", name, "--title", ""]).stdout)

    assert size(f"resnet1202{variant}") <= 1.15 * size(f"resnet20{variant}")
