"""A whole network as a chain, from stem to head, with its stages drawn in one of several ways."""

from collections import Counter
from collections.abc import Callable
from itertools import chain, groupby

from resnet_diagram.diagram.chain.blocks import (
    BuildContext,
    IdAllocator,
    block_group,
    folded,
    is_one_box,
    items,
    serving,
)
from resnet_diagram.diagram.legend import WORDS
from resnet_diagram.diagram.model import Group, GroupRole, Item, Node, NodeRole, Origin
from resnet_diagram.diagram.options import Options, Show
from resnet_diagram.diagram.origin import origin, paths_of
from resnet_diagram.diagram.roles import edge_role
from resnet_diagram.spec.counting.blocks import counted_runs, residual_units, units
from resnet_diagram.spec.counting.stages import numbered_stages
from resnet_diagram.spec.counting.transformer_layers import is_transformer_layer
from resnet_diagram.spec.fold import Run, fold
from resnet_diagram.spec.measure import in_shape, out_shape
from resnet_diagram.spec.model import Block, Element, Network, Stage
from resnet_diagram.spec.shapes import shape_text
from resnet_diagram.spec.signature import anonymous
from resnet_diagram.wording.blocks import unit_type
from resnet_diagram.wording.counts import count_labels, counted
from resnet_diagram.wording.layers import kind_label, shortcut_label
from resnet_diagram.wording.modules import stage_title
from resnet_diagram.wording.shapes import change_label, shape_label
from resnet_diagram.wording.terms import NOTHING, Kind, Label, number, phrase
from resnet_diagram.wording.vocabulary import Word

StageBuilder = Callable[[Stage, str, BuildContext], tuple[Item, ...]]
"""Build the items of a stage, with ids that begin with a prefix."""


def network_items(network: Network, options: Options, stage: StageBuilder) -> tuple[Item, ...]:
    """Return the items of a network from stem to head, with its stages drawn by `stage`."""
    ends = tuple(port.name for port in network.inputs), tuple(port.name for port in network.outputs)
    context = BuildContext(
        names=IdAllocator(),
        shade=0,
        stage=stage,
        show=options.show,
        naming=options.names,
        numbers={id(outer): at for at, outer in numbered_stages(network)},
        ends=ends,
    )
    value = Origin(shape=shape_text(network.input_shape))
    start = Node(id="input", role=NodeRole.INPUT, lines=(shape_label(network.input_shape),), origin=value)
    stem: tuple[Item, ...] = () if not network.stem and len(network.inputs) > 1 else (start,)
    if network.stem:
        inside, title = (start, *items(network.stem, "stem", context)), phrase(Kind.TITLE, Word.STEM)
        shown = origin(network.stem)
        stem = (Group(id="stem", role=GroupRole.STEM, title=title, items=inside, origin=shown),)
    body, head = _body(network, context, options), items(network.head, "head", context)
    if head:
        title, caption = phrase(Kind.TITLE, Word.HEAD), NOTHING
        if Show.SHAPES in options.show:
            caption = change_label(in_shape(network.head[0]), out_shape(network.head[-1]))
        shown = origin(network.head)
        group = Group(id="head", role=GroupRole.HEAD, title=title, items=head, caption=caption, origin=shown)
        head = (group,)
    return (*stem, *body, *head)


def _body(network: Network, context: BuildContext, options: Options) -> tuple[Item, ...]:
    """Return the stages, numbered; blocks outside any are drawn without a frame."""
    result: list[Item] = []
    number = 0
    for kind, run in groupby(network.body, key=type):
        if kind is Stage:
            stages = [element for element in run if isinstance(element, Stage)]
            numbered = enumerate(stages, number + 1)
            result += [_stage(item, at, context._replace(shade=at), options) for at, item in numbered]
            number += len(stages)
        else:
            draw = context.stage if kind is Block else every_block_open
            result += draw(Stage(body=tuple(run)), "body", context._replace(shade=1))
    return tuple(result)


def _stage(stage: Stage, number: int, context: BuildContext, options: Options) -> Group:
    prefix = f"stage{number}"
    title = stage_title(stage, number, options.names)
    folds = options.annotations.folds(paths_of(stage))
    if folds is False:
        context = context._replace(stage=every_block_open)
    elif folds and context.stage is every_block_open:
        context = context._replace(stage=first_blocks_open)
    counts = Label(*count_labels(stage, options.show), joint=Word.LIST)
    return Group(
        id=prefix,
        role=GroupRole.STAGE,
        title=phrase(Kind.TITLE, Word.WITH, title, counts) if counts else title,
        items=context.stage(stage, prefix, context),
        repeat=max(1, len(units((stage,)))),
        caption=change_label(in_shape(stage), out_shape(stage)) if Show.SHAPES in options.show else NOTHING,
        shade=number,
        origin=origin((stage,)),
    )


