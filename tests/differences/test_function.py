"""A change of the function is a difference; another spelling of the same function is none."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest

pytest.importorskip("torch")

import torch
import torch.nn.functional as F
from torch import Tensor, nn

import resnet_diagram as rd
from resnet_diagram.codegen.code import code
from resnet_diagram.spec.json.files import dumps, loads
from resnet_diagram.spec.toml.reader import loads as loads_toml
from resnet_diagram.spec.toml.writer import dumps as dumps_toml
from tests.codegen.made import model_of
from tests.codegen.test_weights import filled
from tests.differences.small import Block, KeptMeanHead, MeanHead, Small

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
        [("all blocks", "a shortcut with layers (×0.5)", "an identity shortcut")],
    ),
    "halved sum": (
        {"join": "(y + x) / 2"},
        [("all blocks", "×0.5, ReLU after the addition", "ReLU after the addition")],
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


class Function(nn.Module):
    """A module that is one function."""

    def __init__(self, function: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.function = function

    def forward(self, x: Tensor) -> Tensor:
        return self.function(x)


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
    "softmax dim": (
        {"last": nn.Softmax(1)},
        {"last": nn.Softmax(-1)},
        ("head", "dim 1 in the softmax", "dim 3"),
    ),
    "RMS norm eps": (
        {"last": nn.RMSNorm([8, 8, 8], eps=1e-6)},
        {"last": nn.RMSNorm([8, 8, 8])},
        ("head", "eps 1e-6 in the RMSNorm", "eps 1.19209e-7"),
    ),
    "norm over all values": (
        {"last": nn.LayerNorm([8, 8, 8], elementwise_affine=False)},
        {"last": nn.LayerNorm([8], elementwise_affine=False)},
        ("head", "normalized axes 3 in the LN", "normalized axes 1"),
    ),
    "statistics of the batch": (
        {"last": nn.BatchNorm2d(8, track_running_stats=False)},
        {"last": nn.BatchNorm2d(8)},
        ("head", "track running stats false in the BN", "track running stats true"),
    ),
    "running statistics": (
        {"last": nn.InstanceNorm2d(8, track_running_stats=True)},
        {"last": nn.InstanceNorm2d(8)},
        ("head", "track running stats true in the IN", "track running stats false"),
    ),
    "roll": (
        {"last": Function(lambda x: x.roll(1, 2))},
        {"last": Function(lambda x: x.roll(2, 2))},
        ("head", "shifts 1 in the cyclic shift", "shifts 2"),
    ),
    "flip": (
        {"last": Function(lambda x: x.flip(2))},
        {"last": Function(lambda x: x.flip(3))},
        ("head", "dims 2 in the flip", "dims 3"),
    ),
    "cumulative sum": (
        {"last": Function(lambda x: x.cumsum(2))},
        {"last": Function(lambda x: x.cumsum(3))},
        ("head", "dim 2 in the cumsum", "dim 3"),
    ),
    "clamp": (
        {"last": Function(lambda x: x.clamp_min(0.1))},
        {"last": Function(lambda x: x.clamp_min(0.2))},
        ("head", "min 0.1 in the clamp", "min 0.2"),
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


UNWRITTEN = {
    *("padding mode", "scaled shortcut", "roll", "flip", "cumulative sum", "RMS norm eps", "clamp"),
    "norm over all values",
}
"""Changes that generated code refuses: no module pads by reflection, rolls, or scales in a sequence."""


JOINS = {
    "gate": ("gated", "hard gate", ("all blocks", "inside another gate: sigmoid", "hard-sigmoid")),
    "inner sign": (
        "inner sum",
        "inner difference",
        (
            "all blocks",
            "sum of 2 paths of (sum of 2 paths; )",
            "sum of 2 paths of (sum of 2 paths with signs +1, -1; )",
        ),
    ),
}


@pytest.mark.parametrize("name", JOINS)
def test_a_change_inside_an_inner_block_is_a_difference(name: str) -> None:
    left, right, expected = JOINS[name]
    assert said(Small(join=left), Small(join=right)) == [expected]
    assert said(Small(join=left), Small(join=left)) == []


def test_two_spellings_of_a_halved_sum_are_the_same() -> None:
    assert said(Small(join="(y + x) / 2"), Small(join="0.5 * (x + y)")) == []


def test_a_slope_behind_the_addition_alone_is_a_difference() -> None:
    class Closed(Small):
        def __init__(self, slope: float) -> None:
            super().__init__(act=nn.LeakyReLU(0.1))
            last = cast(Block, self.body[1])
            last.join = lambda y, x: F.leaky_relu(y + x, slope)
            last.act = nn.Tanh()

    assert said(Closed(0.3), Closed(0.2)) == [
        (
            "stage 1: 2 (body.1)",
            "after the addition: negative slope 0.3 in the leaky ReLU",
            "negative slope 0.2",
        )
    ]


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


def test_what_is_subtracted_is_told(tmp_path: Path) -> None:
    text = outline(Small(join="x - y"), tmp_path / "net.txt")
    assert "×(−1)" in text
    assert "⊖" not in text
    assert "×(−1)" not in outline(Small(join="y - x"), tmp_path / "net.txt")


def test_a_factor_is_drawn_as_a_number(tmp_path: Path) -> None:
    assert "×0.2" in outline(Small(join="x + 0.2 * y"), tmp_path / "net.txt")
