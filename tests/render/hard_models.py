"""Models whose drawings are hard to write: long skips, irregular parts, names with signs. Needs torch."""

from collections.abc import Callable
from functools import lru_cache
from importlib import import_module

from torch import Tensor, nn

from resnet_diagram.spec.model import Network
from resnet_diagram.tracer import parse_input, trace
from tests.tracer.models import awkward, blocks

NAMES = (
    '"quoted"',
    "[bracket](link)",
    "#35;",
    "`code`",
    "end",
    "%%{init}%%",
    "🦜",
    "残差",
    "a<b>&c",
    "$$x$$",
)


class EDSR(nn.Module):
    """Residual blocks without norms inside a long skip, enlarged at the end."""

    def __init__(self, depth: int = 4) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, 8, 3, 1, 1)
        self.body = nn.Sequential(*(awkward.InPlaceBlock() for _ in range(depth)), nn.Conv2d(8, 8, 3, 1, 1))
        self.up = nn.Sequential(nn.Conv2d(8, 12, 3, 1, 1), nn.PixelShuffle(2))

    def forward(self, x: Tensor) -> Tensor:
        start = self.first(x)
        result: Tensor = self.up(self.body(start) + start)
        return result


def odd_names() -> nn.Module:
    """Blocks in modules whose names mean something to Mermaid or Markdown."""
    model = nn.Sequential()
    for name in NAMES:
        inner = nn.Sequential()
        inner.add_module(name, awkward.InPlaceBlock(3))
        model.add_module(name, inner)
    return model


MODELS: dict[str, tuple[Callable[[], nn.Module], str]] = {
    "U-Net": (awkward.UNet, "3x32x32"),
    "GPT": (awkward.GPT, "32:int64"),
    "odd names": (odd_names, "3x32x32"),
    "single block": (lambda: awkward.InPlaceBlock(3), "3x32x32"),
    "dual path": (blocks.DualPath, "3x32x32"),
    "Res2Net": (blocks.Res2Net, "16x32x32"),
    "EDSR": (EDSR, "3x24x24"),
    "nested dense": (blocks.NestedDense, "3x32x32"),
    "WaveNet": (awkward.WaveNet, "4x100"),
    "option A": (lambda: awkward.OptionA("slice, pad"), "4x32x32"),
    "two ways": (lambda: blocks.TwoWays(nn.Conv2d(8, 8, 3, 1, 1)), "8x32x32"),
    "recurrent": (awkward.Recurrent, "1x20x8"),
    "data dependent": (awkward.DataDependent, "3x32x32"),
}


@lru_cache(maxsize=64)
def traced(name: str) -> Network:
    """The network of a model above, or of torchvision."""
    if name in MODELS:
        make, shape = MODELS[name]
        return trace(make(), [parse_input(shape)], name=name)
    model: nn.Module = import_module("torchvision.models").get_model(name, weights=None)
    return trace(model, [parse_input("3x224x224")], name=name)
