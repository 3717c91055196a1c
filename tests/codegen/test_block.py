"""One block alone: the snippet that goes beside a figure."""

import pytest

from resnet_diagram.codegen.code import code
from resnet_diagram.errors import UsageError
from resnet_diagram.spec import catalog

RESNET50 = catalog.network("resnet50")


def test_a_block_tells_the_shapes_it_has_there() -> None:
    text = code(RESNET50, "layer2.0")
    assert "Bottleneck(256, 128, stride=2)" in text
    assert "Shapes: 56×56×256 → 28×28×512." in text
    assert "x = self.relu(self.bn2(self.conv2(x)))  # 28×28×128" in text
    assert text.count("class ") == 1
    assert "def resnet50" not in text


@pytest.mark.parametrize("place", ["stage2.block1", "layer2.0"])
def test_a_block_goes_by_its_place_too(place: str) -> None:
    assert code(RESNET50, place) == code(RESNET50, "layer2.0")


@pytest.mark.parametrize("kind", ["bottleneck", "Bottleneck", "stage1.block1"])
def test_a_type_is_the_first_block_of_it(kind: str) -> None:
    assert code(RESNET50, kind) == code(RESNET50, "layer1.0")


def test_a_block_brings_the_classes_it_needs() -> None:
    text = code(catalog.network("seresnet50"), "layer3.1")
    assert text.index("class SqueezeExcitation") < text.index("class SEBottleneck")
    assert "1×1×64" in text
    assert "ZeroPadding" in code(catalog.network("resnet20"), "layer2.0")


def test_a_block_inside_a_block_can_be_written() -> None:
    text = code(catalog.network("seresnet50"), "layer1.0.se")
    assert "SqueezeExcitation(256)" in text
    assert "class SEBottleneck" not in text


def test_the_shared_pre_activation_comes_before_the_shortcut() -> None:
    text = code(catalog.network("preact-resnet110"), "layer2.0")
    lines = [line.strip() for line in text.splitlines()]
    shared = lines.index("x = self.relu(self.bn1(x))  # 32×32×16")
    assert lines[shared - 1] == "shortcut = x"
    assert lines[shared + 1 : shared + 3] == ["if self.shortcut is not None:", "shortcut = self.shortcut(x)"]


def test_a_snippet_defines_its_class() -> None:
    pytest.importorskip("torch")
    import torch

    from tests.codegen.made import namespace

    block = namespace(code(RESNET50, "layer2.0"))["Bottleneck"](256, 128, stride=2)
    assert block(torch.rand(1, 256, 8, 8)).shape == (1, 512, 4, 4)


def test_an_unknown_block_suggests() -> None:
    with pytest.raises(UsageError, match=r"no block 'layer2\.00'.*Did you mean 'layer2\.0'.*'bottleneck'"):
        code(RESNET50, "layer2.00")


def test_a_network_without_blocks_has_none_to_write() -> None:
    with pytest.raises(UsageError, match="has no blocks"):
        code(catalog.network("plain18"), "basic")
