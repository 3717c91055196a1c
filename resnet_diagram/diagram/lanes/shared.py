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
    for numbers in members.values():
        if _is_one_box(graph, numbers):
            sources = tuple(graph.nodes[number].reads[0] for number in numbers)
            merge = _concatenation(graph, numbers)
            alike.setdefault(sources, []).append(Shared(members=tuple(numbers), sources=sources, merge=merge))
    boxes: dict[tuple[int, ...], Shared] = {}
    readings, outputs = readers(graph), set(graph.outputs)
    for source, (first, *others) in alike.items():
        box = replace(first, siblings=tuple(others))
        before = boxes.get(source)
        behind = {at for end in source for at in readings[end]}
        if before and behind.issubset(box.numbers) and not outputs.intersection(source):
            del boxes[source]
            box = replace(box, before=before)
        boxes[box.ends] = box
    return list(boxes.values())


def _concatenation(graph: Graph, members: Sequence[int]) -> int | None:
    """Return the number of the concatenation that alone reads the values of some nodes, and no others."""
    readers = [number for number, node in enumerate(graph.nodes) if not set(members).isdisjoint(node.reads)]
    last = graph.nodes[readers[-1]] if readers else None
    is_one = len(readers) == 1 and last and last.merge is Merge.CONCAT and set(last.reads) == set(members)
    return readers[0] if is_one and not set(members).intersection(graph.outputs) else None


def _is_one_box(graph: Graph, numbers: Sequence[int]) -> bool:
    """Return whether nodes are layers, of which none leads to another."""
    nodes = [graph.nodes[number] for number in numbers]
    single = all(len(node.reads) == 1 and len(node.body) == len(nodes[0].body) for node in nodes)
    plain = any(layer.kind in MIXING for layer in walk(nodes[0].body)) and not residual_blocks(nodes[0].body)
    readings = readers(graph)
    read = (reader for number in numbers for reader in readings[number])
    return single and plain and set(reachable(read, lambda at: readings[at])).isdisjoint(numbers)
