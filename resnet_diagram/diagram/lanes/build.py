"""Build the graph of a network: overviews of its chains, boxes for layers between them, and modules."""

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import field, replace
from functools import lru_cache
from itertools import groupby

from resnet_diagram.dataclass import dataclass
from resnet_diagram.diagram.chain.blocks import IdAllocator, joined_layers
from resnet_diagram.diagram.chain.graph import DagDraft, Drawn, Part, merge_vertex, output_lines
from resnet_diagram.diagram.lanes.exchanges import Exchange, exchange
from resnet_diagram.diagram.lanes.frames import with_times
from resnet_diagram.diagram.lanes.levels import LevelGraph, level_graph
from resnet_diagram.diagram.lanes.modules import Folded, Module, Unit, folded, modules_of, sizes_outside
from resnet_diagram.diagram.lanes.nested import Triangle, triangle
from resnet_diagram.diagram.lanes.selections import selection_line
from resnet_diagram.diagram.lanes.shared import Shared
from resnet_diagram.diagram.lanes.sides import with_skips
from resnet_diagram.diagram.lanes.unet import has_levels, unet_graph
from resnet_diagram.diagram.lanes.whole import whole_graph
from resnet_diagram.diagram.model import Dag, Frame, GroupRole, Node, NodeRole, Panel, Read
from resnet_diagram.diagram.options import Levels, Options
from resnet_diagram.diagram.origin import in_series, origin, paths_of, together
from resnet_diagram.diagram.panels import block_types
from resnet_diagram.diagram.panels.draft import OverviewDraft, draft_of
from resnet_diagram.diagram.panels.layer_notes import layer_notes
from resnet_diagram.diagram.panels.long_blocks import is_unit_or_long
from resnet_diagram.diagram.panels.overview import part_overview
from resnet_diagram.diagram.roles import merge_role, node_role
from resnet_diagram.spec.graph import readers
from resnet_diagram.spec.measure import all_blocks, is_gate, residual_blocks, walk
from resnet_diagram.spec.model import Block, Element, Graph, GraphNode, Merge, Network, Stage
from resnet_diagram.spec.traits import FOLLOWING, MIXING, is_shown
from resnet_diagram.wording.contents import merge_name, weighted_lines
from resnet_diagram.wording.layers import layer_lines, names_only
from resnet_diagram.wording.modules import StageNames, classes_of, is_container, module_names, numbered
from resnet_diagram.wording.shapes import shape_label
from resnet_diagram.wording.symbols import ARROW, times
from resnet_diagram.wording.terms import NOTHING, Kind, Label, literal, phrase
from resnet_diagram.wording.vocabulary import Word

_MOST_BOXES = 2
"""Boxes in series of one part; more are one box with a line for each."""
_MOST_LINES = 6
_UNFOLDED = 10_000
"""Room for the boxes of a graph whose modules are not folded."""


@dataclass(frozen=True, kw_only=True)
class Lanes:
    """The graph of a network, its modules draw open, and the units that are blocks in all of them."""

    whole: Dag
    modules: tuple[Panel, ...]
    units: tuple[block_types.Unit, ...]


