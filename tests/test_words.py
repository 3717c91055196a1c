"""Names, numbers and words as people write them, and what they are told."""

import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import resnet_diagram as rd
from resnet_diagram.cli.main import main
from resnet_diagram.errors import SourceError, SpecError
from resnet_diagram.spec.json.files import text_of
from resnet_diagram.spec.toml.reader import loads


def called(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


@pytest.mark.parametrize("name", ["ResNet50", "resnet-50", "RESNET_50", "ResNet 50"])
def test_case_and_separators_of_a_name_do_not_matter(name: str) -> None:
    assert rd.network(name) == rd.network("resnet50")
    assert called("describe", name).stdout == called("describe", "resnet50").stdout


def test_spellings_are_unique() -> None:
    spellings = ["".join(sign for sign in name if sign.isalnum()) for name in rd.names()]
    assert len(spellings) == len(set(spellings))


@pytest.mark.parametrize("name", ["vgg16", "densenet121", "VGG-16", "mobilenet_v2", "alexnet", "vit_b_16"])
def test_networks_of_torchvision_are_pointed_to(name: str) -> None:
    with pytest.raises(SourceError, match=r"torchvision has it.*torchvision:"):
        rd.network(name)


@pytest.mark.parametrize(("typo", "word"), [("drwa", "draw"), ("tabel", "table"), ("chekc", "check")])
def test_a_mistyped_command_gets_a_suggestion(typo: str, word: str) -> None:
    done = called(typo, "resnet50")
    assert done.exit_code == 2
    assert f"Did you mean {word!r}?" in done.stderr


@pytest.mark.parametrize("source", ["resnet50", "net.py:Net", "net.toml"])
def test_a_source_without_a_command_is_told_how_to_be_drawn(source: str) -> None:
    assert f"resnet-diagram draw {source}" in called(source).stderr


SPEC = """
name = "net"
input = {0}
block = "bottleneck"
depths = [1, 1]
widths = [64, 128]
{1}
"""


@pytest.mark.parametrize(
    ("given", "meant"), [("[224, 224, 3]", "[3, 224, 224]"), ("[64, 64, 1]", "[1, 64, 64]")]
)
def test_channels_at_the_end_are_asked_about(given: str, meant: str) -> None:
    with pytest.raises(SpecError, match="height, width, channels") as caught:
        loads(SPEC.format(given, ""), "net.toml", "net")
    assert meant in str(caught.value)


@pytest.mark.parametrize("given", ["[3, 224, 224]", "[64, 64, 64]", "[8, 100, 3]", "[2, 2, 2]"])
def test_other_inputs_are_taken(given: str) -> None:
    assert loads(SPEC.format(given, 'stem = "cifar"'), "net.toml", "net").input_shape


def test_cardinality_alone_makes_a_resnext() -> None:
    alone = loads(SPEC.format("[3, 224, 224]", "cardinality = 32"), "net.toml", "net")
    both = loads(SPEC.format("[3, 224, 224]", "cardinality = 32\nbase_width = 4"), "net.toml", "net")
    assert (alone.params, alone.body) == (both.params, both.body)
    assert alone.params < loads(SPEC.format("[3, 224, 224]", ""), "net.toml", "net").params


@pytest.mark.parametrize("extra", ["", "\nbase_width = 64", "\nbase_width = 8"])
def test_groups_are_kept_in_a_spec_file(extra: str) -> None:
    network = loads(SPEC.format("[3, 224, 224]", f"cardinality = 32{extra}"), "net.toml", "net")
    again = loads(text_of(network, "toml"), "net.toml", "net")
    assert (again.stem, again.body, again.head) == (network.stem, network.body, network.head)


def test_swish_is_silu() -> None:
    swish, silu = (
        loads(SPEC.format("[3, 64, 64]", f'activation = "{name}"'), "n.toml", "n")
        for name in ("swish", "silu")
    )
    assert swish == silu


@pytest.mark.parametrize(
    "extra", ["pre_activation = true", "pre_activation = true\nstem = 'deep'", "gate = 'se'"]
)
def test_swish_is_silu_in_stem_and_head(extra: str) -> None:
    swish, silu = (
        loads(SPEC.format("[3, 64, 64]", f'activation = "{name}"\n{extra}'), "n.toml", "n")
        for name in ("swish", "silu")
    )
    assert swish == silu


def test_labels_are_added_on_the_command_line() -> None:
    added = called("draw", "resnet18", "--show", "+params", "-t", "svg").stdout
    assert added == called("draw", "resnet18", "--show", "shapes,norm,act,params", "-t", "svg").stdout
    assert called("draw", "resnet18", "--show", "-norm", "-t", "svg").exit_code == 0


@pytest.mark.parametrize("words", [["--caption", "A net."], ["--label", "fig:net"]])
def test_a_caption_without_a_place_is_reported(words: Sequence[str]) -> None:
    assert "Warning: svg: no place for a" in called("draw", "resnet18", "-t", "svg", *words).stderr
    assert "no place" not in called("draw", "resnet18", "-t", "tikz", *words).stderr


def test_a_missing_folder_is_answered_with_the_command(tmp_path: Path) -> None:
    done = called("draw", "resnet18", "-o", str(tmp_path / "new figures" / "deep" / "a.svg"))
    assert done.exit_code == 1
    assert f"mkdir -p '{tmp_path}/new figures/deep'" in done.stderr or sys.platform == "win32"


@pytest.mark.parametrize("source", ["nowhere/net.py:Net", "nowhere.py", "model.pt", "net.ipynb:Net(depth=3)"])
def test_a_missing_file_is_refused_before_torch_is_imported(source: str) -> None:
    code = (
        "import sys\nfrom resnet_diagram.cli.main import main\n"
        "try: main(sys.argv[1:])\nexcept SystemExit: print('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code, "describe", source], capture_output=True, text=True)
    assert done.stdout.strip() == "False"
    assert "There is no file" in done.stderr


@pytest.mark.parametrize(
    ("given", "beside"),
    [("my_net.toml", "my-net.toml"), ("modle.py:Net", "model.py"), ("wieghts.pth", "weights.pth"),
     ("net.tml", "net.toml"), ("my_ntes:Net", "my_nets.py"), ("nett.json", "net.json")],
)  # fmt: skip
def test_a_missing_file_is_answered_with_the_one_beside_it(
    given: str, beside: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / beside).touch()
    done = called("describe", given)
    assert done.exit_code == 1
    assert f"Did you mean {beside!r}?" in done.stderr


def test_chinese_text_has_full_width_punctuation() -> None:
    for view in ("paper", "full", "block"):
        svg = called(
            "draw", "resnet50", "--view", view, "--lang", "zh", "-t", "svg", "--show", "+params,macs,math"
        ).stdout
        texts = re.findall(r">([^<>]*[\u4e00-\u9fff][^<>]*)<", svg)
        assert texts
        words = [re.sub(r", (s=)?[0-9]+", "", text) for text in texts]  # sizes are notation
        half = re.compile(r"[\u4e00-\u9fff] ?[,;:()!?]|[,;:()!?] ?[\u4e00-\u9fff]")
        assert not [text for text in words if half.search(text)]
