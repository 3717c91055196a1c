"""From a recipe of the catalog to the network."""

from dataclasses import dataclass, field

from resnet_diagram.spec.catalog_families import Recipe, Stem
from resnet_diagram.spec.measure import out_shape
from resnet_diagram.spec.model import Block, Layer, Merge, Network, Shape, Shortcut, ShortcutKind, Stage
from resnet_diagram.spec.shapes import (
    act,
    avg_pool,
    conv,
    flatten,
    global_avg_pool,
    linear,
    max_pool,
    norm,
    subsample,
    zero_pad,
)


@dataclass(slots=True)
class _Chain:
    """Layers put one behind another.

    `shape` is what the last one left; `prefix` stands before the names.
    """

    shape: Shape
    prefix: str = ""
    layers: list[Layer] = field(default_factory=list)

    def put(self, layer: Layer) -> None:
        """Append a layer and take over its output shape."""
        self.layers.append(layer)
        self.shape = layer.out_shape

    def conv(self, name: str, channels: int, kernel: int, stride: int = 1, groups: int = 1) -> None:
        """A convolution without bias, padded so that stride 1 keeps the size."""
        name = self.prefix + name
        padding = kernel // 2
        self.put(conv(self.shape, channels, kernel, stride=stride, padding=padding, groups=groups, name=name))

    def norm(self, name: str) -> None:
        """A batch normalisation."""
        self.put(norm(self.shape, name=self.prefix + name))

    def relu(self, name: str) -> None:
        """A ReLU."""
        self.put(act(self.shape, name=self.prefix + name))


def build(recipe: Recipe) -> Network:
    """The network of a recipe, its layers named as in the usual PyTorch code."""
    stem = _stem(recipe)
    stages: list[Stage] = []
    shape = stem[-1].out_shape
    for number, count in enumerate(recipe.depths, 1):
        stage = _stage(recipe, number, count, shape)
        shape = out_shape(stage)
        stages.append(stage)
    return Network(
        name=recipe.name,
        input_shape=recipe.input_shape,
        stem=stem,
        body=tuple(stages),
        head=_head(recipe, shape),
        source=recipe.name,
    )