@dataclass(kw_only=True)
class _Builder:
    network: Network
    names: StageNames
    draft: OverviewDraft
    room: int
    nested: Triangle | None = None
    opens_encoders: bool = True
    levels: LevelGraph | None = None
    ids: IdAllocator = field(default_factory=IdAllocator)
    modules: dict[Hashable, list[Module]] = field(default_factory=dict)
    module_names: dict[str, str] = field(default_factory=dict)
    skips: dict[str, int] = field(default_factory=dict)
    exchanges: list[Label] = field(default_factory=list)

    def input(self, number: int, several: bool, body: Sequence[Element]) -> list[Part]:
        """Return the parts of an input of the network, and of the chain behind it."""
        if several or self.levels or (self.nested and self.nested.columns[0] == self.nested.columns[1]):
            port = self.network.inputs[number] if number < len(self.network.inputs) else None
            name = literal(port.name) if port else NOTHING
            lines = (name, shape_label(port.shape if port else self.network.input_shape))
            node = Node(id=f"input{number + 1}", role=NodeRole.INPUT, lines=tuple(filter(None, lines)))
            return [(node,)]
        before = self.network.stem[: len(body)]
        chain, layers = _split(tuple(body[len(before) :]))
        network = replace(self.network, stem=before)
        parts: list[Part] = [part_overview(self.draft, (), self.names, network)]
        parts += [part_overview(self.draft, chain, self.names)] if chain else []
        return [*parts, *self.boxes(layers)]

    def body(self, node: GraphNode) -> list[Part]:
        """Return the parts of a node: an overview of its blocks, and boxes for layers behind."""
        if node.shares is not None:
            learned = sorted(node.body, key=lambda part: not any(layer.params for layer in walk([part])))
            module = next((path.split(".")[0] for part in learned for path in paths_of(part)), "")
            words = (literal(module), phrase(Kind.BLOCK, Word.SHARED))
            name = self.ids.numbered("part", "shared")
            return [(Node(id=name, role=NodeRole.BLOCK, lines=words, origin=origin(node.body)),)]
        chain, layers = _split(node.body)
        if self.levels and not isinstance(node.body[0], Stage):
            return [*self.boxes(node.body)]
        overview = part_overview(self.draft, chain, self.names)
        parts: list[Part] = [overview] if overview.frames else []
        return [*parts, *self.boxes(layers, 1 if self.nested else _MOST_BOXES)]

    def boxes(self, elements: Sequence[Element], most: int = _MOST_BOXES) -> list[tuple[Node, ...]]:
        """Return boxes for layers: one each, with its norm and activation, or one for more than `most`."""
        layers = [layer for layer in walk(elements) if is_shown(layer)]
        boxes, lines = [], []
        for unit in joined_layers(layers):
            at = next((at for at, layer in enumerate(unit) if layer.kind not in FOLLOWING), 0)
            main, behind = unit[at], names_only(unit[at + 1 :])
            text = names_only(unit) if main.kind in FOLLOWING else layer_lines(main)[0]
            words = (text,) if main.kind in FOLLOWING else (names_only(unit[:at]), text, behind)
            role = node_role(main.kind)
            name = self.ids.numbered("part", role.value)
            boxes.append(Node(id=name, role=role, lines=tuple(filter(None, words)), origin=origin(unit)))
            lines.append(text)
        if not boxes:
            return []
        merges = [merge_name(block.merge) for block in all_blocks(elements)]
        boxes = _repeated(boxes) if self.levels or most == 1 else boxes
        if len(boxes) <= (_MOST_BOXES if self.levels else most) and not merges:
            return [(box,) for box in boxes] if self.levels else [tuple(boxes)]
        lines = [with_times(line, times(len(list(run)))) for line, run in groupby(lines)]
        lines = lines if any(layer.kind in MIXING for layer in layers) else list(dict.fromkeys(lines))
        lines += merges
        shown = lines if len(lines) <= _MOST_LINES else [*lines[: _MOST_LINES - 2], literal("…"), lines[-1]]
        mixing = next((layer for layer in layers if layer.kind in MIXING), layers[0])
        name, role = self.ids.numbered("part", "layers"), node_role(mixing.kind)
        return [(Node(id=name, role=role, lines=tuple(shown), origin=origin(elements)),)]

    def dag(self, graph: Graph, prefix: str, *, whole: bool, path: str = "") -> DagDraft:
        """Return the draft of a graph, with modules folded if it is large.

        `whole`: it is the network's. `path`: that of the module that runs it.
        """
        columns = self.nested.columns if self.nested and whole else ()
        shown: Mapping[int, tuple[str, ...]] = {}
        units: tuple[Unit, ...]
        if columns and self.nested:
            units, shown = (*range(len(columns)),), dict(enumerate(self.nested.merges))
        elif whole and self.levels:
            graph, units, shown = self.levels
        else:
            graph, units = folded(graph, self.room, path, opens_encoders=self.opens_encoders)
        self.name(graph, units)
        draft = DagDraft(
            graph=graph,
            prefix=prefix,
            sizes=sizes_outside(graph, units),
            columns=columns,
            on_arrows=bool(self.levels or columns),
        )
        several = sum(not node.reads for node in graph.nodes) > 1

        def draw(number: int, node: GraphNode) -> list[Part]:
            if node.merge is not None:
                name = self.ids.numbered(prefix, merge_role(node.merge, node.signs)[0].value)
                names = shown.get(number, (node.name,))
                self.skips[name] = len(names) if whole and self.levels else 1
                return [(merge_vertex(name, graph, number, 0, tuple(filter(None, names))),)]
            if not node.reads and whole:
                return self.input(number, several, node.body)
            if not node.reads:
                name, words = self.ids.numbered(prefix, "in"), (shape_label(node.shape),)
                return [(Node(id=name, role=NodeRole.TERMINAL, lines=words),)]
            return self.body(node)

        for unit in units:
            match unit:
                case Folded():
                    self.module(draft, unit, draw)
                case Shared():
                    self.shared(draft, unit)
                case _:
                    draft.node(unit, draw)
        return draft

    def name(self, graph: Graph, units: Sequence[Unit]) -> None:
        """Choose names for the modules that are boxes or frames of a graph, distinct from all others."""
        modules = modules_of(graph.nodes)
        chosen: dict[Folded, str] = {}
        for unit in units:
            if not isinstance(unit, Folded) or unit.modules[0].path not in modules - self.module_names.keys():
                continue
            paths = [module.path for module in unit.modules]
            parent, _, place = paths[0].rpartition(".")
            siblings = (path for path in modules if path.rpartition(".")[0] == parent)
            is_list = place == "0" and set(paths).issuperset(siblings) and not is_container(parent)
            chosen[unit] = parent if is_list and parent else paths[0]
        names = module_names(chosen.values(), classes_of(self.network), self.module_names.values())
        for unit, path in chosen.items():
            word, _, number = names[path].rpartition(" ")
            several = len(unit.modules) > 1 and path == unit.modules[0].path and number.isdigit()
            numbers = range(int(number), int(number) + len(unit.modules)) if several else ()
            self.module_names[unit.modules[0].path] = names[path]
            self.module_names[unit.path] = numbered(word, numbers) if several else names[path]

    def shared(self, draft: DagDraft, unit: Shared) -> None:
        """Add a box for layers that run on several values."""
        reads = [draft.values[read] for read in unit.reads]
        runs = [unit, *unit.siblings]
        while runs[0].before:
            runs.insert(0, runs[0].before)
        boxes = [self.boxes(draft.graph.nodes[run.members[0]].body, most=1)[0][0] for run in runs]
        merges = [draft.graph.nodes[run.merge].name for run in runs if run.merge is not None]
        lines = [(with_times(box.lines[0], box.badge), *box.lines[1:]) for box in boxes]
        if unit.siblings:
            first = len(runs) - 1 - len(unit.siblings)
            ways = [Label(*way, joint=ARROW) for way in lines[first:]]
            lines[first:] = [(phrase(Kind.BLOCK, Word.PARALLEL), *ways)]
        lines.append((phrase(Kind.BLOCK, Word.SHARED_BY, len(unit.members)),))
        lines.append((merge_name(Merge.CONCAT),) if merges else ())
        shown = together(box.origin for box in boxes)
        shown = replace(shown, paths=(*shown.paths, *filter(None, merges)), shape=boxes[-1].origin.shape)
        shapes = (draft.graph.nodes[number].shape for number in unit.ends)
        box = replace(boxes[-1], lines=sum(lines, ()), badge="", origin=shown)
        at = draft.add((box,), tuple(reads), *shapes)
        for port, number in enumerate(unit.ends):
            draft.values[number] = Read(vertex=at, port=port)

    def opened_here(self, draft: DagDraft, unit: Folded, link: Exchange, draw: Drawn) -> None:
        """Add the branches of modules that exchange values, in a frame for equal modules in series."""
        first, last = unit.modules[0], unit.modules[-1]
        elements = [module.graph for module in unit.modules]
        frame = Frame(
            id=self.ids.numbered("part", "module"),
            role=GroupRole.BLOCK,
            title=Label(literal(self.module_names.get(unit.path, unit.path)), capital=True),
            bars=(),
            repeat=len(unit.modules),
            origin=origin(elements),
        )
        before, stages = len(draft.vertices), self.draft.stages
        for number in sorted(first.numbers):
            node = draft.graph.nodes[number]
            if number in link.behind:
                draft.values[number] = draft.values[node.reads[0]]
            elif number in link.ways:
                draft.values[number] = replace(draft.values[node.reads[0]], origin=origin(node.body))
            else:
                draft.node(number, draw)
        draft.vertices[before:] = [replace(vertex, frame=frame) for vertex in draft.vertices[before:]]
        ends = zip(first.outside, last.outside, strict=True)
        draft.values.update({after: draft.values[number] for number, after in ends})
        if not self.draft.branches:
            self.draft.stages += (len(unit.modules) - 1) * (self.draft.stages - stages)
        self.exchanges += link.words

    def module(self, draft: DagDraft, unit: Folded, draw: Drawn) -> None:
        """Add a box for modules that are drawn open elsewhere, or the branches that exchange values."""
        if link := exchange(draft.graph, unit.modules[0].numbers):
            self.opened_here(draft, unit, link, draw)
            return
        members = {number for module in unit.modules for number in module.numbers}
        reads = [number for module in unit.modules for number in module.reads if number not in members]
        readings, outputs = readers(draft.graph), draft.graph.outputs
        outside = sorted(at for at in members if at in outputs or not members.issuperset(readings[at]))
        first = unit.modules[0]
        elements = [module.graph for module in unit.modules]
        inside = len(residual_blocks(elements[0]))
        name = self.module_names.get(unit.path, unit.path.split(".")[-1])
        unnamed = phrase(Kind.BLOCK, Word.GATE if first.opens else Word.POST_PROCESSING)
        title = literal(name) if name else unnamed
        selected, words = selection_line(first.graph), weighted_lines(first.graph, inside)
        learned = (layer for layer in walk(first.graph) if layer.kind in MIXING and layer.params)
        layers = Counter(layer_lines(layer)[0] for layer in learned)
        if not inside and 1 < len(layers) <= _MOST_LINES:
            words = *(with_times(line, times(count)) for line, count in layers.items()), words[-1]
        node = Node(
            id=self.ids.numbered("part", "module"),
            role=NodeRole.BLOCK if first.opens else NodeRole.OPAQUE,
            lines=tuple(filter(None, (title, *words, selected))),
            badge=times(len(unit.modules)),
            origin=origin(elements),
        )
        entering = tuple(dict.fromkeys(draft.values[number] for number in reads))
        at = draft.add((node,), entering, *(draft.graph.nodes[number].shape for number in outside))
        for port, number in enumerate(outside):
            draft.values[number] = Read(vertex=at, port=port)
        for module in filter(lambda module: module.opens, unit.modules):
            self.modules.setdefault(module.skeleton, []).append(module)

    def opened(self, number: int, modules: Sequence[Module]) -> Panel:
        """Return the panel that shows a module open; it serves equal ones too."""
        first = modules[0]
        prefix = f"module{number}"
        bars = len(self.draft.layer_bars)
        draft = self.dag(first.graph, prefix, whole=False, path=first.path)
        for output in draft.graph.outputs:
            words = shape_label(draft.graph.nodes[output].shape)
            draft.end(self.ids.numbered(prefix, "out"), (words,), output)
        name = literal(self.module_names.get(first.path, first.path))
        title = Label(name or phrase(Kind.BLOCK, Word.GATE), capital=True)
        if len(modules) > 1:
            title = phrase(Kind.TITLE, Word.AND_ALIKE, title, len(modules) - 1)
        return Panel(
            id=prefix,
            title=title,
            content=draft.finish(output=None, rows=True, notes=layer_notes(self.draft.layer_bars[bars:])),
            origin=origin((first.graph,)),
        )


