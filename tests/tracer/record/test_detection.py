"""Detectors: boxes, regions and heads that depend on values which no trace has."""

import pytest

pytest.importorskip("torch")

import torch
from torch import Tensor, nn

from resnet_diagram.spec.measure import walk
from resnet_diagram.spec.model import LayerKind, Network
from resnet_diagram.tracer import parse_input, trace
from resnet_diagram.tracer.record.shapes import detection
from tests.tracer.facts import layers, shortcuts
from tests.tracer.models.libraries import torchvision_models

BOXES, MAPS = torch.empty(7, 5, device="meta"), torch.empty(2, 36, 20, 20, device="meta")


@pytest.mark.parametrize(
    ("rule", "arguments", "shapes"),
    [
        (detection.nms, (BOXES, BOXES[:, 0], 0.5), [(1,)]),
        (detection.roi_align, (MAPS, BOXES, 0.5, 3, 4, 2, True), [(7, 36, 3, 4)]),
        (detection.roi_pool, (MAPS, BOXES, 0.5, 3, 3), [(7, 36, 3, 3), (7, 36, 3, 3)]),
        (detection.ps_roi, (MAPS, BOXES, 0.5, 3, 3, 2), [(7, 4, 3, 3), (7, 4, 3, 3)]),
    ],
)
def test_shapes_are_those_that_torchvision_documents(
    rule: object, arguments: tuple[object, ...], shapes: list[tuple[int, ...]]
) -> None:
    assert callable(rule)
    result = rule(*arguments)
    assert [tuple(item.shape) for item in (result if isinstance(result, tuple) else (result,))] == shapes


class TwoStages(nn.Module):
    """Regions of a map, pooled for a head with a residual block."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, 2, 1)
        self.conv = nn.Conv2d(8, 8, 3, 1, 1)
        self.boxes, self.scores = nn.Conv2d(8, 4, 1), nn.Conv2d(8, 1, 1)
        self.head = nn.Linear(8 * 9, 5)

    def forward(self, x: Tensor) -> Tensor:
        from torchvision import ops

        x = self.stem(x)
        x = torch.relu(x + self.conv(x))
        boxes, scores = self.boxes(x)[0].flatten(1).t(), self.scores(x).flatten()
        kept = ops.nms(boxes, scores, 0.5)
        regions = ops.roi_align(x, [boxes[kept]], 3, 0.5, 2)
        return self.head(regions.flatten(1))  # type: ignore[no-any-return]


def opaque(network: Network) -> list[str]:
    return [layer.op for layer in walk(network) if layer.kind is LayerKind.OPAQUE and layer.params]


def test_what_lies_behind_regions_is_followed() -> None:
    torchvision_models()
    network = trace(TwoStages(), [parse_input("3x32x32")])
    assert network.stopped_at is None
    assert shortcuts(network) == ["identity"]
    assert {layer.name for layer in layers(network)} >= {"stem", "conv", "head"}
    assert opaque(network) == []
    assert network.params == sum(weight.numel() for weight in TwoStages().parameters())


@pytest.mark.parametrize(
    ("name", "outputs"),
    [
        ("fasterrcnn_mobilenet_v3_large_320_fpn", {"boxes", "labels", "scores"}),
        ("maskrcnn_resnet50_fpn", {"boxes", "labels", "scores", "masks"}),
        ("keypointrcnn_resnet50_fpn", {"boxes", "labels", "scores", "keypoints"}),
        ("retinanet_resnet50_fpn", {"boxes", "labels", "scores"}),
        ("ssdlite320_mobilenet_v3_large", {"boxes", "labels", "scores"}),
    ],
)
def test_detectors_of_torchvision_run_to_their_ends(name: str, outputs: set[str]) -> None:
    model = torchvision_models().get_model(name, weights=None, weights_backbone=None)
    network = trace(model, [parse_input("3x224x224")])
    assert network.stopped_at is None
    assert {port.name.rpartition(".")[2] for port in network.outputs} >= outputs
    assert opaque(network) == []
    assert network.params == sum(weight.numel() for weight in model.parameters())
    assert network.idle == ()
    assert len(set(network.notes)) == len(network.notes)
    assert not any("join up" in note for note in network.notes)


class Gathered(nn.Module):
    """Values written into a buffer, and a head that runs for those of them that are above a threshold."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.score, self.head = nn.Conv2d(3, 8, 3, 4, 1), nn.Linear(8, 5), nn.Linear(5, 2)

    def forward(self, x: Tensor) -> Tensor:
        features = self.conv(x).flatten(2).transpose(1, 2)[0]
        buffer = torch.zeros(features.shape)
        buffer[:, :4] = features[:, :4]
        buffer[:, 4:] = features[:, 4:]
        scores = self.score(buffer).softmax(-1)
        kept = torch.where(scores[:, 0] > 0.9)[0]
        return self.head(scores[kept]) if len(kept) else scores.new_zeros(0, 2)  # type: ignore[no-any-return]


class Pasted(nn.Module):
    """A mask that is assigned to the part of a picture that the position of its maximum gives."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.box = nn.Conv2d(3, 1, 3, 1, 1), nn.Linear(3, 2)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        mask, box = self.conv(x)[0, 0], self.box(x.mean((2, 3)))[0].long()
        top, left = max(box[0], 0), max(box[1], 0)
        canvas = torch.zeros(64, 64)
        canvas[top : top + 9, left : left + 9] = mask[top - box[0] : 9 - box[0], left - box[1] : 9 - box[1]]
        return canvas, box


@pytest.mark.parametrize("model", [Gathered(), Pasted()], ids=lambda model: type(model).__name__)
def test_values_of_the_input_stay_unknown_when_they_are_written_into_a_buffer(model: nn.Module) -> None:
    network = trace(model, [parse_input("3x32x32")])
    assert network.stopped_at is None
    assert network.idle == ()
    assert {layer.name for layer in walk(network) if layer.params} == dict(model.named_children()).keys()


class ImageList(nn.Module):
    """Images that are normalised, resized and padded one by one, as detectors do."""

    def __init__(self, size: int, *, is_new: bool) -> None:
        super().__init__()
        self.size, self.is_new = size, is_new
        self.conv = nn.Conv2d(3, 4, 3)

    def forward(self, images: Tensor) -> Tensor:
        batch = images.new_zeros(len(images), 3, self.size, self.size)
        for number, image in enumerate(images):
            image = (image - image.new_ones(3, 1, 1)) / 2
            image = nn.functional.interpolate(image[None], size=(48, 48))[0]
            batch[number, :, :48, :48] = image
        return self.conv(torch.stack([*batch]) if self.is_new else batch)  # type: ignore[no-any-return]


@pytest.mark.parametrize(("size", "is_new"), [(48, False), (64, False), (64, True)])
def test_a_single_image_has_the_shape_of_a_batch(size: int, is_new: bool) -> None:
    network = trace(ImageList(size, is_new=is_new), [parse_input("3x32x32")])
    shapes = [layer.in_shape for layer in walk(network)]
    assert {shape[0] for shape in shapes} == {3}
    assert shapes[-1] == (3, size, size)
    assert network.notes == ()
