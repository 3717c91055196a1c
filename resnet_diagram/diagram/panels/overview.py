"""A network as an overview: bars in the order of the flow, in frames, with shortcuts as arcs over them."""

from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import replace
from itertools import groupby, pairwise

from resnet_diagram.diagram.annotations.model import NO_ANNOTATIONS, Annotations
from resnet_diagram.diagram.chain.blocks import joined_layers, main_layer
from resnet_diagram.diagram.model import Arc, Bar, EdgeRole, Frame, GroupRole, NodeRole, Omitted, Overview
from resnet_diagram.diagram.origin import origin, shortcut_origin, together
from resnet_diagram.diagram.panels.block_types import Unit
from resnet_diagram.diagram.panels.draft import FrameDraft, OverviewDraft, draft_of
from resnet_diagram.diagram.panels.layer_notes import layer_notes
from resnet_diagram.diagram.panels.long_blocks import is_long, is_unit_or_long, long_branch
from resnet_diagram.diagram.roles import edge_role, node_role
from resnet_diagram.spec.counting.blocks import Run, residual_units
from resnet_diagram.spec.counting.blocks import units as counted_units
from resnet_diagram.spec.counting.transformer_layers import is_transformer_layer
from resnet_diagram.spec.fold import fold
from resnet_diagram.spec.measure import gate_ratio, in_shape, is_block, is_gate, is_residual, out_shape, walk
from resnet_diagram.spec.model import Block, Element, Graph, Layer, LayerKind, Merge, Network, Stage
from resnet_diagram.spec.traits import FOLLOWING, WEIGHTED, is_shown, moves_positions_to_channels
from resnet_diagram.wording.blocks import gate_lines, unit_title
from resnet_diagram.wording.contents import merge_name, weighted_lines
from resnet_diagram.wording.counts import counted
from resnet_diagram.wording.layers import layer_lines, names_only, shortcut_label
from resnet_diagram.wording.modules import StageNames, stage_title
from resnet_diagram.wording.shapes import change_label, result_label, shape_label
from resnet_diagram.wording.symbols import PLUS
from resnet_diagram.wording.terms import NOTHING, Kind, Label, phrase
from resnet_diagram.wording.vocabulary import Word

_LAST = ("sigmoid", "softmax", "log_softmax", "tanh")
"""Activations that end a network."""


def overview(
    network: Network, names: StageNames, annotations: Annotations = NO_ANNOTATIONS
) -> tuple[Overview, tuple[Unit, ...]]:
    """Return the overview of a network, and the units that are blocks in it."""
    draft = draft_of(network, annotations)
    _stem(draft, network)
    _flow(draft, network.body, None if network.stem else draft.frames[0])
    if network.head:
        head = draft.frame(GroupRole.HEAD, phrase(Kind.TITLE, Word.HEAD))
        head.caption = change_label(in_shape(network.head), out_shape(network.head))
        _fill(draft, head, network.head)
    units = tuple({id(unit): unit for frame in draft.frames for unit in frame.units.values()}.values())
    shown = _finished(draft.frames, draft.arcs, names)
    return Overview(
        frames=shown,
        arcs=_arcs(draft.arcs, shown),
        notes=layer_notes(draft.layer_bars),
    ), units


def _stem(draft: OverviewDraft, network: Network) -> None:
    """Add the input and the stem."""
    stem = draft.frame(GroupRole.STEM, phrase(Kind.TITLE, Word.STEM)) if network.stem else draft.frame()
    draft.bar(stem, NodeRole.INPUT, network.input_shape, shape_label(network.input_shape))
    _fill(draft, stem, network.stem)
    stem.caption = result_label(out_shape(network.stem)) if network.stem else NOTHING


def part_overview(
    draft: OverviewDraft, elements: Sequence[Element], names: StageNames, network: Network | None = None
) -> Overview:
    """Return the overview of some elements, which become a part of the draft; `network`: behind its stem."""
    frames, arcs = len(draft.frames), len(draft.arcs)
    if network:
        _stem(draft, network)
    _flow(draft, elements, draft.frames[-1] if network and not network.stem else None)
    for frame in draft.frames[frames:]:
        frame.caption = result_label(out_shape(frame.stage)) if frame.stage else frame.caption
    shown = _finished(draft.frames[frames:], draft.arcs[arcs:], names)
    return Overview(frames=shown, arcs=_arcs(draft.arcs[arcs:], shown))


