"""Table of views, and the builders of those that show one network."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from resnet_diagram.diagram.chain import BuildContext, IdAllocator, block, folded, items
from resnet_diagram.diagram.describe import describe
from resnet_diagram.diagram.flat import flattened, network_panel
from resnet_diagram.diagram.legend import legend
from resnet_diagram.diagram.model import (
    Chain,
    Diagram,
    Flow,
    Group,
    GroupRole,
    Item,
    Node,
    NodeRole,
    Origin,
    Panel,
)
from resnet_diagram.diagram.options import Options, Show, View
from resnet_diagram.diagram.origin import copies_of, origin
from resnet_diagram.errors import UsageError
from resnet_diagram.spec.closed import closed
from resnet_diagram.spec.fold import Run, fold
from resnet_diagram.spec.measure import in_shape, out_shape, units
from resnet_diagram.spec.model import Block, Element, Layer, Network, Shortcut, Stage
from resnet_diagram.spec.shapes import shape_text
from resnet_diagram.spec.signature import anonymous
from resnet_diagram.wording.blocks import block_type
from resnet_diagram.wording.counts import count_labels, counted
from resnet_diagram.wording.layers import kind_label, shortcut_label
from resnet_diagram.wording.shapes import change_label, shape_label
from resnet_diagram.wording.stages import stage_title
from resnet_diagram.wording.terms import NOTHING, Kind, Label, literal, number, phrase
from resnet_diagram.wording.vocabulary import Word

StageBuilder = Callable[[Stage, str, BuildContext], tuple[Item, ...]]
"""Build the items of a stage, with ids that begin with a prefix."""


Builder = Callable[[Sequence[Network], Options], Diagram]


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewRow:
    """A view and the functions that build its diagrams.

    `flat` builds the flat reading alone where the diagram keeps one. `least` and `most`: how many networks
    one diagram takes. `takes_block`: `Options.block` selects its content. `folded`: the view to take where a
    chart of this one is too large.
    """

    view: View
    build: Builder
    flat: Builder | None = None
    least: int = 1
    most: int = 1
    takes_block: bool = False
    folded: View | None = None


def view_named(view: View) -> ViewRow:
    """Return the row of a view."""
    return next(row for row in VIEWS if row.view is view)


def build(networks: Sequence[Network], options: Options, *, flat: bool = False) -> Diagram:
    """Return the diagram of networks in the requested view, or its flat reading.

    Raises UsageError for a number of networks that the view does not take, or an unknown block.
    """
    check_count(networks, options.view)
    row = view_named(options.view)
    chains = [closed(network) for network in networks]
    if flat and row.flat:
        return row.flat(chains, options)
    diagram = row.build(chains, options)
    return flattened(diagram) if flat else diagram


def check_count(networks: Sequence[Network], view: View) -> None:
    """Raise UsageError for a number of networks that a view does not take."""
    row = view_named(view)
    if row.most == 1 and len(networks) != 1:
        raise UsageError(f"Got {len(networks)} networks; the view {row.view} draws one. Take 'compare'.")
    if not row.least <= len(networks) <= row.most:
        raise UsageError(f"Got {len(networks)} networks to {row.view}; give {row.least} to {row.most}.")


def _compare(networks: Sequence[Network], options: Options) -> Diagram:
    from resnet_diagram.diagram.compare import compared

    return compared(networks, options)


def _blocks(networks: Sequence[Network], options: Options) -> Diagram:
    """Return the diagram of one block, or of one of each type."""
    from resnet_diagram.diagram.block import block_panels

    (network,) = networks
    panels = block_panels(network, options)
    title = network.name if options.title is None else options.title
    return _diagram(
        literal(title) if len(panels) > 1 or options.title is not None else NOTHING,
        panels,
        options,
        f"{network.name}: " + "; ".join(panel.title for panel in panels) + ".",
    )


def _paper_chain(networks: Sequence[Network], options: Options) -> Diagram:
    """Return the chain of a network with the first block of each stage open."""
    return _whole(networks[0], options, _paper)


def _paper_view(networks: Sequence[Network], options: Options) -> Diagram:
    """Return an overview and one inset for each type of block; as a chain, the first blocks open."""
    return _in_panels(networks[0], options, _paper_chain(networks, options), with_insets=True)


def _overview_chain(networks: Sequence[Network], options: Options) -> Diagram:
    """Return the chain of a network with one node a stage."""
    return _whole(networks[0], options, _summary, flow=Flow.RIGHT)


def _overview_view(networks: Sequence[Network], options: Options) -> Diagram:
    """Return an overview; as a chain, one node a stage."""
    return _in_panels(networks[0], options, _overview_chain(networks, options), with_insets=False)


def _full_view(networks: Sequence[Network], options: Options) -> Diagram:
    """Return the chain of a network with every block open."""
    return _whole(networks[0], options, _full, dense=True)


def _in_panels(network: Network, options: Options, flat: Diagram, *, with_insets: bool) -> Diagram:
    """Return the panels of a network, with its flat reading."""
    from resnet_diagram.diagram.panels import panels

    content = panels(network, _title(network, options), options, with_insets=with_insets)
    return replace(_diagram(flat.title, content, options, flat.description), flow=flat.flow, flat=flat)


def _diagram(title: str, panels: tuple[Panel, ...], options: Options, description: str) -> Diagram:
    return Diagram(
        title=title,
        panels=panels,
        legend=legend([panel.content for panel in panels]) if options.legend else (),
        description=description,
        direction=options.direction,
        flow=Flow(options.direction or Flow.ROWS),
    )


def _whole(
    network: Network, options: Options, stage: StageBuilder, *, flow: Flow = Flow.ROWS, dense: bool = False
) -> Diagram:
    """Return a network from stem to head; `flow`: the direction of its chart if none is requested."""
    context = BuildContext(names=IdAllocator(), shade=0, stage=stage, show=options.show)
    drawing = (*_stem(network, context), *_body(network, context, options), *_head(network, context, options))
    panels = (network_panel(Chain(items=drawing, dense=dense)),)
    diagram = _diagram(_title(network, options), panels, options, describe(network))
    return replace(diagram, flow=Flow(options.direction or flow))


def _title(network: Network, options: Options) -> Label:
    """Return the requested title, or the network's name, marked as a part if its forward stopped."""
    if options.title is not None:
        return literal(options.title)
    name = literal(network.name)
    return name if network.stopped_at is None else phrase(Kind.TITLE, Word.PARTIAL, name)


