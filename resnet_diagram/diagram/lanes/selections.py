"""Find operations that select values between layers with weights, such as the proposals of a detector."""

from collections.abc import Collection, Iterable

from resnet_diagram.diagram.origin import paths_of
from resnet_diagram.spec.graph import readers
from resnet_diagram.spec.measure import walk
from resnet_diagram.spec.model import Graph, GraphNode, Layer, LayerKind
from resnet_diagram.spec.paths import common_path, with_outer
from resnet_diagram.spec.traits import MIXING
from resnet_diagram.wording.terms import Label, literal

_NAMES = {"topk": "top-k", "nms": "NMS", "roi_align": "RoI align", "roi_pool": "RoI pooling"}
"""Operations that say what a selection does, by the names of their functions."""
_SELECTING = frozenset({*_NAMES, "gather", "index", "index_put", "masked_select", "sort", "where"})
RESAMPLING = frozenset({LayerKind.POOL, LayerKind.UPSAMPLE})
_LEAST = 3
"""Nodes of a selection that is one box."""


def selections(graph: Graph, taken: Collection[int]) -> list[tuple[str, tuple[int, ...]]]:
    """Return the selections ahead of layers with weights, one for each module: its path and the nodes.

    `taken`: the numbers of nodes that belong to other modules.
    """
    modules = [_module(node) for node in graph.nodes]
    weighted = {
        path for at, node in enumerate(graph.nodes) if works(node) for path in with_outer(modules[at])
    }
    groups: dict[tuple[int, str], list[int]] = {}
    for number, step in sorted(_steps(graph, taken).items()):
        free = (path for path in with_outer(modules[number]) if path not in weighted)
        groups.setdefault((step, next(free, "")), []).append(number)
    return [
        (module or common_path(filter(None, (modules[number] for number in numbers))), tuple(numbers))
        for (_, module), numbers in groups.items()
        if len(numbers) >= _LEAST and is_convex(graph, numbers)
    ]


def selection_line(graph: Graph) -> Label:
    """Return what a selection does, such as "top-k, NMS"; nothing where no operation says so."""
    functions = {name for node in graph.nodes for name in _functions(node)}
    return Label(*(literal(words) for name, words in _NAMES.items() if name in functions), joint=", ")


def works(node: GraphNode) -> bool:
    """Return whether a node has layers that mix channels or positions, or a closed unit of such layers."""
    return any(
        layer.kind in MIXING or (layer.kind is LayerKind.OTHER and layer.params) for layer in walk(node.body)
    )


def is_convex(graph: Graph, members: Iterable[int]) -> bool:
    """Return whether no value leaves some nodes and comes back to them."""
    inside, left = set(members), set[int]()
    for number, node in enumerate(graph.nodes):
        behind = any(read in left for read in node.reads)
        if number in inside:
            if behind:
                return False
        elif behind or any(read in inside for read in node.reads):
            left.add(number)
    return True


def _steps(graph: Graph, taken: Collection[int]) -> dict[int, int]:
    """Return the nodes of selections, and how many times layers with weights read a selection before each.

    One that reads a single value belongs to the step of its readers. Those behind all weights are left out.
    """
    nodes = graph.nodes
    ends = [number in taken or works(node) for number, node in enumerate(nodes)]
    readings = readers(graph)
    inside, steps = set[int](), list[int]()
    for number, node in enumerate(nodes):
        selects = node.reads and (_functions(node) & _SELECTING or inside.intersection(node.reads))
        inside.update([number] if selects and not ends[number] else [])
        steps.append(max((steps[read] + (ends[number] and read in inside) for read in node.reads), default=0))
    last = max((step for number, step in enumerate(steps) if ends[number]), default=0) - 1
    for number in range(len(nodes) - 1, -1, -1):
        prepares = nodes[number].reads and readings[number] and inside.issuperset(readings[number])
        resamples = any(layer.kind in RESAMPLING for layer in walk(nodes[number].body))
        if prepares and not (ends[number] or resamples):
            inside.add(number)
        if number in inside and readings[number] and len(nodes[number].reads) == 1:
            steps[number] = min(steps[reader] - ends[reader] for reader in readings[number])
    return {number: steps[number] for number in inside if steps[number] <= last}


def _functions(node: GraphNode) -> set[str]:
    """Return the names of the functions that a node runs."""
    layers = list(walk(node.body))
    return {layer.op for layer in layers} | {
        layer.name.rpartition(".")[2].rstrip("0123456789") for layer in layers
    }


def _module(node: GraphNode) -> str:
    """Return the path of the module that runs a node."""
    paths = [
        path.rpartition(".")[0] if isinstance(element, Layer) else path
        for element in node.body
        for path in paths_of(element)
    ]
    return common_path(filter(None, paths)) if paths else node.name.rpartition(".")[0]
