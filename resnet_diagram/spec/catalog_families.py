"""The networks of the catalog as data: one recipe for each name."""

from dataclasses import dataclass, replace
from enum import StrEnum

from resnet_diagram.spec.model import Shape

HE_2015 = "He et al. 2015, Deep Residual Learning for Image Recognition, arXiv:1512.03385"
HE_2016 = "He et al. 2016, Identity Mappings in Deep Residual Networks, arXiv:1603.05027"
XIE_2016 = "Xie et al. 2016, Aggregated Residual Transformations for Deep Neural Networks, arXiv:1611.05431"
ZAGORUYKO_2016 = "Zagoruyko and Komodakis 2016, Wide Residual Networks, arXiv:1605.07146"
HU_2017 = "Hu et al. 2017, Squeeze-and-Excitation Networks, arXiv:1709.01507"
HE_2018 = "He et al. 2018, Bag of Tricks for Image Classification with CNNs, arXiv:1812.01187"


class Stem(StrEnum):
    """What stands before the first stage."""

    LARGE = "7×7 convolution, max pooling"
    DEEP = "three 3×3 convolutions, max pooling"
    SMALL = "3×3 convolution"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """All that tells one network of the catalog from the others.

    `depths`: blocks of each stage. `width` (inside a block) and `output` (of a block): channels in the first
    stage; both double from stage to stage. `option`: shortcut option A, B or C. `stride_first`: a bottleneck
    strides in its first 1×1 convolution, not in its 3×3. `reduction`: of the squeeze-and-excitation gate, 0
    without one. `pooled`: projections that change the resolution pool first. `conv_head`: the classifier is a
    1×1 convolution.
    """

    name: str
    depths: Shape
    summary: str
    paper: str
    stem: Stem = Stem.LARGE
    stem_channels: int = 64
    width: int = 64
    output: int = 256
    bottleneck: bool = True
    pre_activation: bool = False
    option: str = "B"
    stride_first: bool = False
    groups: int = 1
    reduction: int = 0
    pooled: bool = False
    conv_head: bool = False
    input_shape: Shape = (3, 224, 224)
    classes: int = 1000


_BLOCKS = {18: (2, 2, 2, 2), 34: (3, 4, 6, 3), 50: (3, 4, 6, 3), 101: (3, 4, 23, 3), 152: (3, 8, 36, 3)}


def _basic(depth: int) -> Recipe:
    return Recipe(
        name=f"resnet{depth}",
        depths=_BLOCKS[depth],
        summary="basic blocks",
        paper=HE_2015,
        bottleneck=False,
        output=64,
    )


def _bottleneck(depth: int) -> Recipe:
    return Recipe(
        name=f"resnet{depth}",
        depths=_BLOCKS[depth],
        summary="bottlenecks, stride in the 3×3 (v1.5, as in torchvision)",
        paper=HE_2015,
    )


def _original(depth: int) -> Recipe:
    return replace(
        _bottleneck(depth),
        name=f"resnet{depth}-v1",
        summary="bottlenecks, stride in the first 1×1 (as in the paper)",
        stride_first=True,
    )


def _grouped(depth: int, groups: int, group_width: int) -> Recipe:
    return replace(
        _bottleneck(depth),
        name=f"resnext{depth}_{groups}x{group_width}d",
        summary=f"bottlenecks of cardinality {groups}, {group_width} channels a group",
        paper=XIE_2016,
        groups=groups,
        width=groups * group_width,
    )


def _wide(depth: int) -> Recipe:
    return replace(
        _bottleneck(depth),
        name=f"wide_resnet{depth}_2",
        summary="bottlenecks of twice the width",
        paper=ZAGORUYKO_2016,
        width=128,
    )


def _pre_activated(depth: int) -> Recipe:
    return replace(
        _bottleneck(depth),
        name=f"resnet{depth}-v2",
        summary="pre-activation bottlenecks, stride in the 3×3",
        paper=HE_2016,
        pre_activation=True,
        conv_head=True,
    )


def _improved() -> tuple[Recipe, ...]:
    plain = _bottleneck(50)
    deep = replace(
        plain,
        name="resnet50d",
        summary="deep stem, projections pool before they change the resolution",
        paper=HE_2018,
        stem=Stem.DEEP,
        pooled=True,
    )
    gated = replace(
        plain,
        name="seresnet50",
        summary="bottlenecks with a squeeze-and-excitation gate",
        paper=HU_2017,
        reduction=16,
    )
    return deep, gated


_OPTIONS = {
    "A": "zero-padding shortcuts where sizes differ",
    "B": "projection shortcuts where sizes differ",
    "C": "projection shortcuts everywhere",
}


def _small(depth: int, option: str) -> Recipe:
    """A CIFAR network: three stages of (depth - 2) / 6 basic blocks."""
    suffix = "" if option == "A" else f"-{option.lower()}"
    return Recipe(
        name=f"resnet{depth}{suffix}",
        depths=((depth - 2) // 6,) * 3,
        summary=f"CIFAR, basic blocks, option {option}: {_OPTIONS[option]}",
        paper=HE_2015,
        stem=Stem.SMALL,
        stem_channels=16,
        width=16,
        output=16,
        bottleneck=False,
        option=option,
        input_shape=(3, 32, 32),
        classes=10,
    )


def _small_pre_activated(depth: int, *, bottleneck: bool) -> Recipe:
    """A CIFAR network with pre-activation: (depth - 2) / 6 basic blocks, or / 9 bottlenecks, a stage."""
    kind = "bottlenecks, stride in the first 1×1" if bottleneck else "basic blocks"
    return replace(
        _small(depth, "B"),
        name=f"preact-resnet{depth}",
        depths=((depth - 2) // (9 if bottleneck else 6),) * 3,
        summary=f"CIFAR, pre-activation {kind}",
        paper=HE_2016,
        output=64 if bottleneck else 16,
        bottleneck=bottleneck,
        pre_activation=True,
        stride_first=bottleneck,
    )


def _small_wide(depth: int, factor: int) -> Recipe:
    """A CIFAR wide network: three stages of (depth - 4) / 6 blocks; its name counts three shortcuts."""
    return replace(
        _small(depth, "B"),
        name=f"wrn-{depth}-{factor}",
        depths=((depth - 4) // 6,) * 3,
        summary=f"CIFAR, pre-activation basic blocks of {factor} times the width",
        paper=ZAGORUYKO_2016,
        width=16 * factor,
        output=16 * factor,
        pre_activation=True,
    )


_CIFAR_DEPTHS = (20, 32, 44, 56, 110, 1202)

_ALL = (
    _basic(18),
    _basic(34),
    *(_bottleneck(depth) for depth in (50, 101, 152)),
    *(_original(depth) for depth in (50, 101, 152)),
    _grouped(50, 32, 4),
    _grouped(101, 32, 8),
    _grouped(101, 64, 4),
    _wide(50),
    _wide(101),
    *_improved(),
    *(_pre_activated(depth) for depth in (50, 101, 152)),
    *(_small(depth, option) for depth in _CIFAR_DEPTHS for option in "ABC"),
    _small_pre_activated(110, bottleneck=False),
    _small_pre_activated(164, bottleneck=True),
    _small_pre_activated(1001, bottleneck=True),
    _small_wide(28, 10),
)

RECIPES = {recipe.name: recipe for recipe in _ALL}
"""Every network of the catalog by its name, in the order they are listed."""