@lru_cache(maxsize=4)
def lanes(network: Network, options: Options, *, shapes: bool) -> Lanes:
    """Return the graph of a network whose parts are no chain; pages tried with other panels share it.

    `shapes`: outputs are written with theirs.
    """
    drawing = unet(network, options, shapes=shapes)
    if drawing:
        return drawing
    nested = triangle(network, options.graph_room)
    graph = nested.graph if nested else whole_graph(network)
    return _lanes(graph, replace(_builder(network, options), nested=nested), shapes=shapes)


def unet(network: Network, options: Options, *, shapes: bool) -> Lanes | None:
    """Return the graph of a U-Net with parts for each level of its sides; None for other networks."""
    if options.levels is Levels.NONE or not has_levels(network):
        return None
    levels = level_graph(unet_graph(network), network.input_shape[1:])
    builder = replace(_builder(network, options), room=_UNFOLDED, levels=levels)
    drawing = _lanes(levels.graph, builder, shapes=shapes)
    whole = with_skips(drawing.whole, builder.skips)
    return replace(drawing, whole=whole) if whole else None


def _builder(network: Network, options: Options) -> _Builder:
    return _Builder(
        network=network,
        names=options.names,
        draft=replace(draft_of(network, options.annotations), names_contents=True),
        room=options.graph_room,
        opens_encoders=options.opens_encoders,
    )


