"""The stem and the head of a design."""

from typing import Any

from resnet_diagram.spec.check.faults import FaultError
from resnet_diagram.spec.shapes import conv, flatten, global_avg_pool, global_max_pool, linear, max_pool
from resnet_diagram.spec.toml.expand.chain import Chain
from resnet_diagram.spec.toml.schema.words import NONE

STEM_DEFAULTS: dict[str, Any] = {"kernel": 7, "stride": 2, "pool": "max"}
HEAD_DEFAULTS: dict[str, Any] = {"pool": "avg", "classes": 1000, "classifier": "linear"}


def stem_of(word: str, width: int) -> dict[str, Any]:
    """Return the table for a stem given by a word. `width`: its output channels. Raises FaultError."""
    match word:
        case "deep":
            if width % 2:
                raise FaultError(f"a deep stem halves its width; {width} is odd.", "stem")
            return {"width": [width // 2, width // 2, width], "kernel": 3}
        case "cifar":
            return {"width": width, "kernel": 3, "stride": 1, "pool": NONE}
    return {"width": width}


def build_stem(chain: Chain, settings: dict[str, Any], width: int, *, pre_activation: bool) -> None:
    """Put the stem; in pre-activation its last convolution has no norm and no activation behind it."""
    full = STEM_DEFAULTS | {"width": width} | settings
    widths = full["width"] if isinstance(full["width"], list) else [full["width"]]
    for number, channels in enumerate(widths, 1):
        chain.conv(f"conv{number}", channels, full["kernel"], stride=full["stride"] if number == 1 else 1)
        if number < len(widths) or not pre_activation:
            chain.norm(number)
            chain.act(number)
    if full["pool"] == "max":
        chain.put(max_pool(chain.shape, 3, stride=2, padding=1, name="maxpool"))


def build_head(chain: Chain, settings: dict[str, Any], *, pre_activation: bool) -> None:
    """Put the head; in pre-activation it begins with a norm and an activation."""
    full = HEAD_DEFAULTS | settings
    if full["classifier"] == NONE and "classes" in settings:
        raise FaultError('classifier = "none" has no classes; leave one of them out.', "classes")
    if pre_activation:
        chain.norm()
        chain.act()
    if full["pool"] == "avg":
        chain.put(global_avg_pool(chain.shape, name="avgpool"))
    elif full["pool"] == "max":
        chain.put(global_max_pool(chain.shape, name="maxpool"))
    if full["classifier"] == "conv":
        chain.put(conv(chain.shape, full["classes"], 1, bias=True, name="fc"))
    if full["classifier"] != NONE:
        chain.put(flatten(chain.shape, name="flatten"))
    if full["classifier"] == "linear":
        chain.put(linear(chain.shape, full["classes"], name="fc"))
