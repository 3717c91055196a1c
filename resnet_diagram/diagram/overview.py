"""A network as a strip: slabs in the order of the flow, in bays, with shortcuts as arcs over them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import prod

from resnet_diagram.diagram.block_types import Unit
from resnet_diagram.diagram.model import Arc, Bay, EdgeRole, GroupRole, NodeRole, Omitted, Origin, Slab, Strip
from resnet_diagram.diagram.origin import origin, shortcut_origin
from resnet_diagram.diagram.roles import edge_role, node_role
from resnet_diagram.spec.fold import Run, fold
from resnet_diagram.spec.measure import in_shape, is_gate, is_residual, out_shape, walk
from resnet_diagram.spec.model import Block, Element, Layer, LayerKind, Merge, Network, Shape, Stage
from resnet_diagram.spec.shapes import shape_text
from resnet_diagram.spec.traits import BARS, MIXING, WEIGHTED
from resnet_diagram.wording.layers import layer_lines, shortcut_label
from resnet_diagram.wording.shapes import change_label, result_label, shape_label
from resnet_diagram.wording.stages import StageNames, stage_title
from resnet_diagram.wording.terms import NOTHING, Kind, Label, phrase
from resnet_diagram.wording.vocabulary import Word

_LAST = ("sigmoid", "softmax", "log_softmax", "tanh")
"""Activations that end a network."""


@dataclass
class _Draft:
    """A bay in the making: its slabs, the units among them, and what its frame says."""

    role: GroupRole | None
    id: str
    title: Label = NOTHING
    caption: Label = NOTHING
    stage: Stage | None = None
    number: int = 0
    slabs: list[Slab] = field(default_factory=list)
    units: dict[str, Unit] = field(default_factory=dict)


@dataclass
class _Strip:
    """A strip in the making."""

    largest: int
    dims: int
    bays: list[_Draft] = field(default_factory=list)
    arcs: list[Arc] = field(default_factory=list)
    stages: int = 0
    count: int = 0

    def bay(
        self, role: GroupRole | None = None, title: Label = NOTHING, stage: Stage | None = None
    ) -> _Draft:
        """Begin a bay."""
        self.stages += stage is not None
        number = self.stages if stage else 0
        name = f"stage{number}" if stage else (role.value if role else f"part{len(self.bays)}")
        draft = _Draft(role=role, id=name, title=title, stage=stage, number=number)
        draft.caption = change_label(in_shape(stage), out_shape(stage)) if stage else NOTHING
        self.bays.append(draft)
        return draft

    def slab(
        self,
        bay: _Draft,
        role: NodeRole,
        shape: Shape,
        text: Label = NOTHING,
        shown: Sequence[Element] = (),
    ) -> Slab:
        """Add a slab that yields `shape` and shows the elements `shown`."""
        self.count += 1
        slab = Slab(
            id=f"{bay.id}-slab{len(bay.slabs) + 1}",
            role=role,
            resolution=min(1.0, (prod(shape[1:]) / self.largest) ** (1 / self.dims)),
            channels=shape[0],
            text=text,
            shade=bay.number,
            origin=origin(shown) if shown else Origin(shape=shape_text(shape)),
        )
        bay.slabs.append(slab)
        return slab


def strip(network: Network, names: StageNames) -> tuple[Strip, tuple[Unit, ...]]:
    """The strip of a network, and the units that stand in it as blocks."""
    shapes = [network.input_shape, *(layer.out_shape for layer in walk(network))]
    draft = _Strip(
        largest=max(prod(shape[1:]) for shape in shapes),
        dims=max(1, len(max(shapes, key=lambda shape: prod(shape[1:]))) - 1),
    )
    stem = draft.bay(GroupRole.STEM, phrase(Kind.TITLE, Word.STEM)) if network.stem else draft.bay()
    draft.slab(stem, NodeRole.INPUT, network.input_shape, shape_label(network.input_shape))
    _fill(draft, stem, network.stem)
    stem.caption = result_label(out_shape(network.stem)) if network.stem else NOTHING
    _flow(draft, network.body, None if network.stem else stem)
    if network.head:
        head = draft.bay(GroupRole.HEAD, phrase(Kind.TITLE, Word.HEAD))
        head.caption = change_label(in_shape(network.head), out_shape(network.head))
        _fill(draft, head, network.head)
    units = tuple(unit for bay in draft.bays for unit in bay.units.values())
    shown = [_finished(bay, names) for bay in draft.bays if bay.slabs]
    return Strip(bays=tuple(shown), arcs=_arcs(draft.arcs, shown)), units


def _fill(draft: _Strip, bay: _Draft, elements: Iterable[Element]) -> None:
    """The elements of stem or head: a slab a layer, a slab a block."""
    for element in elements:
        if isinstance(element, Layer):
            _layer(draft, bay, element)
        elif _is_unit_or_long(element):
            assert isinstance(element, Block)
            _block(draft, bay, element)
        elif isinstance(element, Block):
            _fill(draft, bay, () if is_gate(element) else tuple(walk(element)))
        else:
            _fill(draft, bay, element.body)


def _layer(draft: _Strip, bay: _Draft, layer: Layer) -> None:
    if layer.kind in BARS or layer.op in _LAST:
        draft.slab(bay, node_role(layer.kind), layer.out_shape, layer_lines(layer)[0], (layer,))


def _flow(draft: _Strip, elements: Sequence[Element], bay: _Draft | None) -> None:
    """Elements in the order of the flow: stages get bays of their own, what is between them loose ones."""
    twins = _twins(elements)
    waiting: list[Element] = []
    for at, element in enumerate(elements):
        if isinstance(element, Stage) or _is_unit_or_long(element):
            bay = _between(draft, bay, waiting)
            waiting = []
        if isinstance(element, Stage):
            _stage(draft, element, bay)
            bay = bay if bay and bay.stage else None
        elif isinstance(element, Block) and _is_long(element) and at not in twins:
            bay = _long(draft, element, bay)
        elif _is_unit_or_long(element):
            assert isinstance(element, Block)
            bay = bay or draft.bay()
            _block(draft, bay, element)
        else:
            waiting.append(element)
    _between(draft, bay, waiting)


def _twins(elements: Sequence[Element]) -> set[int]:
    """Positions of long blocks that stand there more than once: drawn as slabs, not open."""
    long = [at for at, one in enumerate(elements) if isinstance(one, Block) and _is_long(one)]
    keys = {at: Unit(elements=(elements[at],), stage=0, number=0).skeleton for at in long}
    found = list(keys.values())
    return {at for at, key in keys.items() if found.count(key) > 1}


def _stage(draft: _Strip, stage: Stage, around: _Draft | None) -> None:
    """A stage in a bay of its own; one inside another stage goes on in that one's."""
    bay = around if around and around.stage else draft.bay(GroupRole.STAGE, NOTHING, stage)
    _flow(draft, stage.body, bay)


