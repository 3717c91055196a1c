"""Fold the parts of a large graph into the modules that run them."""

from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Sequence
from dataclasses import replace
from math import prod

from resnet_diagram.dataclass import dataclass
from resnet_diagram.diagram.chain.graph import row_sizes
from resnet_diagram.diagram.lanes.selections import RESAMPLING, is_convex, selections, works
from resnet_diagram.diagram.lanes.shared import Shared, shared_layers
from resnet_diagram.diagram.lanes.whole import part_of
from resnet_diagram.diagram.origin import paths_of
from resnet_diagram.spec.measure import in_shape, out_shape, walk
from resnet_diagram.spec.model import Element, Graph, GraphNode, Shape, Stage
from resnet_diagram.spec.paths import common_path, outer_paths
from resnet_diagram.spec.signature import Level, signature
from resnet_diagram.spec.traits import is_shown

_LEAST = 4
"""Nodes of a module that is folded."""
_LEAST_WEIGHTLESS = 8
"""Nodes without weights that are folded."""
_DEEPEST = 4
_OPEN = 1.3
"""Share of the room that a graph may take if its modules with stages are open."""


@dataclass(frozen=True, kw_only=True)
class Module:
    """Nodes of a graph that one module runs: a graph of their own.

    `path`: that of the module, "" for what follows the last layers with weights. `numbers`: theirs.
    `outside`: those whose values others read. `reads`: the numbers of the nodes whose values they read.
    """

    path: str
    graph: Graph
    numbers: tuple[int, ...]
    outside: tuple[int, ...]
    reads: tuple[int, ...]

    @property
    def opens(self) -> bool:
        """Whether a panel shows it: it has layers with weights."""
        return any(map(works, self.graph.nodes))

    @property
    def skeleton(self) -> Hashable:
        """Equal for modules that one drawing serves."""
        return signature(self.graph, Level.PATTERN)


@dataclass(frozen=True, kw_only=True)
class Folded:
    """Equal modules in sequence, drawn as one part."""

    modules: tuple[Module, ...]

    @property
    def path(self) -> str:
        """The path of its module, or those of several, as "stage3.0 … 2"."""
        first, last = self.modules[0].path, self.modules[-1].path
        return first if len(self.modules) == 1 else f"{first} … {last.split('.')[-1]}"


Unit = int | Folded | Shared
"""A node of a graph by its number, modules, or nodes that share layers."""


def folded(
    graph: Graph, room: int, path: str = "", *, opens_encoders: bool = True
) -> tuple[Graph, tuple[Unit, ...]]:
    """Return a graph and its units in an order in which they can run: its nodes, or modules if it is large.

    In the graph that is returned for a large one no chain runs through several modules. `room`: the most
    boxes that are drawn without folding. `path`: that of the module that runs all of it. `opens_encoders`:
    modules with stages are not folded if they need little more room, nor are then the smallest in no list.
    """
    best = graph, ordered(graph, _post_processing(graph, ()))
    if opens_encoders and _has_stages(graph) and _size(*best) <= _OPEN * room:
        return best
    least = path.count(".") + bool(path)
    for depth in range(max(_DEEPEST, least + 1), least, -1):
        if _size(*best) <= room:
            break
        parted = _parted(graph, depth)
        modules = _modules(parted, depth)
        shut = _folded_at(graph, depth, {module.path for module in modules})
        if _size(*shut) < _size(*best):
            best = shut
            others = {module.path for module in modules if not _has_stages(module.graph)}
            opened = _folded_at(graph, depth, others)
            best = opened if opens_encoders and _size(*opened) <= _OPEN * room else best
            skeletons = Counter(module.skeleton for module in modules if best is opened)
            for module in sorted(modules, key=lambda module: len(module.numbers)):
                fewer = _folded_at(graph, depth, others - {module.path})
                single = skeletons[module.skeleton] == 1 and not module.path[-1:].isdigit()
                if single and module.path in others and _size(*fewer) <= _OPEN * room:
                    best, others = fewer, others - {module.path}
    return best


def _folded_at(graph: Graph, depth: int, names: Collection[str]) -> tuple[Graph, tuple[Unit, ...]]:
    """Return a graph and its units with some modules at a depth folded."""
    parted = _parted(graph, depth, names)
    modules = [module for module in _modules(parted, depth) if module.path in names]
    inside = [number for module in modules for number in module.numbers]
    return parted, ordered(parted, [*modules, *_post_processing(parted, inside)])