def _stem(recipe: Recipe) -> tuple[Layer, ...]:
    chain = _Chain(recipe.input_shape)
    channels = recipe.stem_channels
    if recipe.stem is Stem.DEEP:
        for number, stride in ((1, 2), (2, 1)):
            chain.conv(f"conv{number}", channels // 2, 3, stride)
            chain.norm(f"bn{number}")
            chain.relu(f"relu{number}")
        chain.conv("conv3", channels, 3)
    elif recipe.stem is Stem.SMALL:
        chain.conv("conv1", channels, 3)
    else:
        chain.conv("conv1", channels, 7, 2)
    if not recipe.pre_activation:
        last = 3 if recipe.stem is Stem.DEEP else 1
        chain.norm(f"bn{last}")
        chain.relu(f"relu{last}")
    if recipe.stem is not Stem.SMALL:
        chain.put(max_pool(chain.shape, 3, stride=2, padding=1, name="maxpool"))
    return tuple(chain.layers)


def _head(recipe: Recipe, shape: Shape) -> tuple[Layer, ...]:
    chain = _Chain(shape)
    if recipe.pre_activation:
        chain.norm("bn")
        chain.relu("relu")
    chain.put(global_avg_pool(chain.shape, name="avgpool"))
    if recipe.conv_head:
        chain.put(conv(chain.shape, recipe.classes, 1, bias=True, name="fc"))
        chain.put(flatten(chain.shape, name="flatten"))
    else:
        chain.put(flatten(chain.shape, name="flatten"))
        chain.put(linear(chain.shape, recipe.classes, name="fc"))
    return tuple(chain.layers)


def _stage(recipe: Recipe, number: int, count: int, shape: Shape) -> Stage:
    blocks: list[Block] = []
    for at in range(count):
        stride = 2 if number > 1 and at == 0 else 1
        block = _block(recipe, f"layer{number}.{at}", number, stride, shape)
        shape = out_shape(block)
        blocks.append(block)
    return Stage(name=f"layer{number}", body=tuple(blocks))


def _block(recipe: Recipe, name: str, number: int, stride: int, shape: Shape) -> Block:
    """One residual block. `number` of its stage; `shape` of its input."""
    prefix = f"{name}."
    changes = stride != 1 or shape[0] != recipe.output * 2 ** (number - 1)
    before = _Chain(shape, prefix)
    if recipe.pre_activation and changes:
        before.norm("bn1")
        before.relu("relu1")
    branch = _Chain(before.shape, prefix)
    _fill_branch(branch, recipe, number, stride, started=bool(before.layers))
    after = _Chain(branch.shape, prefix)
    if not recipe.pre_activation:
        after.relu("relu")
    gate = (_gate(branch.shape, recipe.reduction, f"{prefix}se"),) if recipe.reduction else ()
    return Block(
        name=name,
        before=tuple(before.layers),
        branches=((*branch.layers, *gate),),
        shortcut=_shortcut(recipe, prefix, before.shape, branch.shape, stride),
        merge=Merge.ADD,
        after=tuple(after.layers),
    )


def _convolutions(recipe: Recipe, number: int, stride: int) -> tuple[tuple[int, int, int, int], ...]:
    """Channels, kernel, stride and groups of each convolution on a branch in stage `number`."""
    scale = 2 ** (number - 1)
    width, output = recipe.width * scale, recipe.output * scale
    if not recipe.bottleneck:
        return ((width, 3, stride, 1), (output, 3, 1, 1))
    first, middle = (stride, 1) if recipe.stride_first else (1, stride)
    return ((width, 1, first, 1), (width, 3, middle, recipe.groups), (output, 1, 1, 1))


def _fill_branch(chain: _Chain, recipe: Recipe, number: int, stride: int, *, started: bool) -> None:
    """Put the convolutions with norm and ReLU behind them, or before them in pre-activation.

    `started`: the first norm and ReLU are shared with the shortcut and stand before the branch.
    """
    convolutions = _convolutions(recipe, number, stride)
    for at, setting in enumerate(convolutions, 1):
        if recipe.pre_activation and not (started and at == 1):
            chain.norm(f"bn{at}")
            chain.relu(f"relu{at}")
        chain.conv(f"conv{at}", *setting)
        if not recipe.pre_activation:
            chain.norm(f"bn{at}")
            if at < len(convolutions):
                chain.relu(f"relu{at}")


def _gate(shape: Shape, reduction: int, name: str) -> Block:
    """A squeeze-and-excitation gate: one factor for each channel."""
    chain = _Chain(shape, f"{name}.")
    chain.put(global_avg_pool(shape, name=f"{name}.pool"))
    chain.put(conv(chain.shape, shape[0] // reduction, 1, bias=True, name=f"{name}.fc1"))
    chain.relu("relu")
    chain.put(conv(chain.shape, shape[0], 1, bias=True, name=f"{name}.fc2"))
    chain.put(act(chain.shape, "sigmoid", name=f"{name}.sigmoid"))
    return Block(name=name, branches=((), tuple(chain.layers)), merge=Merge.MULTIPLY)


def _shortcut(recipe: Recipe, prefix: str, shape: Shape, wanted: Shape, stride: int) -> Shortcut:
    """The way from `shape` to `wanted`, by the recipe's option."""
    if shape == wanted and recipe.option != "C":
        return Shortcut(kind=ShortcutKind.IDENTITY)
    chain = _Chain(shape, f"{prefix}shortcut.")
    if recipe.option == "A":
        chain.put(subsample(shape, stride, name=f"{prefix}shortcut.subsample"))
        chain.put(zero_pad(chain.shape, wanted[0], name=f"{prefix}shortcut.pad"))
        return Shortcut(kind=ShortcutKind.ZERO_PAD, layers=tuple(chain.layers))
    kind = ShortcutKind.PROJECTION
    if recipe.pooled and stride != 1:
        chain.put(avg_pool(shape, stride, ceil_mode=True, name=f"{prefix}shortcut.pool"))
        kind, stride = ShortcutKind.POOLED_PROJECTION, 1
    chain.conv("conv", wanted[0], 1, stride)
    if not recipe.pre_activation:
        chain.norm("bn")
    return Shortcut(kind=kind, layers=tuple(chain.layers))
