"""Build a series of layers, and find the kind of a shortcut."""

from collections.abc import Sequence
from dataclasses import field

from resnet_diagram.dataclass import dataclass
from resnet_diagram.errors import number_of
from resnet_diagram.limits import count_element
from resnet_diagram.spec.check.faults import FaultError
from resnet_diagram.spec.measure import out_shape, walk
from resnet_diagram.spec.model import Block, Element, Layer, LayerKind, Merge, Shape, ShortcutKind
from resnet_diagram.spec.shapes import act, conv, global_avg_pool, norm, shape_text
from resnet_diagram.spec.toml.schema.words import NONE

_SHORT = {"batch_norm": "bn"}


@dataclass(slots=True)
class Chain:
    """A series of elements under construction.

    `shape` is the current output shape; `prefix` begins the names; `number` is the number of the next block
    or layer, for its name. `norm_op` and `act_op` are the norm, or "none", and the activation;
    `norm_groups` those of a group norm.
    """

    shape: Shape
    prefix: str = ""
    norm_op: str = "batch_norm"
    act_op: str = "relu"
    norm_groups: int = 32
    elements: list[Element] = field(default_factory=list)
    number: int = 0

    def put(self, element: Element) -> None:
        """Append an element and take over its output shape. Raises FaultError where nothing is left."""
        count_element()
        shape = out_shape(element)
        if min(shape, default=0) < 1:
            raise FaultError(f"{shape_text(self.shape)} is too small for the layers here.")
        self.elements.append(element)
        self.shape = shape

    def conv(
        self, name: str, channels: int, kernel: int, stride: int = 1, groups: int = 1, dilation: int = 1
    ) -> None:
        """Append a convolution padded to keep the size at stride 1; it has a bias if there are no norms."""
        self.put(
            conv(
                self.shape,
                channels,
                kernel,
                stride=stride,
                padding=dilation * (kernel // 2),
                dilation=dilation,
                groups=groups,
                bias=self.norm_op == NONE,
                name=self.prefix + name,
            )
        )

    def norm(self, number: int | str = "") -> None:
        """Append a normalisation, unless the design has none.

        Raises FaultError if the channels are not divisible by the groups.
        """
        if self.norm_op != NONE:
            name = f"{self.prefix}{_SHORT.get(self.norm_op, 'norm')}{number}"
            groups = self.norm_groups if self.norm_op == "group_norm" else 1
            if self.shape[0] % groups:
                raise FaultError(
                    f"{number_of('channel', self.shape[0])} cannot be cut into "
                    f"{number_of('group', groups)}; expected a divisor.",
                    "norm_groups",
                )
            self.put(norm(self.shape, self.norm_op, groups=groups, name=name))

    def act(self, number: int | str = "") -> None:
        """Append an activation."""
        self.put(act(self.shape, self.act_op, name=f"{self.prefix}{self.act_op}{number}"))

    def gate(self, reduction: int, name: str) -> None:
        """Append a squeeze-and-excitation gate: one factor for each channel.

        Raises FaultError if the reduction exceeds the channels.
        """
        channels, prefix = self.shape[0], f"{self.prefix}{name}."
        if reduction > channels:
            raise FaultError(
                f"{number_of('channel', channels)} cannot be reduced by {reduction}.", "reduction"
            )
        inner = Chain(self.shape, prefix)
        inner.put(global_avg_pool(inner.shape, name=f"{prefix}pool"))
        inner.put(conv(inner.shape, channels // reduction, 1, bias=True, name=f"{prefix}fc1"))
        inner.act()
        inner.put(conv(inner.shape, channels, 1, bias=True, name=f"{prefix}fc2"))
        inner.put(act(inner.shape, "sigmoid", name=f"{prefix}sigmoid"))
        branches = ((), tuple(inner.elements))
        self.put(Block(name=self.prefix + name, branches=branches, merge=Merge.MULTIPLY))

    def layers(self) -> tuple[Layer, ...]:
        """Return the layers appended so far."""
        return tuple(element for element in self.elements if isinstance(element, Layer))


def kind_of(layers: Sequence[Element]) -> ShortcutKind:
    """Return the kind of a shortcut, derived from its layers."""
    kinds = {layer.kind for layer in walk(layers)}
    dropping = {layer.op for layer in walk(layers)} == {"subsample"}
    weighted = kinds & {LayerKind.CONV, LayerKind.LINEAR}
    if not kinds:
        return ShortcutKind.IDENTITY
    if weighted:
        return ShortcutKind.POOLED_PROJECTION if LayerKind.POOL in kinds else ShortcutKind.PROJECTION
    if LayerKind.PAD in kinds:
        return ShortcutKind.ZERO_PAD
    return ShortcutKind.POOLED if LayerKind.POOL in kinds or dropping else ShortcutKind.OTHER