def _has_stages(graph: Graph) -> bool:
    return any(isinstance(element, Stage) for node in graph.nodes for element in node.body)


def _parted(graph: Graph, depth: int, names: Collection[str] | None = None) -> Graph:
    """Return a graph with each chain split at the borders of modules, or of those among `names`.

    What enters the graph is a node of its own where the chain behind it begins with a module.
    """
    nodes: list[GraphNode] = []
    place: list[int] = []
    for node in graph.nodes:
        reads = tuple(place[read] for read in node.reads)
        runs = _runs(node.body, depth, names) if len(reads) < 2 and node.shares is None else []
        if not reads and runs and (names is None or _outer(runs[0][0], depth) in names):
            nodes.append(GraphNode(shape=in_shape(runs[0])))
            reads = (len(nodes) - 1,)
        for run in runs[:-1]:
            nodes.append(GraphNode(shape=out_shape(run), reads=reads, body=run))
            reads = (len(nodes) - 1,)
        body = runs[-1] if runs else node.body
        shares = None if node.shares is None else place[node.shares]
        nodes.append(replace(node, reads=reads, body=body, shares=shares))
        place.append(len(nodes) - 1)
    return replace(graph, nodes=tuple(nodes), outputs=tuple(place[output] for output in graph.outputs))


def _runs(
    elements: Sequence[Element], depth: int, names: Collection[str] | None
) -> list[tuple[Element, ...]]:
    """Return the elements in runs of one module each; those without a name join the run before.

    Modules that are not among `names` are one run.
    """
    runs: list[list[Element]] = []
    last = ""
    for element in elements:
        path = _outer(element, depth)
        name = path if not path or names is None or path in names else "."
        if not runs or (name and name != last):
            runs.append([])
            last = name
        runs[-1].append(element)
    return [tuple(run) for run in runs]


def _outer(element: Element, depth: int) -> str:
    """Return the module at a depth that runs an element."""
    return ".".join(next(iter(paths_of(element)), "").split(".")[:depth])


def _size(graph: Graph, units: Sequence[Unit]) -> int:
    """Return the room that the parts of a graph take: a frame of blocks as much as three boxes.

    Resamplings are words on lines.
    """
    bodies = [graph.nodes[unit].body for unit in units if isinstance(unit, int)]
    framed = sum(any(isinstance(element, Stage) for element in body) for body in bodies)
    boxes = sum(
        any(is_shown(layer) and layer.kind not in RESAMPLING for layer in walk(body)) for body in bodies
    )
    return boxes + 2 * framed + len(units) - len(bodies)


def path_of(nodes: Sequence[GraphNode], modules: Collection[str]) -> str:
    """Return the path of the innermost module that runs all of some nodes; `modules`: all that run parts."""
    bodies = [path for node in nodes for element in node.body for path in paths_of(element)]
    merges = (node.name for node in nodes if node.merge)
    return common_path((*bodies, *(name if name in modules else name.rpartition(".")[0] for name in merges)))


def modules_of(nodes: Iterable[GraphNode]) -> set[str]:
    """Return the paths of the modules that run parts of some nodes."""
    paths = (path for node in nodes for element in node.body for path in paths_of(element))
    return {module for path in paths for module in outer_paths(path)}


def _modules(graph: Graph, depth: int) -> list[Module]:
    """Return the modules at a depth whose nodes are contiguous."""
    members: dict[str, list[int]] = {}
    inner = modules_of(graph.nodes)
    for number, node in enumerate(graph.nodes):
        names = path_of((node,), inner).split(".")
        if len(names) >= depth and names[0] and node.reads:
            members.setdefault(".".join(names[:depth]), []).append(number)
    modules = []
    again = {number for layers in shared_layers(graph) for number in layers.numbers[1:]}
    for path, numbers in members.items():
        least = _LEAST if any(works(graph.nodes[number]) for number in numbers) else _LEAST_WEIGHTLESS
        if len(set(numbers) - again) >= least and is_convex(graph, numbers):
            modules.append(module_of(graph, path, numbers))
    return modules


