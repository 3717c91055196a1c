"""A change of the function is a difference; another spelling of the same function is none."""

from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")

import torch
from torch import nn

import resnet_diagram as rd
from resnet_diagram.codegen.code import code
from resnet_diagram.spec.json.files import dumps, loads
from resnet_diagram.spec.toml.reader import loads as loads_toml
from resnet_diagram.spec.toml.writer import dumps as dumps_toml
from tests.codegen.made import model_of
from tests.codegen.test_weights import filled
from tests.differences.small import KeptMeanHead, MeanHead, Small

SHAPE = (3, 8, 8)
SUBTRACTED = [("all blocks", "the shortcut subtracted", "all inputs added")]
REVERSED = [("all blocks", "the branch subtracted", "all inputs added")]
SCALED = [("all blocks", "×0.2 before the addition", "no ×0.2 there")]
SAME: list[tuple[str, str, str]] = []

Changed = tuple[dict[str, Any], list[tuple[str, str, str]]]
CHANGES: dict[str, Changed] = {
    "y + x": ({"join": "y + x"}, SAME),
    "x + y": ({"join": "x + y"}, SAME),
    "add": ({"join": "add(x, y)"}, SAME),
    "y - x": ({"join": "y - x"}, SUBTRACTED),
    "sub": ({"join": "sub"}, SUBTRACTED),
    "negative shortcut": ({"join": "y + -x"}, SUBTRACTED),
    "alpha -1": ({"join": "add alpha=-1"}, SUBTRACTED),
    "x - y": ({"join": "x - y"}, REVERSED),
    "rsub": ({"join": "rsub"}, REVERSED),
    "factor": ({"join": "x + 0.2 * y"}, SCALED),
    "factor behind": ({"join": "y * 0.2 + x"}, SCALED),
    "divided": ({"join": "y / 5 + x"}, SCALED),
    "alpha": ({"join": "add alpha=0.2"}, SCALED),
    "scaled shortcut": (
        {"join": "0.5 * x + y"},
        [("all blocks", "a other shortcut (×0.5)", "an identity shortcut")],
    ),
    "batch norm eps": (
        {"norm": lambda c: nn.BatchNorm2d(c, eps=1e-3)},
        [("everywhere", "eps 0.001 in each BN", "eps 1e-5")],
    ),
    "batch norm momentum": (
        {"norm": lambda c: nn.BatchNorm2d(c, momentum=0.01)},
        [("everywhere", "momentum 0.01 in each BN", "momentum 0.1")],
    ),
    "dropout": (
        {"dropout": 0.3},
        [("all blocks", "dropout 0.3 after the ReLU", "no dropout there")],
    ),
    "dropout of rate 0": ({"dropout": 0.0}, SAME),
}


def said(left: nn.Module, right: nn.Module) -> list[tuple[str, str, str]]:
    differences = rd.diff(left, right, input_shape=SHAPE)
    return [(one.where, one.left, one.right) for one in differences]


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_of_the_function_is_a_difference(name: str) -> None:
    arguments, expected = CHANGES[name]
    assert said(Small(**arguments), Small()) == expected
    if not expected:
        rd.assert_same(Small(**arguments), Small(), input_shape=SHAPE)