def _lanes(graph: Graph, builder: _Builder, *, shapes: bool) -> Lanes:
    """Return a graph of a whole network, the modules that it folds, and its blocks."""
    draft = builder.dag(graph, "whole", whole=True)
    outputs = draft.graph.outputs
    for number, output in enumerate(outputs if len(outputs) > 1 else ()):
        words = output_lines([port.name for port in builder.network.outputs], number)
        size = (shape_label(draft.graph.nodes[output].shape),) if shapes else ()
        draft.end(f"output{number + 1}", (*words, *size), output)
    bars = len(builder.draft.layer_bars)
    opened: list[Panel] = []
    while len(opened) < len(builder.modules):
        modules = list(builder.modules.values())[len(opened)]
        opened.append(builder.opened(len(opened) + 1, modules))
    frames = builder.draft.frames
    units = tuple({id(unit): unit for frame in frames for unit in frame.units.values()}.values())
    exchanges = dict.fromkeys(builder.exchanges)
    links = [line for line in exchanges if sum(other.startswith(line) for other in exchanges) == 1]
    notes = (*layer_notes(builder.draft.layer_bars[:bars]), *links)
    whole = draft.finish(output=None, rows=True, notes=notes)
    return Lanes(whole=whole, modules=tuple(opened), units=units)


def _split(elements: Sequence[Element]) -> tuple[tuple[Element, ...], tuple[Element, ...]]:
    """Return the elements up to the last block or stage, and the layers behind."""
    stop = 0
    for at, element in enumerate(elements, 1):
        is_block = isinstance(element, Block) and (is_gate(element) or is_unit_or_long(element))
        stop = at if is_block or isinstance(element, Stage | Graph) else stop
    return tuple(elements[:stop]), tuple(elements[stop:])


def _repeated(boxes: Sequence[Node]) -> list[Node]:
    """Return boxes with equal ones in series as one, which has their number."""
    runs = [list(run) for _, run in groupby(boxes, key=lambda box: (box.role, box.lines))]
    return [
        replace(run[0], badge=times(len(run)), origin=in_series([box.origin for box in run])) for run in runs
    ]
