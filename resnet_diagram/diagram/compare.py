"""The view `compare`: networks side by side, in rows of equal resolution, with their differences marked."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from resnet_diagram.diagram.chain import Names, Pen, block, folded, items
from resnet_diagram.diagram.describe import describe
from resnet_diagram.diagram.fold import fold
from resnet_diagram.diagram.insets import kind_title
from resnet_diagram.diagram.kinds import Unit
from resnet_diagram.diagram.labels import count_words, plural
from resnet_diagram.diagram.legend import sheet_legend
from resnet_diagram.diagram.links import groups, nodes
from resnet_diagram.diagram.model import (
    Column,
    Comparison,
    Diagram,
    Direction,
    Fork,
    Group,
    GroupRole,
    Item,
    LegendEntry,
    Node,
    NodeRole,
    Sheet,
)
from resnet_diagram.diagram.options import Options, Show
from resnet_diagram.errors import UsageError
from resnet_diagram.spec.compare import anonymous
from resnet_diagram.spec.measure import is_residual, out_shape
from resnet_diagram.spec.model import Block, Element, Layer, LayerKind, Network, Stage
from resnet_diagram.spec.shapes import shape_text

MOST = 4
"""Networks side by side."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """A part of a network that gets a row: the key it is aligned by, the words beside it, what is in it."""

    key: tuple[str, int]
    words: str
    elements: tuple[Element, ...]
    shade: int


def compared(networks: Sequence[Network], options: Options) -> Diagram:
    """Two to four networks side by side. Raises UsageError for another number."""
    if not 2 <= len(networks) <= MOST:
        raise UsageError(f"Got {len(networks)} networks to compare; give two to {MOST}.")
    comparison = _comparison(networks, options)
    title = " and ".join(network.name for network in networks) if options.title is None else options.title
    diagram = Diagram(
        title=title if options.title is not None else "",
        direction=options.direction or Direction.DOWN,
        fixed=options.direction is not None,
        items=tuple(_chain(column) for column in comparison.columns),
        description=" ".join(describe(network) for network in networks),
    )
    if not options.legend:
        return replace(diagram, sheet=Sheet(comparison=comparison))
    entries = sheet_legend([sum(column.cells, ()) for column in comparison.columns])
    if _has_marks(comparison):
        entries += (LegendEntry(role=None, text=f"bold, ≠: differs from {networks[0].name}"),)
    return replace(diagram, sheet=Sheet(comparison=comparison, legend=entries), legend=entries)


def _chain(column: Column) -> Group:
    """A network's cells one behind the other, for formats that lay out by themselves."""
    held = tuple(item for cell in column.cells for item in cell)
    return Group(id=column.id, role=GroupRole.NETWORK, title=column.title, items=held)


def _comparison(networks: Sequence[Network], options: Options) -> Comparison:
    parts = [_parts(network) for network in networks]
    keys = _merged([[part.key for part in own] for own in parts])
    columns = [
        _column(number, network, own, keys, options)
        for number, (network, own) in enumerate(zip(networks, parts, strict=True), 1)
    ]
    words = {part.key: part.words for own in reversed(parts) for part in own}
    marked = [columns[0], *(_marked(column, columns[0]) for column in columns[1:])]
    return Comparison(rows=tuple(words[key] for key in keys), columns=tuple(marked))


def _parts(network: Network) -> list[_Part]:
    """Stem, stages and head; stages at one resolution are told apart by their order."""
    found = [_Part(key=("stem", 0), words="", elements=network.stem, shade=0)] if network.stem else []
    seen: dict[str, int] = {}
    loose: list[Element] = []
    stages = 0
    for element in (*network.body, None):
        if element is not None and not isinstance(element, Stage):
            loose.append(element)
            continue
        for part in (tuple(loose), element.body if isinstance(element, Stage) else ()):
            if part:
                stages += 1
                size = shape_text((1, *out_shape(part)[1:])).removesuffix("×1")
                seen[size] = seen.get(size, 0) + 1
                found.append(_Part(key=(size, seen[size]), words=size, elements=part, shade=stages))
        loose = []
    return [
        *found,
        *([_Part(key=("head", 0), words="", elements=network.head, shade=0)] if network.head else []),
    ]


def _merged(rows: Sequence[Sequence[tuple[str, int]]]) -> list[tuple[str, int]]:
    """All keys in an order that keeps that of each network: a new one stands before its next known one."""
    merged = list(rows[0])
    for own in rows[1:]:
        at = 0
        for key in own:
            if key in merged:
                at = merged.index(key) + 1
            else:
                merged.insert(at, key)
                at += 1
    return merged


def _column(
    number: int, network: Network, parts: Sequence[_Part], keys: Sequence[tuple[str, int]], options: Options
) -> Column:
    by_key = {part.key: part for part in parts}
    prefix = f"network{number}"
    cells: list[tuple[Item, ...]] = []
    for row, key in enumerate(keys, 1):
        part = by_key.get(key)
        cells.append(_cell(part, f"{prefix}-row{row}", options) if part else ())
    start = Node(id=f"{prefix}-input", role=NodeRole.INPUT, lines=(shape_text(network.input_shape),))
    first = next((at for at, cell in enumerate(cells) if cell), 0)
    cells[first] = (start, *cells[first])
    notes = count_words(network, frozenset({Show.PARAMS, Show.MACS}))
    return Column(id=prefix, title=network.name, cells=tuple(cells), notes=notes)