def _stem(network: Network, context: BuildContext) -> tuple[Item, ...]:
    value = Origin(shape=shape_text(network.input_shape))
    start = Node(id="input", role=NodeRole.INPUT, lines=(shape_label(network.input_shape),), origin=value)
    stored = (start, *items(network.stem, "stem", context))
    if not network.stem:
        return stored
    title = phrase(Kind.TITLE, Word.STEM)
    return (Group(id="stem", role=GroupRole.STEM, title=title, items=stored, origin=origin(network.stem)),)


def _head(network: Network, context: BuildContext, options: Options) -> tuple[Item, ...]:
    stored = items(network.head, "head", context)
    if not stored:
        return ()
    shapes = change_label(in_shape(network.head[0]), out_shape(network.head[-1]))
    caption = shapes if Show.SHAPES in options.show else NOTHING
    return (
        Group(
            id="head",
            role=GroupRole.HEAD,
            title=phrase(Kind.TITLE, Word.HEAD),
            items=stored,
            caption=caption,
            origin=origin(network.head),
        ),
    )


def _body(network: Network, context: BuildContext, options: Options) -> tuple[Item, ...]:
    """The stages, numbered; blocks outside any are drawn as those of a stage, without its frame."""
    result: list[Item] = []
    number = 0
    for kind, run in groupby(network.body, key=type):
        if kind is Stage:
            stages = [element for element in run if isinstance(element, Stage)]
            numbered = enumerate(stages, number + 1)
            result += [_stage(item, at, context._replace(shade=at), options) for at, item in numbered]
            number += len(stages)
        else:
            draw = context.stage if kind is Block else _full
            result += draw(Stage(body=tuple(run)), "body", context._replace(shade=1))
    return tuple(result)


def _stage(stage: Stage, number: int, context: BuildContext, options: Options) -> Group:
    prefix = f"stage{number}"
    title = stage_title(stage, number, options.names)
    counts = Label(*count_labels(stage, options.show), joint=Word.LIST)
    return Group(
        id=prefix,
        role=GroupRole.STAGE,
        title=phrase(Kind.TITLE, Word.WITH, title, counts) if counts else title,
        items=context.stage(stage, prefix, context),
        repeat=max(1, len(units(stage.body))),
        caption=change_label(in_shape(stage), out_shape(stage)) if Show.SHAPES in options.show else NOTHING,
        shade=number,
        origin=origin((stage,)),
    )