def _fill(draft: OverviewDraft, frame: FrameDraft, elements: Iterable[Element]) -> None:
    """Add bars for a run of elements: one for a block, a gate, or a layer with its norm and activation."""
    layers: list[Layer] = []
    for element in elements:
        match element:
            case Layer() if layers or not _belongs_to_last(frame, element):
                layers.append(element)
            case Layer():
                _append_to_last(frame, element)
            case Block() if moves_positions_to_channels(element):
                _layers(draft, frame, layers)
                layers = []
                text = phrase(Kind.OPERATOR, Word.SPACE_TO_DEPTH)
                draft.bar(frame, NodeRole.OTHER, out_shape(element), text, (element,))
            case Block() if not (is_gate(element) or is_unit_or_long(element)):
                layers += walk(element)
            case _:
                _layers(draft, frame, layers)
                layers = []
                if isinstance(element, Stage):
                    _fill(draft, frame, element.body)
                elif isinstance(element, Block):
                    _block(draft, frame, element)
                elif isinstance(element, Graph):
                    _graph(draft, frame, element)
    _layers(draft, frame, layers)


def _layers(draft: OverviewDraft, frame: FrameDraft, layers: Iterable[Layer]) -> None:
    """Add bars for layers; norms and activations share the bar of a neighbouring layer."""
    shown = [layer for layer in layers if is_shown(layer)]
    for ends, run in groupby(shown, key=lambda layer: layer.op in _LAST):
        for unit in [[layer] for layer in run] if ends else joined_layers(list(run)):
            main = main_layer(unit)
            text = names_only(unit) if main.kind in FOLLOWING else layer_lines(main)[0]
            draft.bar(frame, node_role(main.kind), unit[-1].out_shape, text, unit)
            if main.kind not in FOLLOWING:
                draft.layer_bars.append((main, unit))


def _belongs_to_last(frame: FrameDraft, layer: Layer) -> bool:
    """Return whether a layer is a norm or an activation that the module of the block before it runs."""
    unit = frame.units.get(frame.bars[-1].id) if frame.bars else None
    block = unit.elements[0] if unit else None
    if not isinstance(block, Block) or is_residual(block) or not block.name or layer.kind not in FOLLOWING:
        return False
    return layer.name.startswith(f"{block.name}.")


def _append_to_last(frame: FrameDraft, layer: Layer) -> None:
    """Make a layer a part of the last block."""
    last = frame.bars[-1]
    unit = frame.units[last.id]
    elements = (*unit.elements, layer)
    frame.units[last.id] = replace(unit, elements=elements)
    frame.bars[-1] = replace(last, origin=origin(elements))


def _flow(draft: OverviewDraft, elements: Sequence[Element], frame: FrameDraft | None) -> None:
    """Add elements in the order of the flow: a frame for each stage, loose frames between them."""
    long = [element for element in elements if isinstance(element, Block) and is_long(element)]
    keys = [Unit(elements=(element,), stage=0, number=0).skeleton for element in long]
    # Long blocks that are repeated are drawn as bars, as counted ones are.
    repeated = {id(element) for element, key in zip(long, keys, strict=True) if keys.count(key) > 1}
    closed = repeated.union(draft.numbers)
    waiting: list[Element] = []
    for element in _steps(draft, elements):
        if isinstance(element, Layer) and not waiting and frame and _belongs_to_last(frame, element):
            _append_to_last(frame, element)
            continue
        if isinstance(element, tuple | Stage | Graph) or is_unit_or_long(element):
            frame = _between(draft, frame, waiting)
            waiting = []
        if isinstance(element, tuple):
            frame = frame or draft.frame()
            _run(draft, frame, element)
        elif frame and frame.stage and is_transformer_layer(element):
            _transformer_layer(draft, frame, element)
        elif isinstance(element, Stage):
            outer = frame if frame and frame.stage else None  # the frame continues round an inner stage
            _flow(draft, element.body, outer or draft.frame(GroupRole.STAGE, NOTHING, element))
            frame = outer
        elif isinstance(element, Block) and is_long(element) and id(element) not in closed:
            frame = _long(draft, element, frame)
        elif isinstance(element, Graph):
            frame = frame or draft.frame()
            _graph(draft, frame, element)
        elif is_unit_or_long(element):
            assert isinstance(element, Block)
            frame = frame or draft.frame()
            _block(draft, frame, element)
        else:
            waiting.append(element)
    _between(draft, frame, waiting)


def _steps(draft: OverviewDraft, elements: Sequence[Element]) -> Iterator[Element | Run]:
    """Yield elements; the elements of a counted block without a shortcut are one tuple."""
    stop = 0
    for at, element in enumerate(elements):
        run = draft.runs.get(id(element), ()) if at >= stop else ()
        if run:
            stop = next(end for end in range(at + 1, len(elements) + 1) if elements[end - 1] is run[-1])
            yield tuple(elements[at:stop])
        elif at >= stop:
            yield element


