"""Each usual mistake in a ResNet of one's own is named in plain words, and nothing else is."""

import pytest

pytest.importorskip("torch")

import torch

import resnet_diagram as rd
from tests.differences.resnet import Mistakes, ResNet


def found(mistakes: Mistakes, reference: str = "resnet50") -> list[tuple[str, str, str]]:
    with torch.device("meta"):
        model = ResNet(mistakes)
    return [(one.where, one.left, one.right) for one in rd.diff(model, reference)]


def test_without_mistakes_it_is_the_reference() -> None:
    assert found(Mistakes()) == []


@pytest.mark.parametrize(
    ("mistakes", "said"),
    [
        (
            Mistakes(stride_in_first=True),
            [
                (
                    "first block of stages 2–4",
                    "the stride in the first convolution, 1×1",
                    "the stride in the second convolution, 3×3",
                )
            ],
        ),
        (
            Mistakes(relu_after=False),
            [("all blocks", "nothing after the addition", "ReLU after the addition")],
        ),
        (Mistakes(relu_before=True), [("all blocks", "ReLU before the addition", "no ReLU there")]),
        (Mistakes(expansion=2), [("all blocks", "expansion 2", "expansion 4")]),
        (
            Mistakes(projection_norm=False),
            [("first block of each stage", "projection shortcut: no BN after the 1×1 conv", "BN there")],
        ),
        (
            Mistakes(max_pool=False),
            [("stem", "no 3×3 max pool, s=2 after the 7×7 conv", "3×3 max pool, s=2 there")],
        ),
        (
            Mistakes(zero_pad=True),
            [
                (
                    "first block of stage 1 (stages.0.0)",
                    "a zero-pad shortcut (zero-pad)",
                    "a projection shortcut (1×1 conv)",
                ),
                (
                    "first block of stages 2–4",
                    "a zero-pad shortcut (zero-pad, s=2)",
                    "a projection shortcut (1×1 conv, s=2)",
                ),
            ],
        ),
    ],
)
def test_a_mistake_is_named(mistakes: Mistakes, said: list[tuple[str, str, str]]) -> None:
    assert found(mistakes) == said


def test_a_missing_block_is_counted() -> None:
    assert found(Mistakes(blocks=(3, 4, 22, 3)), "resnet101") == [("stage 3", "22 blocks", "23 blocks")]


def test_biases_are_named_where_they_are() -> None:
    said = found(Mistakes(bias=True))
    assert ("stem", "a bias in the 7×7 conv", "no bias in the 7×7 conv") in said
    assert ("all blocks", "a bias in the 3×3 conv", "no bias in the 3×3 conv") in said
    assert all("bias" in left and "bias" in right for _, left, right in said)


def test_a_missing_projection_is_named_though_the_model_cannot_run() -> None:
    said = found(Mistakes(projection_in_stage_1=False))
    assert said[0][0] == "forward"
    assert said[0] == ("forward", "stopped in stages.0.0", "runs to its end")
    assert any("projection shortcut (1×1 conv)" in right for where, _, right in said[1:])


def test_assert_same_tells_the_differences() -> None:
    with torch.device("meta"):
        right, wrong = ResNet(Mistakes()), ResNet(Mistakes(relu_after=False))
    rd.assert_same(right, "resnet50")
    with pytest.raises(
        AssertionError, match=r"all blocks +nothing after the addition +ReLU after the addition"
    ):
        rd.assert_same(wrong, "resnet50")
