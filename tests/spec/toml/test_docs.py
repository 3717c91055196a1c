"""Each example of docs/spec.md is a file the reader takes, as the text around it says."""

import re
import shlex
import tomllib
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner

from docs.spec_schema import schema
from resnet_diagram.app.drawing.draw import to_text
from resnet_diagram.cli.main import main
from resnet_diagram.errors import SpecError
from resnet_diagram.spec import catalog
from resnet_diagram.spec.signature import differences, same
from resnet_diagram.spec.toml.reader import loads
from resnet_diagram.spec.toml.schema.keys import TABLES
from resnet_diagram.spec.toml.writer import dumps

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "spec.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```toml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("text", EXAMPLES, ids=lambda text: tomllib.loads(text)["name"])
def test_each_example_is_read_drawn_and_written(text: str) -> None:
    jsonschema.validate(tomllib.loads(text), schema(), cls=jsonschema.Draft202012Validator)
    network = loads(text)
    if network.name in catalog.names():
        assert not differences(network, catalog.network(network.name))
    assert same(loads(dumps(network)), network)
    assert to_text(network, "outline")


def test_what_a_traced_network_is_written_as() -> None:
    pytest.importorskip("torch")
    command, printed = re.findall(
        r"^\$ resnet-diagram (spec examples/\S+ .*)\n((?:.*\n)+?)```", PAGE, re.MULTILINE
    )[0]
    assert CliRunner().invoke(main, shlex.split(command)).stdout == printed


def test_the_page_names_every_setting() -> None:
    for key in TABLES["network"]:
        assert re.search(rf"\b{key}\b", PAGE), key


def test_the_errors_are_as_printed() -> None:
    printed = re.findall(r"^net\.toml, line .*$", PAGE, re.MULTILINE)
    wrong = 'name = "x"\ndepths = [2, 2]\n\n{}\n\n[[stage]]\n[[stage]]\n\n{}'
    for line, first, second in ((printed[0], 'shortcut = "D"', ""), (printed[1], "", "widht = 3")):
        with pytest.raises(SpecError, match=re.escape(line)):
            loads(wrong.format(first, second), "net.toml")
