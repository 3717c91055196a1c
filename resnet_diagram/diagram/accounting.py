"""Account for the operations of a network in a drawing of it.

Each element of a diagram records the paths of the parts it shows. Every part with parameters, and every norm,
activation, pooling, resampling, attention and merge, must appear in a drawing: in a box, a bar or a label, in
a folded repeat, or in the panel of its type of block. A note counts the operations inside closed boxes, which
show only a name. A concatenation of slices that only rearranges a value is no merge.
"""

from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Iterator, Sequence
from functools import cache, cached_property, lru_cache
from itertools import chain, compress

from resnet_diagram.diagram.lanes.whole import opens
from resnet_diagram.diagram.model import (
    WHOLE,
    Arc,
    Bar,
    Content,
    Dag,
    Fork,
    Link,
    Node,
    NodeRole,
    Omitted,
    Origin,
    Panel,
    Read,
)
from resnet_diagram.diagram.walk import content_items, every_item, nodes, overviews, reads
from resnet_diagram.spec.counting.transformer_layers import is_transformer_layer
from resnet_diagram.spec.graph import graphs, parts
from resnet_diagram.spec.measure import Part, all_blocks, gate_ratio, walk
from resnet_diagram.spec.model import Block, Element, Graph, Layer, LayerKind, Merge, Network, Stage
from resnet_diagram.spec.signature import Level, signature
from resnet_diagram.spec.traits import BARS, COUNTED, FOLLOWING, MIXING
from resnet_diagram.wording.blocks import box_type
from resnet_diagram.wording.contents import Contents, contents_label, contents_of
from resnet_diagram.wording.terms import Kind, Label

_ARRANGING = frozenset({LayerKind.RESHAPE, LayerKind.PAD})
_CLOSED = frozenset({NodeRole.BLOCK, NodeRole.STAGE, NodeRole.GATE, NodeRole.OPAQUE})
_Element = Arc | Bar | Link | Node | Omitted | Read
_MERGES = (NodeRole.ADD, NodeRole.MULTIPLY, NodeRole.CONCAT)


def missing(network: Network, contents: Sequence[Content]) -> tuple[str, ...]:
    """Return the operations of a network that no drawing shows, in execution order.

    An operation is the path of a layer, or the path of a block followed by the kind of its merge.
    """
    inside = _index(network)
    shown = set(inside.shown(_elements(contents)))
    return tuple(name for name in inside.operations(network) if name not in shown)


def missing_in(network: Network, panel: Panel) -> tuple[str, ...]:
    """Return the operations missing from the parts that a panel draws open.

    If several parts share a path, such as nested concatenations, only their common operations count.
    """
    inside = _index(network)
    shown = set(inside.shown(_elements((panel.content,))))
    target = dict.fromkeys(name for path in panel.origin.paths for name in inside.certain(path))
    return tuple(name for name in target if name not in shown)


def left_out(network: Network, panels: Sequence[Panel]) -> tuple[str, ...]:
    """Return the operations that the overview, or the panel of a type of block, does not show."""
    network_panels = [panel for panel in panels if panel.id == WHOLE]
    opened = [panel for panel in panels if panel.id != WHOLE]
    left = missing(network, [panel.content for panel in network_panels or opened])
    return left + tuple(name for panel in opened for name in missing_in(network, panel))


def closed(network: Network, drawings: Sequence[Content]) -> tuple[str, ...]:
    """Return the operations shown only inside closed boxes, in execution order.

    A box is open if its layers are drawn elsewhere. Most drawings have no closed box and need no accounting.
    """
    inside, elements = _index(network), _elements(drawings)
    if not any(map(inside.hides, elements)):
        return ()
    opened = set(inside.opened(elements))
    opened |= set(inside.repeated(opened))
    shown = set(inside.shown(elements))
    return tuple(name for name in inside.operations(network) if name in shown and name not in opened)


