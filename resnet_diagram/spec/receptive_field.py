"""Receptive fields: number of input positions on which one output position depends.

After Araujo, Norris and Sim 2019, "Computing Receptive Fields of Convolutional Neural Networks", Distill:
along a path, a layer of kernel k, dilation d and stride s widens the field by d (k - 1) times the product of
the strides before it; where paths meet, the field is the smallest interval that holds those of all. The
factors of gates and the statistics of norms are left out, since either depends on all positions.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from math import floor

from resnet_diagram.dataclass import dataclass
from resnet_diagram.spec.measure import is_gate
from resnet_diagram.spec.model import Block, Element, Graph, Layer, LayerKind, Network, Shape, Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class _Interval:
    """Positions of the input that position 0 of a map depends on; `step`: those to the next position."""

    low: float = 0.0
    high: float = 0.0
    step: float = 1.0

    def widened(self, before: float, after: float, scale: float = 1.0) -> "_Interval":
        """Return the interval extended by map positions on both sides, with its step multiplied."""
        low, high = self.low - self.step * before, self.high + self.step * after
        return _Interval(low=low, high=high, step=self.step * scale)


_Field = tuple[_Interval, ...] | None
"""Interval of input positions for each spatial dimension; None for the whole input."""


def receptive_field(network: Network) -> Shape | None:
    """Return the receptive field of one output position of the body, in input positions per dimension.

    It may exceed the input because of padding, which is assumed to be equal on both sides. None for the
    whole input, as after attention or global pooling.
    """
    return _size(_through((*network.stem, *network.body), _start(network), []))


def stage_fields(network: Network) -> Iterator[tuple[Stage, Shape | None]]:
    """Yield each stage with the receptive field of its output."""
    for element, size in element_fields(network):
        if isinstance(element, Stage):
            yield element, size


def element_fields(network: Network) -> Iterator[tuple[Element, Shape | None]]:
    """Yield each layer, block, stage and graph with the receptive field of its output, inner ones first."""
    record: list[tuple[Element, _Field]] = []
    _through(network.elements, _start(network), record)
    for element, field in record:
        yield element, _size(field)


def _start(network: Network) -> _Field:
    return tuple(_Interval() for _ in network.input_shape[1:])


def _size(field: _Field) -> Shape | None:
    """Return the number of positions in each dimension."""
    return None if field is None else tuple(floor(item.high - item.low + 1e-6) + 1 for item in field)


def _through(elements: Iterable[Element], field: _Field, record: list[tuple[Element, _Field]]) -> _Field:
    """Return the field behind a run of elements; add each element with its own."""
    for element in elements:
        match element:
            case Layer():
                field = _behind_layer(element, field)
            case Stage():
                field = _through(element.body, field, record)
            case Block():
                # The hull of the fields of its branches and its shortcut.
                entry = _through(element.before, field, record)
                branches = element.branches[:1] if is_gate(element) else element.branches
                paths = chain(branches, [element.shortcut.layers] if element.shortcut else [])
                field = _hull([_through(path, entry, record) for path in paths] or [entry])
                field = field if field is None else _through(element.after, field, record)
            case Graph():
                # The field behind the first output of a graph.
                fields: list[_Field] = []
                for node in element.nodes:
                    entering = _hull([fields[read] for read in node.reads]) if node.reads else field
                    fields.append(_through(node.body, entering, record))
                field = fields[element.outputs[0]]
        record.append((element, field))
    return field


def _hull(fields: Sequence[_Field]) -> _Field:
    """Return the smallest field that holds all of some; None if one is the whole input."""
    ends = [item for item in fields if item is not None]
    if len(ends) < len(fields):
        return None
    return tuple(
        _Interval(
            low=min(item.low for item in column),
            high=max(item.high for item in column),
            step=column[0].step,
        )
        for column in zip(*ends, strict=False)
    )


def _behind_layer(layer: Layer, field: _Field) -> _Field:
    """Return the field behind a layer."""
    before, after = layer.in_shape[1:], layer.out_shape[1:]
    if field is None or layer.kind is LayerKind.ATTENTION or len(before) != len(field):
        return None
    if len(layer.stride) == len(field):
        ones = (1,) * len(field)
        kernel, dilation = layer.kernel or ones, layer.dilation or ones
        window = zip(field, kernel, layer.stride, dilation, layer.padding or (0,) * len(field), strict=True)
        if layer.op == "conv_transpose":
            enlarged = []
            for item, k, s, d, p in window:
                extent = (k - 1) * d // s
                ahead = min(extent, max(0, round(((k - 1) * d - p) / s)))
                enlarged.append(item.widened(ahead, extent - ahead, 1 / s))
            return tuple(enlarged)
        return tuple(item.widened(p, (k - 1) * d - p, s) for item, k, s, d, p in window)
    if layer.kind is LayerKind.UPSAMPLE and len(after) == len(before):
        reach = 0.0 if "nearest" in layer.op else 0.5
        sizes = zip(field, before, after, strict=True)
        return tuple(item.widened(reach, reach, old / new) for item, old, new in sizes)
    if layer.kind is LayerKind.PAD and len(after) == len(before):
        added = zip(field, before, after, strict=True)
        return tuple(item.widened((new - old) // 2, -((new - old) // 2)) for item, old, new in added)
    return field if before == after else None