PAIRS: dict[str, tuple[dict[str, Any], dict[str, Any], tuple[str, str, str]]] = {
    "group norm eps": (
        {"norm": lambda c: nn.GroupNorm(2, c, eps=1e-6)},
        {"norm": lambda c: nn.GroupNorm(2, c)},
        ("everywhere", "eps 1e-6 in each GN", "eps 1e-5"),
    ),
    "slope": (
        {"act": nn.LeakyReLU(0.2)},
        {"act": nn.LeakyReLU()},
        ("everywhere", "negative slope 0.2 in each leaky ReLU", "negative slope 0.01"),
    ),
    "gelu": (
        {"act": nn.GELU("tanh")},
        {"act": nn.GELU()},
        ("everywhere", "approximate tanh in each GELU", "approximate none"),
    ),
    "align corners": (
        {"last": nn.Upsample(scale_factor=2, mode="bilinear", align_corners=True)},
        {"last": nn.Upsample(scale_factor=2, mode="bilinear")},
        ("head", "align corners true in the bilinear upsampling", "align corners false"),
    ),
    "padding mode": (
        {"last": nn.ReflectionPad2d(1)},
        {"last": nn.ReplicationPad2d(1)},
        ("head", "mode reflect in the pad", "mode replicate"),
    ),
    "average of padding": (
        {"last": nn.AvgPool2d(3, 1, 1, count_include_pad=False)},
        {"last": nn.AvgPool2d(3, 1, 1)},
        ("head", "count include pad false in the 3×3 avg pool", "count include pad true"),
    ),
    "dilated pool": (
        {"last": nn.MaxPool2d(3, 1, 1)},
        {"last": nn.MaxPool2d(3, 1, 1, dilation=2)},
        ("head", "dilation 1 in the 3×3 max pool", "dilation 2"),
    ),
}


@pytest.mark.parametrize("name", PAIRS)
def test_a_setting_is_a_difference(name: str) -> None:
    left, right, expected = PAIRS[name]
    assert expected in said(Small(**left), Small(**right))
    assert said(Small(**left), Small(**left)) == []


@pytest.mark.parametrize("spelled", [MeanHead, KeptMeanHead])
def test_the_spelling_of_the_head_is_no_difference(spelled: type[Small]) -> None:
    assert said(spelled(), Small()) == said(Small(), spelled()) == []


CHANGED = {name: arguments for name, (arguments, expected) in CHANGES.items() if expected}
CHANGED |= {name: left for name, (left, _, _) in PAIRS.items()}


@pytest.mark.parametrize("name", CHANGED)
def test_files_keep_what_changes_the_function(name: str) -> None:
    network = rd.trace(Small(**CHANGED[name]), SHAPE)
    assert loads(dumps(network)) == network
    assert rd.diff(loads_toml(dumps_toml(network)), network) == ()


UNWRITTEN = {"padding mode", "scaled shortcut"}
"""Changes that generated code refuses: no module pads by reflection, or scales in a sequence."""


@pytest.mark.parametrize("name", [name for name in CHANGED if name not in UNWRITTEN])
def test_code_computes_the_same_function(name: str) -> None:
    torch.manual_seed(0)
    theirs = Small(**CHANGED[name]).eval()
    ours = model_of(rd.trace(theirs, SHAPE), device="cpu")
    state = filled(theirs)
    for values, model in ((state, theirs), (dict(zip(ours.state_dict(), state.values(), strict=True)), ours)):
        model.load_state_dict(values, assign=True)
    image = torch.rand(1, *SHAPE)
    with torch.no_grad():
        assert torch.allclose(ours(image), theirs(image), rtol=1e-6, atol=0)
    assert rd.diff(ours, theirs, input_shape=SHAPE) == ()


@pytest.mark.parametrize("name", sorted(UNWRITTEN))
def test_code_is_refused_where_a_setting_cannot_be_written(name: str) -> None:
    with pytest.raises(rd.CodeError):
        code(rd.trace(Small(**CHANGED[name]), SHAPE))


def outline(model: nn.Module, path: Path) -> str:
    rd.draw(model, path, input_shape=SHAPE)
    return path.read_text(encoding="utf-8")


def test_a_subtraction_is_drawn_as_one(tmp_path: Path) -> None:
    text = outline(Small(join="y - x"), tmp_path / "net.txt")
    assert "⊖" in text
    assert "⊕" not in text


def test_a_factor_is_drawn_as_a_number(tmp_path: Path) -> None:
    assert "×0.2" in outline(Small(join="x + 0.2 * y"), tmp_path / "net.txt")
