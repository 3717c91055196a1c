"""Account for the operations of a network in a drawing of it.

Each element of a diagram records the paths of the parts it shows. Whatever has parameters, and each norm,
activation, pooling, resampling, attention and merge, must be found in a drawing: in a box, a bar or a label,
in a folded repeat, or in the panel of its type of block. A concatenation of slices that only rearranges a
value is no merge.
"""

from collections.abc import Iterable, Iterator, Sequence

from resnet_diagram.diagram.model import WHOLE, Bar, Content, Item, NodeRole, Omitted, Origin, Panel, Read
from resnet_diagram.diagram.walk import content_items, forks, nodes, overviews, reads
from resnet_diagram.spec.graph import graphs, parts
from resnet_diagram.spec.measure import all_blocks, walk
from resnet_diagram.spec.model import Block, Element, Layer, LayerKind, Network, Stage
from resnet_diagram.spec.traits import FOLLOWING

_COUNTED = FOLLOWING | {LayerKind.POOL, LayerKind.UPSAMPLE, LayerKind.ATTENTION, LayerKind.OPAQUE}
_ARRANGING = frozenset({LayerKind.RESHAPE, LayerKind.PAD})
_MERGES = (NodeRole.ADD, NodeRole.MULTIPLY, NodeRole.CONCAT)


def missing(network: Network, contents: Sequence[Content]) -> tuple[str, ...]:
    """Return the operations of a network that none of some drawings shows, in the order they run.

    An operation is the path of a layer, or that of a block followed by the kind of its merge.
    """
    inside = _Index(network)
    shown = {name for content in contents for name in inside.shown(content)}
    return tuple(name for name in inside.operations(network) if name not in shown)


def missing_in(network: Network, panel: Panel) -> tuple[str, ...]:
    """Return the operations of the parts that a panel draws open which it does not show.

    Where several parts have one path, as concatenations within each other have, what all of them have counts.
    """
    inside = _Index(network)
    shown = set(inside.shown(panel.content))
    target = dict.fromkeys(name for path in panel.origin.paths for name in inside.certain(path))
    return tuple(name for name in target if name not in shown)


def left_out(network: Network, panels: Sequence[Panel]) -> tuple[str, ...]:
    """Return the operations that the overview, or the panel of a type of block, does not show."""
    whole = [panel for panel in panels if panel.id == WHOLE]
    opened = [panel for panel in panels if panel.id != WHOLE]
    left = missing(network, [panel.content for panel in whole or opened])
    return left + tuple(name for panel in opened for name in missing_in(network, panel))


class _Index:
    """The operations of a network by the paths of its parts."""

    def __init__(self, network: Network) -> None:
        self._parts: dict[str, list[Element]] = {}
        for layer in walk(network):
            self._parts.setdefault(layer.name, []).append(layer)
        for block in all_blocks(network):
            self._parts.setdefault(block.name, []).append(block)
        self._merges: set[str] = set()
        for graph in graphs(network):
            self._parts.setdefault(graph.name, []).append(graph)
            self._merges |= {node.name for node in graph.nodes if node.merge}
        for stage in _stages((*network.stem, *network.body, *network.head)):
            self._parts.setdefault(stage.name, []).append(stage)

    def operations(self, part: Network | Element) -> Iterator[str]:
        """Yield the operations of a part that are to be accounted for."""
        for layer in walk(part):
            if layer.name and (layer.params or layer.kind in _COUNTED):
                yield layer.name
        for block in all_blocks(part):
            yield from _merge(block)

    def of(self, path: str) -> Iterator[str]:
        """Yield the operations of all parts of a path."""
        for part in self._parts.get(path, ()):
            yield from self.operations(part)

    def certain(self, path: str) -> Iterator[str]:
        """Yield the operations that all parts of a path have; a merge of a graph has itself alone."""
        of = _merge if path in self._merges else self.operations
        parts = [list(of(part)) for part in self._parts.get(path, ())]
        for name in parts[0] if parts else ():
            if all(name in rest for rest in parts):
                yield name

    def shown(self, content: Content) -> Iterator[str]:
        """Yield the operations that a drawing shows."""
        for overview in overviews(content):
            for frame in overview.frames:
                for bar in frame.bars:
                    yield from self._inside(bar)
            for arc in overview.arcs:
                yield from self._joined(arc.origin)
        items = content_items(content)
        for read in reads(items):
            yield from self._inside(read)
        for node in nodes(items):
            yield from self._joined(node.origin) if node.role in _MERGES else self._inside(node)
        for fork in forks(items):
            if fork.shortcut:
                yield from self._joined(fork.shortcut.origin)

    def _inside(self, element: Bar | Omitted | Item | Read) -> Iterator[str]:
        for path in getattr(element, "origin", Origin()).paths:
            yield from self.of(path)

    def _joined(self, origin: Origin) -> Iterator[str]:
        """Yield the merges of the blocks, and the layers, that an arc or a merge shows."""
        for path in origin.paths:
            for part in self._parts.get(path, ()):
                yield from _merge(part) if isinstance(part, Block) else self.operations(part)


def _merge(part: Element) -> Iterator[str]:
    if isinstance(part, Block) and part.name and any(layer.kind not in _ARRANGING for layer in walk(part)):
        yield f"{part.name} {part.merge.value}"


def _stages(elements: Iterable[Element]) -> Iterator[Stage]:
    for element in elements:
        if isinstance(element, Stage):
            yield element
            yield from _stages(element.body)
        elif not isinstance(element, Layer):
            for run in parts(element):
                yield from _stages(run)