def closed_boxes(network: Network, drawings: Sequence[Content]) -> list[tuple[Label, Contents]]:
    """Return the closed boxes of some drawings: the type of each, and the operations shown nowhere else.

    Layers that run in series within a box of several blocks are boxes too. An operation counts once.
    """
    inside, left = _index(network), set(closed(network, drawings))
    boxes: list[tuple[Label, Contents]] = []
    for element in _elements(drawings) if left else ():
        for kind, operations in inside.boxes(element, left):
            names = [name for name in dict.fromkeys(operations) if name in left]
            left.difference_update(names)
            boxes += [(kind, inside.contents(names))] if names else []
    return boxes


def opened_alone(network: Network, panels: Sequence[Panel]) -> dict[str, Contents]:
    """Return the operations that the panel of each module of a graph alone draws open, by the panel's id."""
    modules = {panel.id for panel in panels if isinstance(panel.content, Dag) and panel.id != WHOLE}
    if not modules:
        return {}
    inside = _index(network)
    opened = {panel.id: dict.fromkeys(inside.opened(_elements((panel.content,)))) for panel in panels}
    times = Counter(chain.from_iterable(opened.values()))
    return {
        module: inside.contents([name for name in opened[module] if times[name] == 1]) for module in modules
    }


def contents_note(network: Network, names: Iterable[str]) -> Label:
    """Return a count of operations in words, such as "53 conv, 53 BN, 23.5 M params"."""
    return contents_label(_index(network).contents(dict.fromkeys(names)))


def missing_from(network: Network, boxes: Iterable[Origin], joints: Iterable[Origin]) -> tuple[str, ...]:
    """Return the operations of a network that no box, and no line or merge, of a scene shows."""
    inside = _index(network)
    shown = {name for box in boxes for path in box.paths for name in inside.of(path)}
    shown |= {name for joint in joints for name in inside.joined(joint)}
    return tuple(name for name in inside.operations(network) if name not in shown)


@lru_cache(maxsize=2)
def _index(network: Network) -> "_Index":
    """Return the index of a network, kept for all the drawings on a page."""
    return _Index(network)