def _cell(part: _Part, prefix: str, options: Options) -> tuple[Item, ...]:
    """A part in short: each run of equal blocks once, with its layers listed and how many there are."""
    show = options.show - {Show.NORM, Show.ACT}
    pen = Pen(names=Names(), shade=part.shade, stage=_short, show=show)
    return _short(Stage(body=part.elements), prefix, pen)


def _short(stage: Stage, prefix: str, pen: Pen) -> tuple[Item, ...]:
    body = [one for one in stage.body if not isinstance(one, Layer) or one.kind not in _SILENT]
    runs = fold([anonymous(element) for element in body])
    if len(runs) > _MANY:
        return (_counted(body, prefix, pen),)
    found: list[Item] = []
    for run in runs:
        pattern = body[run.start : run.start + run.period]
        held = tuple(item for element in pattern for item in _element(element, prefix, pen))
        if held:
            inner = pen.names.numbered(prefix, "blocks")
            found.append(
                Group(id=inner, role=GroupRole.BLOCK, title="", items=held, repeat=run.count, shade=pen.shade)
            )
    return tuple(found)


def _counted(body: Sequence[Element], prefix: str, pen: Pen) -> Node:
    """How many blocks of each type there are, where they are too many to be drawn."""
    titles = [
        kind_title(Unit(elements=(one,), stage=0, number=0)).lower() for one in body if isinstance(one, Block)
    ]
    layers = sum(isinstance(one, Layer) for one in body)
    lines = [plural(titles.count(title), title) for title in dict.fromkeys(titles)]
    lines += [plural(layers, "layer")] if layers else []
    return Node(
        id=pen.names.numbered(prefix, "blocks"), role=NodeRole.STAGE, lines=tuple(lines), shade=pen.shade
    )


_MANY = 8
"""More runs of blocks than this in one row are counted, not drawn."""

_SILENT = (LayerKind.NORM, LayerKind.ACTIVATION, LayerKind.RESHAPE)


def _element(element: Element, prefix: str, pen: Pen) -> tuple[Item, ...]:
    if isinstance(element, Block) and is_residual(element):
        bare = replace(element, before=(), after=())
        return tuple(_unnamed(item) for item in folded(bare, prefix, pen, detailed=True))
    return block(element, prefix, pen) if isinstance(element, Block) else items((element,), prefix, pen)


def _unnamed(item: Item) -> Item:
    """The folded block without the name of its type, which its layers tell."""
    match item:
        case Node(role=NodeRole.BLOCK) if len(item.lines) > 2:
            layers = tuple(line for line in item.lines if line[:1].isdigit() or line.startswith(("fc", "SE")))
            return replace(item, lines=layers or item.lines)
        case Fork():
            return replace(item, branches=tuple(tuple(map(_unnamed, branch)) for branch in item.branches))
        case _:
            return item


def _marked(column: Column, other: Column) -> Column:
    """The column with what differs from the other marked."""
    pairs = zip(column.cells, other.cells, strict=True)
    return replace(column, cells=tuple(_marked_items(own, theirs) for own, theirs in pairs))


def _marked_items(own: Sequence[Item], theirs: Sequence[Item]) -> tuple[Item, ...]:
    pairs = zip_longest(own, theirs[: len(own)])
    return tuple(_marked_item(one, other) for one, other in pairs)


def _marked_item(own: Item, theirs: Item | None) -> Item:
    match own:
        case Node():
            said = list(nodes([theirs]))[:1] if theirs else []
            return replace(own, marked=_different(own.lines, said[0].lines if said else ()))
        case Group():
            inner = _marked_items(own.items, theirs.items if isinstance(theirs, Group) else ())
            repeat = theirs.repeat if isinstance(theirs, Group) else 0
            return replace(own, items=inner, marked=repeat != own.repeat)
        case Fork():
            return _marked_fork(own, theirs)


def _marked_fork(own: Fork, theirs: Item | None) -> Fork:
    known = theirs if isinstance(theirs, Fork) else None
    branches = [
        known.branches[at] if known and at < len(known.branches) else () for at in range(len(own.branches))
    ]
    pairs = zip(own.branches, branches, strict=True)
    link = own.shortcut
    if link:
        same = (
            known
            and known.shortcut
            and (known.shortcut.role, known.shortcut.label) == (link.role, link.label)
        )
        link = replace(link, marked=not same)
    return replace(own, branches=tuple(_marked_items(mine, its) for mine, its in pairs), shortcut=link)


def _different(own: Sequence[str], theirs: Sequence[str]) -> tuple[int, ...]:
    """Which lines are not those of the other."""
    return tuple(at for at, line in enumerate(own) if at >= len(theirs) or line != theirs[at])


def _has_marks(comparison: Comparison) -> bool:
    cells = [cell for column in comparison.columns for cell in column.cells]
    boxes = any(node.marked for cell in cells for node in nodes(cell))
    return boxes or any(group.marked for cell in cells for group in groups(cell))