def module_of(graph: Graph, path: str, numbers: Sequence[int]) -> Module:
    """Return some nodes as a module, in an order that modules with equal nodes share."""
    inside, depth = set(numbers), dict[int, int]()
    for number in numbers:
        node = graph.nodes[number]
        before = node.reads if node.shares is None else (*node.reads, node.shares)
        depth[number] = 1 + max((depth.get(at, 0) for at in before), default=0)

    def rank(number: int) -> tuple[int, list[int]]:
        node = graph.nodes[number]
        shapes = (node.shape, *(graph.nodes[read].shape for read in node.reads))
        return depth[number], [-prod(shape[1:]) for shape in shapes]

    numbers = sorted(numbers, key=rank)
    read = {r for k, node in enumerate(graph.nodes) if k not in inside for r in node.reads}
    outside = tuple(number for number in numbers if number in read or number in graph.outputs)
    part, reads = part_of(graph, numbers, outside=outside)
    return Module(path=path, graph=part, numbers=tuple(numbers), outside=outside, reads=tuple(reads))


def _post_processing(graph: Graph, taken: Collection[int]) -> list[Module]:
    """Return selections, and the nodes behind the last weights as a module without a name, if they are many.

    `taken`: the numbers of nodes that other modules have.
    """
    taken = {*taken, *(number for layers in shared_layers(graph) for number in layers.numbers)}
    middle = [module_of(graph, path, numbers) for path, numbers in selections(graph, taken)]
    taken.update(number for module in middle for number in module.numbers)
    blocked = {read for number in taken for read in graph.nodes[number].reads}.union(taken)
    numbers: list[int] = []
    for number in range(len(graph.nodes) - 1, -1, -1):
        node = graph.nodes[number]
        if number in blocked or not node.reads or works(node):
            blocked.update(node.reads)
        else:
            numbers.append(number)
    return [*middle, *([module_of(graph, "", numbers[::-1])] if len(numbers) >= _LEAST_WEIGHTLESS else [])]


def ordered(graph: Graph, modules: Sequence[Module]) -> tuple[Unit, ...]:
    """Return modules and the nodes outside them in an order in which they can run; plain nodes in a cycle."""
    owner: dict[int, Module | Shared] = {number: module for module in modules for number in module.numbers}
    for layers in shared_layers(graph):
        if owner.keys().isdisjoint(layers.numbers):
            owner |= dict.fromkeys(layers.numbers, layers)
    units: list[Module | Shared | int] = []
    placed: set[int] = set()
    waiting: list[Module | Shared | int] = [
        owner.get(number, number)
        for number in range(len(graph.nodes))
        if number not in owner or number == min(owner[number].numbers)
    ]
    while waiting:
        for unit in waiting:
            reads = graph.nodes[unit].reads if isinstance(unit, int) else unit.reads
            if placed.issuperset(reads):
                break
        else:
            return tuple(range(len(graph.nodes)))
        waiting.remove(unit)
        units.append(unit)
        placed |= {unit} if isinstance(unit, int) else set(unit.numbers)
    return _in_runs(units)


def _in_runs(units: Sequence[Module | Shared | int]) -> tuple[Unit, ...]:
    """Return units with equal modules joined of which each reads the one before, and its sources at most."""
    result: list[Unit] = []
    for unit in units:
        last = result[-1] if result else None
        if isinstance(unit, int | Shared):
            result.append(unit)
            continue
        before = last.modules if isinstance(last, Folded) else ()
        continues = (
            before
            and not set(before[-1].numbers).isdisjoint(unit.reads)
            and {*before[-1].numbers, *before[-1].reads}.issuperset(unit.reads)
            and unit.skeleton == before[-1].skeleton
        )
        result[-1 if continues else len(result) :] = [
            Folded(modules=(*before, unit) if continues else (unit,))
        ]
    return tuple(result)


def sizes_outside(graph: Graph, units: Iterable[Unit]) -> tuple[Shape, ...]:
    """Return the resolutions of the rows of a graph: of values outside modules, and of coarser stages."""
    inside = {
        number
        for unit in units
        if isinstance(unit, Folded)
        for module in unit.modules
        for number in module.numbers
        if number not in module.outside
    }
    values = [node.shape for number, node in enumerate(graph.nodes) if number not in inside]
    least = min((prod(shape[1:]) for shape in values if prod(shape[1:]) > 1), default=1)
    stages = (out_shape(item) for node in graph.nodes for item in node.body if isinstance(item, Stage))
    return row_sizes((*values, *(shape for shape in stages if prod(shape[1:]) < least)))