class _Index:
    """The operations of a network by the paths of its parts."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self.of = cache(self._of)
        self._joints_of = cache(self._joints)

    @cached_property
    def _parts(self) -> dict[str, list[Element]]:
        """All parts of the network by their paths."""
        network = self._network
        stages = _stages(network.elements)
        by_path: dict[str, list[Element]] = {}
        for part in chain[Element](walk(network), all_blocks(network), graphs(network), stages):
            by_path.setdefault(part.name, []).append(part)
        return by_path

    @cached_property
    def _merges(self) -> set[str]:
        """The paths of merges of graphs, and of layers drawn as merges."""
        joints = {node.name for graph in graphs(self._network) for node in graph.nodes if node.merge}
        return joints | {block.name for block in all_blocks(self._network) if joints and opens(block)}

    @cached_property
    def _kinds_of_merges(self) -> dict[str, list[Merge]]:
        """The kinds of the merges of blocks by the names of these operations."""
        kinds: dict[str, list[Merge]] = {}
        for block in all_blocks(self._network):
            kinds.setdefault(f"{block.name} {block.merge.value}", []).append(block.merge)
        return kinds

    def contents(self, names: Iterable[str]) -> Contents:
        """Return the counts of some operations."""
        these = list(names)
        layers = [part for name in these for part in self._parts.get(name, ()) if isinstance(part, Layer)]
        return contents_of(layers, [kind for name in these for kind in self._kinds_of_merges.get(name, ())])

    def operations(self, part: Part) -> Iterator[str]:
        """Yield the operations of a part that are to be accounted for."""
        for layer in walk(part):
            if layer.name and (layer.params or layer.kind in COUNTED or layer.op == "subsample"):
                yield layer.name
        for block in all_blocks(part) if not isinstance(part, Layer) else ():
            yield from _merge(block)

    def _of(self, path: str) -> tuple[str, ...]:
        """Return the operations of all parts of a path."""
        return tuple(dict.fromkeys(chain(*map(self.operations, self._parts.get(path, ())))))

    def certain(self, path: str) -> Iterator[str]:
        """Yield the operations that all parts of a path have; a merge of a graph has itself alone."""
        of = _merge if path in self._merges else self.operations
        parts = [list(of(part)) for part in self._parts.get(path, ())]
        for name in parts[0] if parts else ():
            if all(name in rest for rest in parts):
                yield name

    def opened(self, elements: "Iterable[_Element | Origin]") -> Iterator[str]:
        """Yield the operations that some elements of drawings show outside closed boxes."""
        for element in elements:
            if isinstance(element, Origin):
                yield from self.joined(element)
            elif isinstance(element, Omitted):
                yield from self._hidden(element.origin)
            elif isinstance(element, Node) and element.role is NodeRole.BLOCK:
                yield from self._listed(element)
            elif not self._is_closed(element):
                yield from self._operations_in(element)

    def hides(self, element: _Element | Origin) -> bool:
        """Return whether an element may leave out some of the operations that it shows."""
        if isinstance(element, Origin):
            return False
        named = isinstance(element, Node) and (element.role is NodeRole.BLOCK or _lists_layers(element))
        return named or isinstance(element, Omitted) or self._is_closed(element)

    def _operations_in(self, element: _Element) -> Iterable[str]:
        """Return the operations that an element shows; a box with a line for each layer names no norms."""
        names = self._inside(element.origin)
        if not isinstance(element, Node) or not _lists_layers(element):
            return names
        layers = (layer for path in element.origin.paths for layer in self._layers(path))
        minor = {layer.name for layer in layers if layer.kind in FOLLOWING}
        return (name for name in names if name not in minor)

    def _layers(self, path: str) -> Iterator[Layer]:
        for part in self._parts.get(path, ()):
            yield from walk(part)

    def repeated(self, opened: set[str]) -> Iterator[str]:
        """Yield the operations of blocks that have the layers of one whose operations are all `opened`."""
        blocks = [part for parts in self._parts.values() for part in parts if isinstance(part, Block)]
        operations = [
            (*self.operations((*block.before, *chain(*block.branches), *block.after)), *_merge(block))
            for block in blocks
        ]
        is_open = [opened.issuperset(names) for names in operations]
        if all(is_open):
            return
        patterns = {_pattern(block) for block in compress(blocks, is_open)}
        for block, names, known in zip(blocks, operations, is_open, strict=True):
            if not known and _pattern(block) in patterns:
                yield from names

    def _is_closed(self, element: _Element) -> bool:
        """Return whether an element shows only the name of its content."""
        match element:
            case Arc() | Link():
                parts = (part for path in element.origin.paths for part in self._parts.get(path, ()))
                return any(not isinstance(part, Layer) for part in parts)
            case Bar():
                return element.role in _CLOSED and Kind.REDUCTION not in element.text.kinds
            case Node():
                is_cut = "…" in element.lines
                if is_cut or element.role not in _CLOSED:
                    return is_cut
                return not any(Kind.REDUCTION in line.kinds for line in element.lines)
        return False

    def _listed(self, node: Node) -> Iterator[str]:
        """Yield the layers that have a line each in the box of a block: all but norms, or the weighted."""
        lines = sum(not line.kinds & {Kind.BLOCK, Kind.COUNT} for line in node.lines)
        parts = [part for path in node.origin.paths for part in self._parts.get(path, ())]
        runs: list[list[Element]] = [[part] for part in parts if not isinstance(part, Layer)]
        runs.append([part for part in parts if isinstance(part, Layer)])
        for run in runs:
            layers = [layer for layer in walk(run, shortcuts=False, gates=False) if layer.kind in BARS]
            mixing = [layer for layer in layers if layer.kind in MIXING]
            boxed = next((boxes for boxes in (layers, mixing) if len(boxes) <= lines), [])
            yield from (layer.name for layer in boxed if layer.name)

    def shown(self, elements: "Iterable[_Element | Origin]") -> Iterator[str]:
        """Yield the operations that some elements of drawings show."""
        for element in elements:
            yield from self.joined(element) if isinstance(element, Origin) else self._inside(element.origin)

    def _inside(self, origin: Origin) -> Iterator[str]:
        return chain.from_iterable(map(self.of, origin.paths))

    def boxes(self, element: _Element | Origin, left: Collection[str]) -> Iterator[tuple[Label, list[str]]]:
        """Yield the parts that an element shows, those that are no layers by themselves: type, operations.

        An element without any of the operations that are `left` has none.
        """
        origin = element if isinstance(element, Origin) else element.origin
        if not any(name in left for name in self._inside(origin)):
            return
        parts = [part for path in origin.paths for part in self._parts.get(path, ())]
        layers = [part for part in parts if isinstance(part, Layer)]
        blocks: list[Element] = [part for part in parts if not isinstance(part, Layer)]
        titled = isinstance(element, Node) and element.lines and all(isinstance(p, Graph) for p in blocks)
        if isinstance(element, Node) and element.role is NodeRole.BLOCK and layers and blocks:
            yield element.lines[0], [name for part in parts for name in self.operations(part)]
            return
        while any(isinstance(part, Stage) and not is_transformer_layer(part) for part in blocks):
            blocks = [
                inner
                for part in blocks
                for inner in (
                    part.body if isinstance(part, Stage) and not is_transformer_layer(part) else (part,)
                )
            ]
        for part in blocks:
            kind = element.lines[0] if isinstance(element, Node) and titled else box_type((part,))
            yield kind, list(self.operations(part))
        if layers:
            yield box_type(layers), [name for layer in layers for name in self.operations(layer)]

    def joined(self, origin: Origin) -> Iterator[str]:
        """Yield the merges of the blocks, and all operations of other parts, that an arc or a merge shows.

        A module that runs a block may have parts beside it, as a stage, which are not shown.
        """
        for path in origin.paths:
            yield from self._joints_of(path)

    def _joints(self, path: str) -> tuple[str, ...]:
        blocks = [part for part in self._parts.get(path, ()) if isinstance(part, Block)]
        return tuple(chain.from_iterable(map(_merge, blocks))) if blocks else self.of(path)

    def _hidden(self, origin: Origin) -> Iterator[str]:
        """Yield the elements of bars hidden by an ellipsis: layers, gates, and merges of arcs.

        A layer with the name of a block is within that block's bar.
        """
        blocks = {
            path for path in origin.paths for part in self._parts.get(path, ()) if isinstance(part, Block)
        }
        for part in (part for path in origin.paths for part in self._parts.get(path, ())):
            if (isinstance(part, Layer) and part.name not in blocks) or gate_ratio(part):
                yield from self.operations(part)
            elif isinstance(part, Block) and (
                part.shortcut or () in part.branches or part.name in self._merges
            ):
                yield from _merge(part)


def _elements(drawings: Iterable[Content]) -> list[_Element | Origin]:
    """Return the elements of drawings, and the origins of their arcs and merges."""
    return [element for content in drawings for element in _elements_of(content)]


def _elements_of(content: Content) -> Iterator[_Element | Origin]:
    for overview in overviews(content):
        for frame in overview.frames:
            yield from frame.bars
        bars = {bar.id: bar for frame in overview.frames for bar in frame.bars if isinstance(bar, Bar)}
        for arc in overview.arcs:
            yield arc.origin
            if arc.tail == arc.head:
                yield bars[arc.tail].origin
                yield from _with_layers(arc, bars[arc.tail].origin)
    items = content_items(content)
    for vertex in (vertex for item in every_item(items) if isinstance(item, Dag) for vertex in item.vertices):
        if vertex.frame:
            yield Omitted(count=vertex.frame.repeat, origin=vertex.frame.origin)
    yield from reads(items)
    for node in nodes(items):
        yield node.origin if node.role in _MERGES else node
    for item in every_item(items):
        if isinstance(item, Fork) and item.shortcut:
            yield item.shortcut.origin
            yield from _with_layers(item.shortcut, item.merge.origin)


def _with_layers(shortcut: Arc | Link, block: Origin) -> Iterator[Arc | Link]:
    """Yield a shortcut of a block that has layers of its own, and no boxes."""
    if shortcut.origin.paths != block.paths and not getattr(shortcut, "nodes", ()):
        yield shortcut


def _lists_layers(node: Node) -> bool:
    """Return whether a box has a line for each of several layers."""
    return len(node.lines) > 1 and sum(Kind.CHANNELS in line.kinds for line in node.lines) > 1


def _pattern(block: Block) -> Hashable:
    """Return the layers of a block without its shortcut and sizes."""
    inside = (*block.before, *chain(*block.branches))
    return block.merge, signature(inside, Level.PATTERN)


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
