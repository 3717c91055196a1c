"""The text of a Python file, with the small modules missing from PyTorch that a network uses."""

from collections.abc import Sequence

from resnet_diagram.codegen.text import docstring

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
"""Source of each helper module, by name, for any number of spatial dimensions."""


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


def source(doc: str, parts: Sequence[Sequence[str]], dims: int) -> str:
    """Return the text of a file: docstring, imports, required helpers and parts."""
    text = "\n".join(line for part in parts for line in part)
    helpers = helper_lines(text, dims)
    contents = [*helpers, *parts]
    head = [*docstring(doc), "", *_imports("\n".join(line for part in contents for line in part))]
    blocks = ["\n".join(head), *("\n".join(part) for part in contents)]
    return "\n\n\n".join(blocks) + "\n"


def _imports(text: str) -> list[str]:
    """Return the imports that a text needs, in the usual order."""
    lines = ["from collections.abc import Sequence", ""] if "Sequence[" in text else []
    lines += ["import torch"] if "torch." in text else []
    lines += ["import torch.nn.functional as F"] if "F.pad(" in text else []
    return [*lines, "from torch import Tensor, nn"]