def _long(draft: _Strip, block: Block, bay: _Draft | None) -> _Draft | None:
    """A block whose branch is drawn open: an arc from before its first slab to behind its last."""
    before = draft.count
    inner = bay or draft.bay()
    branch = next(branch for branch in block.branches if branch)
    _flow(draft, (*block.before, *branch), inner)
    made = [slab for one in draft.bays for slab in one.slabs][before:]
    if made:
        role, label = _shortcut(block)
        label = label or (phrase(Kind.OPERATOR, Word.CONCAT) if role is EdgeRole.SKIP else NOTHING)
        shown = shortcut_origin(block, {})
        draft.arcs.append(Arc(tail=made[0].id, head=made[-1].id, role=role, label=label, origin=shown))
    last = draft.bays[-1]
    _fill(draft, last, block.after)
    return bay if bay and bay.stage else (None if last.stage else last)


def _between(draft: _Strip, bay: _Draft | None, elements: list[Element]) -> _Draft | None:
    """Layers between blocks: one slab inside a stage that has blocks, else a slab each."""
    visible = [layer for layer in walk(elements, gates=False) if layer.kind in BARS]
    if not visible:
        return bay
    bay = bay or draft.bay()
    weighted = sum(layer.kind in WEIGHTED for layer in visible)
    if bay.stage and weighted > 1 and any(_is_unit_or_long(one) for one in bay.stage.body):
        slab = draft.slab(bay, NodeRole.BLOCK, out_shape(elements), shown=elements)
        number = len(bay.units) + 1
        bay.units[slab.id] = Unit(elements=tuple(elements), stage=bay.number, number=number)
    else:
        _fill(draft, bay, elements)
    return bay


def _block(draft: _Strip, bay: _Draft, block: Block) -> None:
    """One slab with the block's shortcut as an arc over it."""
    opaque = next((one for branch in block.branches for one in branch if _is_opaque(one)), None)
    role = NodeRole.OPAQUE if opaque and not is_residual(block) else NodeRole.BLOCK
    slab = draft.slab(bay, role, out_shape(block), shown=(block,))
    bay.units[slab.id] = Unit(elements=(block,), stage=bay.number, number=len(bay.units) + 1)
    if block.shortcut or () in block.branches:
        edge, label = _shortcut(block)
        shown = shortcut_origin(block, {})
        draft.arcs.append(Arc(tail=slab.id, head=slab.id, role=edge, label=label, origin=shown))


