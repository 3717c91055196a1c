"""Block settings with defaults applied."""

from collections.abc import Mapping
from typing import Any

from resnet_diagram.dataclass import dataclass
from resnet_diagram.errors import number_of
from resnet_diagram.spec.check.faults import FaultError
from resnet_diagram.spec.toml.schema.words import NONE, SETTINGS, SYNONYMS

DEFAULTS: dict[str, Any] = {
    "block": "basic",
    "pre_activation": False,
    "cardinality": 1,
    "base_width": 64,
    "kernel": 3,
    "dilation": 1,
    "stride_in": "middle",
    "shortcut": "B",
    "pooled_projection": False,
    "gate": NONE,
    "reduction": 16,
    "norm": "batch_norm",
    "norm_groups": 32,
    "activation": "relu",
}
"""Default settings; `expansion` depends on the block."""

EXPANSIONS = {"basic": 1, "bottleneck": 4}
_OF_BOTTLENECKS = ("cardinality", "base_width", "stride_in")


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockDesign:
    """One block. `option`: shortcut option A, B or C, "none" without one. `reduction` is 0 without a gate.

    `width` is the width of the design; `inner` and `outer` are the channels inside and after the block.
    `norm` is "none" without one.
    """

    bottleneck: bool
    pre_activation: bool
    width: int
    stride: int
    expansion: int
    cardinality: int
    base_width: int
    kernel: int
    dilation: int
    stride_first: bool
    option: str
    pooled: bool
    reduction: int
    norm: str
    norm_groups: int
    activation: str

    @property
    def inner(self) -> int:
        """Channels of the convolutions before the last."""
        return self.width * self.base_width // 64 * self.cardinality

    @property
    def outer(self) -> int:
        """Channels the block yields."""
        return self.width * self.expansion


def block_design(settings: Mapping[str, Any], width: int, stride: int) -> BlockDesign:
    """Return the block design described by the settings. Raises FaultError for contradictory settings."""
    full = DEFAULTS | {key: value for key, value in settings.items() if key in SETTINGS}
    bottleneck = full["block"] == "bottleneck"
    for key in () if bottleneck else _OF_BOTTLENECKS:
        if full[key] != DEFAULTS[key]:
            raise FaultError(
                f'only a bottleneck has it; write block = "bottleneck", or leave {key} out.', key
            )
    design = BlockDesign(
        bottleneck=bottleneck,
        pre_activation=full["pre_activation"],
        width=width,
        stride=stride,
        expansion=full.get("expansion", EXPANSIONS[full["block"]]),
        cardinality=full["cardinality"],
        base_width=settings.get("base_width", default_base_width(full["cardinality"])),
        kernel=full["kernel"],
        dilation=full["dilation"],
        stride_first=full["stride_in"] == "first" or not bottleneck,
        option=full["shortcut"],
        pooled=full["pooled_projection"],
        reduction=full["reduction"] if full["gate"] != NONE else 0,
        norm=full["norm"],
        norm_groups=full["norm_groups"],
        activation=activation_of(full),
    )
    _check(design)
    return design


def activation_of(settings: Mapping[str, Any]) -> str:
    """Return the activation by its own name, where a synonym may be written."""
    written: str = settings["activation"]
    return SYNONYMS.get(written, written)


def default_base_width(cardinality: int) -> int:
    """Return the default base width: 4 channels for each group, as in most ResNeXts; 64 without groups."""
    return DEFAULTS["base_width"] if cardinality == 1 else 4


def _check(design: BlockDesign) -> None:
    if design.inner < 1:
        raise FaultError(
            f"width {design.width} × base_width {design.base_width} / 64 leaves no channel; "
            "expected a base_width that leaves one or more.",
            "base_width",
        )
    if design.pooled and design.option not in "BC":
        raise FaultError(f'shortcut = "{design.option}" has no projection to pool for.', "pooled_projection")
    if design.reduction > design.outer:
        raise FaultError(
            f"a gate on {number_of('channel', design.outer)} cannot be reduced by {design.reduction}; "
            f"expected {design.outer} or less.",
            "reduction",
        )
