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


def source(doc: str, parts: Sequence[Sequence[str]], dims: int) -> str:
    """Return the text of a file: docstring, imports, required helpers and parts."""
    texts = ["\n".join(part) for part in parts]
    calls = "\n".join(texts)
    slices = ", ".join([":", ":", *[":: self.stride"] * dims])
    helpers = [helper for name, helper in HELPERS.items() if f"{name}(" in calls]
    texts = [
        *(helper.replace("{slices}", slices).replace("{zeros}", "0, " * 2 * dims) for helper in helpers),
        *texts,
    ]
    text = "\n".join(texts)
    head = [*docstring(doc), ""]
    head += ["from collections.abc import Sequence", ""] if "Sequence[" in text else []
    head += ["import torch"] if "torch." in text else []
    head += ["import torch.nn.functional as F"] if "F.pad(" in text else []
    return "\n\n\n".join(["\n".join([*head, "from torch import Tensor, nn"]), *texts]) + "\n"