def _summary(stage: Stage, prefix: str, context: BuildContext) -> tuple[Item, ...]:
    """Return one node: the types of block, and how many shortcuts of each kind."""
    blocks = [element for element in stage.body if isinstance(element, Block)]
    types = Counter(map(block_type, blocks))
    shortcuts = Counter(_shortcut_line(block.shortcut) for block in blocks if block.shortcut)
    lines = [counted(count, name) for name, count in types.items()] or [phrase(Kind.BLOCK, Word.LAYERS)]
    lines += [Label(number(Kind.COUNT, count), line) for line, count in shortcuts.items()]
    node = Node(
        id=context.names.numbered(prefix, "blocks"),
        role=NodeRole.STAGE,
        lines=tuple(lines),
        shade=context.shade,
        origin=origin(stage.body),
    )
    return (node,)


def _shortcut_line(shortcut: Shortcut) -> Label:
    """Return the kind of a shortcut and the layers on it."""
    kind, words = kind_label(shortcut.kind), shortcut_label(shortcut)
    return kind if Kind.SHORTCUT in words.kinds else phrase(Kind.SHORTCUT, Word.NAMED, kind, words)


def _paper(stage: Stage, prefix: str, context: BuildContext) -> tuple[Item, ...]:
    """The first block open, equal neighbours behind it folded."""
    opened = next((at for at, item in enumerate(stage.body) if not isinstance(item, Layer)), len(stage.body))
    result: list[Item] = list(items(stage.body[:opened], prefix, context))
    if opened < len(stage.body):
        result.append(_open(stage.body[opened], 1, prefix, context))
    rest = stage.body[opened + 1 :]
    runs = fold([anonymous(element) for element in rest])
    for run in runs:
        result += _run(rest, run, 2, prefix, context, detailed=len(runs) > 1)
    return tuple(result)


def _full(stage: Stage, prefix: str, context: BuildContext) -> tuple[Item, ...]:
    result: list[Item] = []
    count = 0
    for is_layer, run in groupby(stage.body, key=lambda element: isinstance(element, Layer)):
        if is_layer:
            result += items(run, prefix, context)
        else:
            blocks = [
                _open(element, number, prefix, context) for number, element in enumerate(run, count + 1)
            ]
            result += blocks
            count += len(blocks)
    return tuple(result)


def _open(element: Element, number: int, prefix: str, context: BuildContext) -> Group:
    """One block with its layers."""
    inner = f"{prefix}-block{number}"
    if isinstance(element, Block):
        stored = block(element, inner, context)
    else:
        stored = items(element.body if isinstance(element, Stage) else (element,), inner, context)
    return Group(
        id=inner,
        role=GroupRole.BLOCK,
        title=NOTHING,
        items=stored,
        shade=context.shade,
        origin=origin((element,)),
    )


def _run(
    rest: tuple[Element, ...], run: Run, first: int, prefix: str, context: BuildContext, *, detailed: bool
) -> tuple[Item, ...]:
    """A folded run: one group with its count."""
    repeats = [
        rest[at : at + run.period] for at in range(run.start, run.start + run.period * run.count, run.period)
    ]
    pattern, copies = repeats[0], copies_of(repeats)
    context = context._replace(copies=copies)
    before = sum(not isinstance(element, Layer) for element in rest[: run.start])
    many = sum(not isinstance(element, Layer) for element in pattern) * run.count
    start = first + before
    if not many:
        return items(rest[run.start : run.start + run.period * run.count], prefix, context)
    inner = f"{prefix}-block{start}" if many == 1 else f"{prefix}-blocks{start}to{start + many - 1}"
    stored: list[Item] = []
    for element in pattern:
        if isinstance(element, Block):
            stored += folded(element, inner, context, detailed=detailed)
        else:
            stored += items((element,), inner, context)
    return (
        Group(
            id=inner,
            role=GroupRole.BLOCK,
            title=NOTHING,
            items=tuple(stored),
            repeat=run.count,
            shade=context.shade,
            origin=origin(pattern, copies),
        ),
    )


VIEWS = (
    ViewRow(view=View.PAPER, build=_paper_view, flat=_paper_chain, folded=View.OVERVIEW),
    ViewRow(view=View.OVERVIEW, build=_overview_view, flat=_overview_chain),
    ViewRow(view=View.BLOCK, build=_blocks, takes_block=True),
    ViewRow(view=View.FULL, build=_full_view, folded=View.PAPER),
    ViewRow(view=View.COMPARE, build=_compare, least=2, most=4),
)
"""All views, the default first."""