def _run(draft: OverviewDraft, frame: FrameDraft, run: Run) -> None:
    """Add one bar for layers that a panel draws open."""
    text = _contents(draft, run)
    draft.unit(frame, draft.bar(frame, NodeRole.BLOCK, out_shape(run), text, run), run)


def _contents(draft: OverviewDraft, run: Sequence[Element]) -> Label:
    """Return the layers inside a bar without a shortcut, in drawings that may have no panel for it."""
    return Label(*weighted_lines(run, 0)[:1]) if draft.names_contents else NOTHING


def _transformer_layer(draft: OverviewDraft, frame: FrameDraft, layer: Stage) -> None:
    """Add a bar for each block of a layer of a transformer; together they are one unit.

    The bar of a block also shows the elements behind it, that of the first those before it.
    """
    starts = [at for at, element in enumerate(layer.body) if is_block(element)]
    first = ""
    for start, end in pairwise([0, *starts[1:], len(layer.body)]):
        run = layer.body[start:end]
        bar = draft.bar(frame, NodeRole.BLOCK, out_shape(run), shown=run)
        if first:
            frame.units[bar.id] = frame.units[first]
            frame.bars[-1] = replace(bar, joined=True)
        else:
            draft.unit(frame, bar, (layer,))
            first = bar.id
        block = next(element for element in run if is_block(element))
        _arc_over(draft, bar, block)


def _long(draft: OverviewDraft, block: Block, frame: FrameDraft | None) -> FrameDraft | None:
    """Add a block whose branch is drawn open: an arc from before its first bar to behind its last."""
    before = len(draft.bar_ids)
    inner = frame or draft.frame()
    _flow(draft, (*block.before, *long_branch(block)), inner)
    bars = draft.bar_ids[before:]
    if bars:
        role, label = _shortcut(block)
        label = label or (phrase(Kind.OPERATOR, Word.CONCAT) if role is EdgeRole.SKIP else NOTHING)
        label = merge_name(block.merge) if is_gate(block) else label
        following = (
            [layer for layer in walk(block.shortcut) if layer.kind in FOLLOWING] if block.shortcut else []
        )
        label = Label(label, names_only(following), joint=PLUS) if following else label
        shown = shortcut_origin(block, {})
        shown = replace(shown, paths=tuple(dict.fromkeys((*shown.paths, *filter(None, [block.name])))))
        draft.arcs.append(Arc(tail=bars[0], head=bars[-1], role=role, label=label, origin=shown))
    last = draft.frames[-1]
    _fill(draft, last, block.after)
    return frame if frame and frame.stage else (None if last.stage else last)


def _between(draft: OverviewDraft, frame: FrameDraft | None, elements: list[Element]) -> FrameDraft | None:
    """Add layers between blocks: one bar inside a stage that has blocks, else a bar each."""
    moved = any(moves_positions_to_channels(element) for element in elements)
    if not moved and not any(map(is_shown, walk(elements))):
        return frame
    frame = frame or draft.frame()
    weighted = sum(layer.kind in WEIGHTED for layer in walk(elements, gates=False))
    if frame.stage and weighted > 1 and any(is_unit_or_long(item) for item in frame.stage.body):
        _run(draft, frame, tuple(elements))
    else:
        _fill(draft, frame, elements)
    return frame


def _block(draft: OverviewDraft, frame: FrameDraft, block: Block) -> None:
    """Add one bar with the block's shortcut as an arc over it."""
    if ratio := gate_ratio(block):
        text = phrase(Kind.GATE, Word.WITH, *gate_lines(ratio))
        draft.bar(frame, NodeRole.GATE, out_shape(block), text, (block,))
        return
    layers = [item for branch in block.branches for item in branch if isinstance(item, Layer)]
    opaque = any(layer.kind is LayerKind.OPAQUE for layer in layers)
    role = NodeRole.OPAQUE if opaque and not is_residual(block) else NodeRole.BLOCK
    role = NodeRole.GATE if is_gate(block) and role is NodeRole.BLOCK else role
    text = NOTHING if is_residual(block) else _residual_count(block)
    text = text or (phrase(Kind.GATE, Word.GATE) if role is NodeRole.GATE else NOTHING)
    text = text if text or is_residual(block) else _contents(draft, (block,))
    bar = draft.bar(frame, role, out_shape(block), text, (block,))
    draft.unit(frame, bar, (block,))
    _arc_over(draft, bar, block)