def stage_summary(stage: Stage, prefix: str, context: BuildContext) -> tuple[Item, ...]:
    """Return one node for the blocks of a stage: their types, and how many shortcuts of each kind.

    Layers before and behind the blocks, such as the transition of a DenseNet, have boxes of their own.
    """
    blocks = units((stage,))
    counted_ids = {id(element) for run in counted_runs(stage.body, stage.name) for element in run}
    places = [
        at for at, element in enumerate(stage.body) if id(element) in counted_ids or not is_one_box(element)
    ]
    first, last = (places[0], places[-1] + 1) if places else (0, len(stage.body))
    types = Counter(map(unit_type, blocks))
    shortcuts = Counter(
        (block.shortcut.kind, shortcut_label(block.shortcut))
        for block in residual_units(blocks)
        if block.shortcut
    )
    lines = [counted(count, name) for name, count in types.items()] or [phrase(Kind.BLOCK, Word.LAYERS)]
    for (kind, words), count in shortcuts.items():  # "6 identity shortcuts", "1 projection: 1×1 conv, s=2"
        if Kind.SHORTCUT in words.kinds:
            lines.append(counted(count, phrase(Kind.SHORTCUT, WORDS[edge_role(kind)])))
        else:
            named = phrase(Kind.SHORTCUT, Word.NAMED, kind_label(kind), words)
            lines.append(Label(number(Kind.COUNT, count), named))
    node = Node(
        id=context.names.numbered(prefix, "blocks"),
        role=NodeRole.STAGE,
        lines=tuple(lines),
        shade=context.shade,
        origin=origin(stage.body[first:last]),
    )
    before, behind = items(stage.body[:first], prefix, context), items(stage.body[last:], prefix, context)
    return (*before, node, *behind)


def first_blocks_open(stage: Stage, prefix: str, context: BuildContext) -> tuple[Item, ...]:
    """Return the first block of a stage open, and equal neighbours behind it folded."""
    opened = next((at for at, item in enumerate(stage.body) if not is_one_box(item)), len(stage.body))
    result: list[Item] = list(items(stage.body[:opened], prefix, context))
    if opened < len(stage.body):
        result.append(_open(stage.body[opened], 1, prefix, context))
    rest = stage.body[opened + 1 :]
    runs = fold([anonymous(element) for element in rest])
    for is_layers, group in groupby(runs, key=lambda run: all(map(is_one_box, rest[run.start : run.stop]))):
        if is_layers:
            between = [element for run in group for element in rest[run.start : run.stop]]
            result += items(between, prefix, context)
        else:
            for run in group:
                result += _run(rest, run, prefix, context, detailed=len(runs) > 1)
    return tuple(result)


def every_block_open(stage: Stage, prefix: str, context: BuildContext) -> tuple[Item, ...]:
    """Return every block of a stage open."""
    result: list[Item] = []
    count = 0
    for is_layers, run in groupby(stage.body, key=is_one_box):
        if is_layers:
            result += items(run, prefix, context)
        else:
            blocks = [
                _open(element, number, prefix, context) for number, element in enumerate(run, count + 1)
            ]
            result += blocks
            count += len(blocks)
    return tuple(result)


def _open(element: Element, number: int, prefix: str, context: BuildContext) -> Group:
    """Return one block with its layers."""
    inner = f"{prefix}-block{number}"
    stored = items(element.body if isinstance(element, Stage) else (element,), inner, context)
    return block_group(inner, stored, (element,), context)


def _run(
    rest: tuple[Element, ...], run: Run, prefix: str, context: BuildContext, *, detailed: bool
) -> tuple[Item, ...]:
    """Return one group with its count for a run of equal elements behind the first block."""
    repeats = [rest[at : at + run.period] for at in run.starts]
    pattern = repeats[0]
    context = serving(repeats, context)
    before = sum(not is_one_box(element) for element in rest[: run.start])
    many = sum(not is_one_box(element) for element in pattern) * run.count
    start = 2 + before
    inner = f"{prefix}-block{start}" if many == 1 else f"{prefix}-blocks{start}to{start + many - 1}"
    stored: list[Item] = []
    members = (element.body if is_transformer_layer(element) else (element,) for element in pattern)
    for element in chain.from_iterable(members):
        if isinstance(element, Block):
            stored += folded(element, inner, context, detailed=detailed)
        else:
            stored += items((element,), inner, context)
    return (block_group(inner, stored, pattern, context, repeat=run.count),)
