"""A network with equal branches in parallel, as ResNeXt is first drawn in its paper."""

from torch import Tensor, nn


class Paths(nn.Module):
    """A residual block whose branch is the sum of five convolutions."""

    def __init__(self) -> None:
        super().__init__()
        self.paths = nn.ModuleList(
            nn.Sequential(nn.Conv2d(16, 4, 1), nn.ReLU(), nn.Conv2d(4, 16, 3, padding=1)) for _ in range(5)
        )

    def forward(self, x: Tensor) -> Tensor:
        result = x
        for path in self.paths:
            result = result + path(x)
        return result.relu()