def _arc_over(draft: OverviewDraft, bar: Bar, block: Block) -> None:
    """Add an arc over the bar of a block that has a shortcut."""
    if block.shortcut or (() in block.branches and not is_gate(block)):
        edge, label = _shortcut(block)
        shown = shortcut_origin(block, {})
        draft.arcs.append(Arc(tail=bar.id, head=bar.id, role=edge, label=label, origin=shown))


def _graph(draft: OverviewDraft, frame: FrameDraft, graph: Graph) -> None:
    """Add one bar for a graph, which a panel draws open."""
    bar = draft.bar(frame, NodeRole.BLOCK, out_shape(graph), _residual_count(graph), (graph,))
    draft.unit(frame, bar, (graph,))


def _residual_count(element: Block | Graph) -> Label:
    """Return the number of residual blocks inside, as the numbers under bars count them; empty for none."""
    inside = len(residual_units(counted_units((element,))))
    return counted(inside, phrase(Kind.BLOCK, Word.RESIDUAL_BLOCK)) if inside else NOTHING


def _shortcut(block: Block) -> tuple[EdgeRole, Label]:
    if block.shortcut:
        return edge_role(block.shortcut.kind), shortcut_label(block.shortcut)
    return (EdgeRole.SKIP if block.merge is Merge.CONCAT else EdgeRole.FLOW), NOTHING


def _finished(frames: Iterable[FrameDraft], arcs: Iterable[Arc], names: StageNames) -> tuple[Frame, ...]:
    """Return the frames that have bars; no bar is folded where an arc over several bars begins or ends."""
    ends = {end for arc in arcs if arc.tail != arc.head for end in (arc.tail, arc.head)}
    return tuple(_frame(frame, ends, names) for frame in frames if frame.bars)


def _frame(frame: FrameDraft, ends: Set[str], names: StageNames) -> Frame:
    """Return the frame with its runs folded, indices under its blocks, and its captions.

    Where blocks have no index, outside stages, their type is written in bars without a text.
    """
    several = max((unit.last for unit in frame.units.values()), default=0) > 1
    bars: list[Bar] = []
    for bar in frame.bars:
        unit = None if bar.joined else frame.units.get(bar.id)
        if unit and several:
            bar = replace(bar, index=unit.index)
        elif unit and not bar.text and frame.role is not GroupRole.STAGE:
            bar = replace(bar, text=unit_title(unit.elements, capital=False))
        bars.append(bar)
    return Frame(
        id=frame.id,
        role=frame.role,
        title=stage_title(frame.stage, frame.number, names) if frame.stage else frame.title,
        bars=tuple(bars if frame.folds is False else _folded(bars, frame, ends)),
        repeat=max(1, frame.blocks),
        caption=frame.caption,
        origin=origin((frame.stage,)) if frame.stage else together(bar.origin for bar in bars),
    )


def _folded(bars: list[Bar], frame: FrameDraft, ends: Set[str]) -> Iterator[Bar | Omitted]:
    """Yield bars, with all but the first and the last of long runs left out, unless arcs end among them.

    Where annotations fold the frame, the shortest run with one to leave out is long.
    """
    units, shortest = frame.units, 1 if frame.folds else 2
    keys = [
        (units[bar.id].skeleton, bar.joined)
        if bar.id in units
        else (bar.role, bar.text, bar.resolution, bar.channels)
        for bar in bars
    ]
    runs = fold(keys)
    for run in runs:
        part = bars[run.start : run.stop]
        ahead = run.period * (2 if len(runs) == 1 and run.period == 1 and not frame.folds else 1)
        hidden = part[ahead : -run.period]
        least = shortest if run.period == 1 else run.period
        if len(hidden) < least or any(bar.id in ends for bar in hidden):
            yield from part
        else:
            yield from part[:ahead]
            yield Omitted(count=len(hidden), origin=together(bar.origin for bar in hidden))
            yield from part[-run.period :]


def _arcs(arcs: Iterable[Arc], frames: Sequence[Frame]) -> tuple[Arc, ...]:
    """Return the arcs whose ends are shown; of equal labels in a frame only the last is kept."""
    frame_of = {bar.id: frame.id for frame in frames for bar in frame.bars if isinstance(bar, Bar)}
    shown = [arc for arc in arcs if arc.tail in frame_of and arc.head in frame_of]
    groups: dict[tuple[str, ...], list[int]] = {}
    for at, arc in enumerate(shown):
        # Arcs of one kind over single bars of one frame share a label.
        key = (frame_of[arc.tail], arc.role) if arc.tail == arc.head else (arc.tail, arc.head)
        groups.setdefault(key, []).append(at)
    for group in groups.values():
        for at in group[:-1] if len({shown[at].label for at in group}) == 1 else ():
            shown[at] = replace(shown[at], label=NOTHING)
    return tuple(shown)
