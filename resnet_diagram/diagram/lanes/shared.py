"""Find layers that run on several values, such as the head that all levels of a pyramid share."""

from collections.abc import Sequence
from dataclasses import replace

from resnet_diagram.dataclass import dataclass
from resnet_diagram.spec.graph import reachable, readers
from resnet_diagram.spec.measure import residual_blocks, walk
from resnet_diagram.spec.model import Graph, Merge
from resnet_diagram.spec.traits import MIXING


@dataclass(frozen=True, kw_only=True)
class Shared:
    """Nodes of a graph, by their numbers, that run the same layers on different values.

    `sources`: the number of the value that each reads. `merge`: the concatenation of all their values, if
    nothing else reads these. `siblings`: nodes that run other layers on the same values. `before`: nodes
    whose values these alone read.
    """

    members: tuple[int, ...]
    sources: tuple[int, ...]
    merge: int | None = None
    siblings: "tuple[Shared, ...]" = ()
    before: "Shared | None" = None

    @property
    def numbers(self) -> tuple[int, ...]:
        """The numbers of all nodes."""
        merge = () if self.merge is None else (self.merge,)
        before = self.before.numbers if self.before else ()
        beside = (number for sibling in self.siblings for number in sibling.numbers)
        return (*before, *self.members, *merge, *beside)

    @property
    def ends(self) -> tuple[int, ...]:
        """The numbers of the values that it yields."""
        own = self.members if self.merge is None else (self.merge,)
        return (*own, *(number for sibling in self.siblings for number in sibling.ends))

    @property
    def reads(self) -> tuple[int, ...]:
        """The number of the value that each member reads, or each of those before it."""
        return self.before.reads if self.before else self.sources


def shared_layers(graph: Graph) -> list[Shared]:
    """Return the layers that one box can show for all nodes that run them: no member leads to another.

    Layers that run on the same values are siblings of the first; those before them are in the same box.
    """
    members: dict[int, list[int]] = {}
    for number, node in enumerate(graph.nodes):
        if node.shares is not None:
            members.setdefault(node.shares, [node.shares]).append(number)
    alike: dict[tuple[int, ...], list[Shared]] = {}
    readings, outputs = readers(graph), set(graph.outputs)
    for numbers in members.values():
        if layers := _one_box(graph, numbers, readings):
            alike.setdefault(layers.sources, []).append(layers)
    boxes: dict[tuple[int, ...], Shared] = {}
    for source, (first, *others) in alike.items():
        box = replace(first, siblings=tuple(others))
        before = boxes.get(source)
        behind = {at for end in source for at in readings[end]}
        if before and behind.issubset(box.numbers) and not outputs.intersection(source):
            del boxes[source]
            box = replace(box, before=before)
        boxes[box.ends] = box
    return list(boxes.values())


def _one_box(graph: Graph, numbers: Sequence[int], readings: Sequence[Sequence[int]]) -> Shared | None:
    """Return nodes that are layers, of which none leads to another; None for other nodes.

    A concatenation that alone reads their values, and no others, belongs to them.
    """
    nodes = [graph.nodes[number] for number in numbers]
    single = all(len(node.reads) == 1 and len(node.body) == len(nodes[0].body) for node in nodes)
    plain = any(layer.kind in MIXING for layer in walk(nodes[0].body)) and not residual_blocks(nodes[0].body)
    behind = {reader for number in numbers for reader in readings[number]}
    if not (single and plain and set(reachable(behind, lambda at: readings[at])).isdisjoint(numbers)):
        return None
    alone = len(behind) == 1 and set(numbers).isdisjoint(graph.outputs)
    concats = (at for at in behind if alone and graph.nodes[at].merge is Merge.CONCAT)
    merge = next((at for at in concats if set(graph.nodes[at].reads) == set(numbers)), None)
    return Shared(members=tuple(numbers), sources=tuple(node.reads[0] for node in nodes), merge=merge)