def _is_opaque(element: Element) -> bool:
    return isinstance(element, Layer) and element.kind is LayerKind.OPAQUE


def _shortcut(block: Block) -> tuple[EdgeRole, Label]:
    if block.shortcut:
        return edge_role(block.shortcut.kind), shortcut_label(block.shortcut)
    return (EdgeRole.SKIP if block.merge is Merge.CONCAT else EdgeRole.FLOW), NOTHING


def _is_unit_or_long(element: Element) -> bool:
    """Whether it is a block of its own, and no gate or regrouping of positions among other layers."""
    if not isinstance(element, Block) or is_gate(element):
        return False
    kinds = MIXING | {LayerKind.OPAQUE, LayerKind.POOL}
    return bool(element.shortcut) or any(layer.kind in kinds for layer in walk(element))


def _is_long(element: Element) -> bool:
    """Whether blocks, stages or an upsampling lie inside the one branch of a block with a way round."""
    if not isinstance(element, Block) or is_gate(element):
        return False
    branches = [branch for branch in element.branches if branch]
    if len(branches) != 1 or not (element.shortcut or () in element.branches):
        return False
    if any(isinstance(one, Stage) or _is_unit_or_long(one) for one in branches[0]):
        return True
    return any(prod(one.out_shape[1:]) > prod(one.in_shape[1:]) for one in _resized(branches[0]))


def _resized(branch: Sequence[Element]) -> Iterator[Layer]:
    """The layers that may enlarge the resolution."""
    for layer in walk(branch, gates=False):
        if layer.kind is LayerKind.UPSAMPLE or layer.op == "conv_transpose":
            yield layer


def _finished(bay: _Draft, names: StageNames) -> Bay:
    """The bay with its runs folded, indices under its blocks, and its captions."""
    slabs = [replace(slab, index=_index(bay, slab)) for slab in bay.slabs]
    return Bay(
        id=bay.id,
        role=bay.role,
        title=stage_title(bay.stage, bay.number, names) if bay.stage else bay.title,
        slabs=tuple(_folded(slabs, bay.units)),
        repeat=max(1, len(bay.units)) if bay.stage else 1,
        caption=bay.caption,
        origin=origin((bay.stage,)) if bay.stage else _joined(slabs),
    )


def _joined(slabs: Iterable[Slab]) -> Origin:
    """Return the origin of several slabs together."""
    origins = [slab.origin for slab in slabs]
    return Origin(
        paths=tuple(path for origin in origins for path in origin.paths),
        params=sum(origin.params for origin in origins),
        macs=sum(origin.macs for origin in origins),
    )


def _index(bay: _Draft, slab: Slab) -> str:
    return str(bay.units[slab.id].number) if slab.id in bay.units and len(bay.units) > 1 else ""


def _folded(slabs: list[Slab], units: dict[str, Unit]) -> Iterator[Slab | Omitted]:
    """Slabs with all but the first and the last of long runs left out."""
    keys = [units[slab.id].skeleton if slab.id in units else slab.id for slab in slabs]
    runs = fold(keys)
    for run in runs:
        part = slabs[run.start : run.start + run.period * run.count]
        ahead = run.period * (2 if len(runs) == 1 and run.period == 1 else 1)
        hidden = len(part) - ahead - run.period
        if hidden < _least_hidden(run):
            yield from part
        else:
            yield from part[:ahead]
            yield Omitted(count=hidden, origin=_joined(part[ahead : -run.period]))
            yield from part[-run.period :]


def _least_hidden(run: Run) -> int:
    """From how many slabs on "…" is worth its place."""
    return 2 if run.period == 1 else run.period


def _arcs(arcs: Iterable[Arc], bays: Sequence[Bay]) -> tuple[Arc, ...]:
    """The arcs whose ends are shown; in each bay one of those that say the same says it."""
    bay_of = {slab.id: bay.id for bay in bays for slab in bay.slabs if isinstance(slab, Slab)}
    shown = [arc for arc in arcs if arc.tail in bay_of and arc.head in bay_of]
    groups: dict[tuple[str, ...], list[Arc]] = {}
    for arc in shown:
        groups.setdefault(_group(arc, bay_of), []).append(arc)
    last = {key: arcs[-1] for key, arcs in groups.items() if len({arc.label for arc in arcs}) == 1}
    return tuple(
        arc if last.get(_group(arc, bay_of), arc) is arc else replace(arc, label=NOTHING) for arc in shown
    )


def _group(arc: Arc, bay_of: Mapping[str, str]) -> tuple[str, ...]:
    """Arcs of a kind over single slabs of one bay stand together; any other stands for itself."""
    return (bay_of[arc.tail], arc.role) if arc.tail == arc.head else (arc.tail, arc.head)
