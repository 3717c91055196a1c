"""An element of the network description while it is being put together."""

from dataclasses import dataclass

from resnet_diagram.spec.measure import out_shape
from resnet_diagram.spec.model import Block, Element, Layer, LayerKind


@dataclass(slots=True, eq=False)
class Part:
    """One element of a series and the call it belongs to.

    `values` is how many values it gives out, for the whole batch.
    """

    element: Element
    call: int
    values: int = 0

    @property
    def size(self) -> tuple[int, int]:
        """The number of positions, with those that some models fold into the batch, and of values."""
        return self.values // max(out_shape(self.element)[0], 1), self.values

    @property
    def residual(self) -> bool:
        """Return whether the part is a residual block."""
        return isinstance(self.element, Block) and self.element.shortcut is not None

    def is_layer(self, *kinds: LayerKind) -> bool:
        """Return whether the part is one layer of one of the kinds."""
        return isinstance(self.element, Layer) and self.element.kind in kinds
