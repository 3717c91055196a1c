"""Receptive fields and activations: published values, and the gradients of real models."""

from dataclasses import replace
from typing import Any

import pytest

from resnet_diagram.spec import catalog
from resnet_diagram.spec.measure import activations
from resnet_diagram.spec.model import Network, Shape
from resnet_diagram.spec.receptive_field import receptive_field, stage_fields

torch: Any = pytest.importorskip("torch", reason="needs torch")
nn: Any = torch.nn


@pytest.mark.parametrize(
    ("name", "field"), [("resnet50-v1", 483), ("resnet101-v1", 1027), ("resnet152-v1", 1507)]
)
def test_published_receptive_fields(name: str, field: int) -> None:
    """Araujo et al. 2019, table of models."""
    assert receptive_field(catalog.network(name)) == (field, field)


@pytest.mark.parametrize(("name", "millions"), [("resnet50", 11.1), ("resnet101", 16.2), ("resnet152", 22.6)])
def test_published_activations(name: str, millions: float) -> None:
    """Radosavovic et al. 2020, table of ResNets."""
    assert round(activations(catalog.network(name)) / 1e6, 1) == millions


class Residual(nn.Module):  # type: ignore[misc]
    """A branch and a shortcut, added."""

    def __init__(self, branch: Any, shortcut: Any) -> None:
        super().__init__()
        self.branch, self.shortcut = branch, shortcut

    def forward(self, x: Any) -> Any:
        return self.branch(x) + self.shortcut(x)


class Gated(nn.Module):  # type: ignore[misc]
    """A branch times a factor for each channel; no gradient goes through the factor."""

    def __init__(self, branch: Any) -> None:
        super().__init__()
        self.branch, self.fc = branch, nn.Conv2d(4, 4, 1)

    def forward(self, x: Any) -> Any:
        y = self.branch(x)
        return y * torch.sigmoid(self.fc(y.detach().mean((2, 3), keepdim=True)))


def behind(network: Network) -> Shape | None:
    """Return the receptive field of the network's output."""
    return receptive_field(replace(network, body=(*network.body, *network.head), head=()))


def conv(kernel: int, stride: int = 1, dilation: int = 1) -> Any:
    """Return a convolution of 4 channels that keeps the size but for its stride."""
    return nn.Conv2d(4, 4, kernel, stride, dilation * (kernel - 1) // 2, dilation)


MODELS: dict[str, Any] = {
    "chain": lambda: nn.Sequential(conv(3), conv(5, 2), conv(3)),
    "dilated": lambda: nn.Sequential(conv(3, dilation=2), conv(3, 2), conv(3, dilation=3)),
    "pooled": lambda: nn.Sequential(conv(3), nn.AvgPool2d(2), conv(3), nn.AvgPool2d(3, 2, 1)),
    "projection": lambda: nn.Sequential(
        conv(3), Residual(nn.Sequential(conv(3, 2), conv(3)), conv(1, 2)), conv(3)
    ),
    "wide shortcut": lambda: nn.Sequential(Residual(conv(3), conv(7)), conv(3, 2)),
    "transposed": lambda: nn.Sequential(conv(3, 2), conv(3), nn.ConvTranspose2d(4, 4, 4, 2, 1), conv(3)),
    "transposed without overlap": lambda: nn.Sequential(conv(3, 2), nn.ConvTranspose2d(4, 4, 2, 2)),
    "nearest": lambda: nn.Sequential(conv(3, 2), conv(3), nn.Upsample(scale_factor=2)),
    "gate": lambda: Gated(nn.Sequential(conv(3, 2), conv(3))),
}


@pytest.mark.parametrize("name", MODELS)
def test_the_gradient_reaches_as_far(name: str) -> None:
    import resnet_diagram as rd

    model = MODELS[name]()
    for parameter in model.parameters():
        nn.init.ones_(parameter)
    predicted = behind(rd.trace(model, (4, 64, 64)))
    x = torch.zeros(1, 4, 64, 64, requires_grad=True)
    y = model(x)
    reached = 0
    for at in (0, 1):  # an enlargement has outputs of two kinds
        row = y.shape[2] // 2 + at
        (gradient,) = torch.autograd.grad(y[0, 0, row, row], x, retain_graph=True)
        rows = gradient[0].abs().sum((0, 2)).nonzero().flatten()
        reached = max(reached, int(rows[-1] - rows[0]) + 1)
    assert predicted == (reached, reached)


@pytest.mark.parametrize("layer", [nn.AdaptiveAvgPool2d(1), nn.Flatten()], ids=["pool", "flatten"])
def test_global_layers_see_the_whole_input(layer: Any) -> None:
    import resnet_diagram as rd

    assert behind(rd.trace(nn.Sequential(conv(3), layer), (4, 16, 16))) is None


def test_the_field_of_each_stage() -> None:
    fields = [(stage.name, field) for stage, field in stage_fields(catalog.network("resnet18"))]
    assert fields == [
        ("layer1", (43, 43)),
        ("layer2", (99, 99)),
        ("layer3", (211, 211)),
        ("layer4", (435, 435)),
    ]
