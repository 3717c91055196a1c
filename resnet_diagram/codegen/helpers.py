"""Small modules missing from PyTorch, written before the blocks of a network that uses them."""

HELPERS = {
    "ZeroPadding": '''class ZeroPadding(nn.Module):
    """A shortcut without weights: fewer positions, and zeros for new channels."""

    def __init__(self, in_channels: int, out_channels: int, stride: int) -> None:
        super().__init__()
        self.missing = out_channels - in_channels
        self.stride = stride

    def forward(self, x: Tensor) -> Tensor:
        x = x[{slices}]
        return F.pad(x, ({zeros}0, self.missing))''',
    "Subsample": '''class Subsample(nn.Module):
    """Every `stride`-th position."""

    def __init__(self, stride: int) -> None:
        super().__init__()
        self.stride = stride

    def forward(self, x: Tensor) -> Tensor:
        return x[{slices}]''',
    "ChannelNorm": '''class ChannelNorm(nn.LayerNorm):
    """A layer norm over the channels at each position."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x.movedim(1, -1)).movedim(-1, 1)''',
    "Pad": '''class Pad(nn.Module):
    """Zeros before and behind each dimension, the last one first."""

    def __init__(self, *rows: int) -> None:
        super().__init__()
        self.rows = rows

    def forward(self, x: Tensor) -> Tensor:
        return F.pad(x, self.rows)''',
}
"""By name, for any number of spatial dimensions."""


def helper_lines(text: str, dims: int) -> list[list[str]]:
    """Return the lines of each helper that the text of a network calls."""
    slices = ", ".join([":", ":", *[":: self.stride"] * dims])
    values = {"slices": slices, "zeros": "0, " * 2 * dims}
    used = [source for name, source in HELPERS.items() if f"{name}(" in text]
    return [_filled(source, values).split("\n") for source in used]


def _filled(source: str, values: dict[str, str]) -> str:
    for name, value in values.items():
        source = source.replace(f"{{{name}}}", value)
    return source
