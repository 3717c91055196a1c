"""Awkward networks, traced once a run: what the drawing code meets outside the catalog."""

from dataclasses import dataclass
from functools import lru_cache

import pytest

from resnet_diagram.spec.model import Network


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Where a network comes from: source text, or a module of `tests.layout.unusual` with its arguments."""

    source: str
    input: str
    quick: bool = False


_OWN = "tests.layout.unusual:"
_VISION = "torchvision.models:"

SUBJECTS: dict[str, Subject] = {
    "Swin-T": Subject(source=f"{_VISION}swin_t", input="3x224x224"),
    "U-Net": Subject(source=f"{_OWN}UNet", input="3x256x256", quick=True),
    "DenseNet-121": Subject(source=f"{_VISION}densenet121", input="3x224x224"),
    "EDSR": Subject(source=f"{_OWN}EDSR", input="3x48x48", quick=True),
    "MobileNetV2": Subject(source=f"{_VISION}mobilenet_v2", input="3x224x224", quick=True),
    "EfficientNet-B0": Subject(source=f"{_VISION}efficientnet_b0", input="3x224x224"),
    "ConvNeXt-T": Subject(source=f"{_VISION}convnext_tiny", input="3x224x224"),
    "ViT-B/16": Subject(source=f"{_VISION}vit_b_16", input="3x224x224"),
    "HRNet-W18": Subject(source="timm:hrnet_w18_small", input="3x224x224"),
    "DPN": Subject(source="timm:dpn48b", input="3x224x224"),
    "GoogLeNet": Subject(
        source=f"{_VISION}googlenet(init_weights=False, aux_logits=False)", input="3x224x224"
    ),
    "R3D-18": Subject(source="torchvision.models.video:r3d_18", input="3x16x112x112"),
    "DeepLabV3": Subject(
        source="torchvision.models.segmentation:deeplabv3_resnet50(weights=None, weights_backbone=None)",
        input="3x512x512",
    ),
    "a block": Subject(source=f"{_OWN}Bottleneck", input="256x56x56", quick=True),
    "1-D": Subject(source=f"{_OWN}ResNet(1, (64, 128, 256))", input="3x16000", quick=True),
    "3-D": Subject(source=f"{_OWN}ResNet(3, (64, 128, 256, 512))", input="3x112x112x112", quick=True),
    "twelve stages": Subject(
        source=f"{_OWN}ResNet(2, (8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384), blocks=4)",
        input="3x4096x4096",
    ),
    "long names": Subject(source=f"{_OWN}LongNames", input="3x64x64", quick=True),
    "wide": Subject(source=f"{_OWN}ResNet(2, (1048576, 2097152), blocks=5)", input="3x64x64", quick=True),
}
"""Networks by name; `quick` ones are traced in well under a second."""


@lru_cache(maxsize=64)
def traced(name: str) -> Network:
    """The network of a subject; skips the test where its library is not installed."""
    subject = SUBJECTS[name]
    pytest.importorskip("torch", reason="torch is not installed")
    if not subject.source.startswith(_OWN):
        library = subject.source.partition(":")[0].partition(".")[0]
        pytest.importorskip("tests.torchvision_shim", reason="torchvision is not installed")
        pytest.importorskip(library, reason=f"{library} is not installed")
    from resnet_diagram.sources.resolve import Reading, read_source

    return read_source(subject.source, Reading(inputs=[subject.input]))
