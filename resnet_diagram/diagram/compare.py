"""The view `compare`: networks side by side, in rows of equal resolution, with their differences marked."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from resnet_diagram.diagram.chain import Names, Pen, block, folded, items
from resnet_diagram.diagram.describe import describe
from resnet_diagram.diagram.legend import sheet_legend
from resnet_diagram.diagram.marks import flagged, has_marks, marked
from resnet_diagram.diagram.model import (
    Column,
    Comparison,
    Diagram,
    Direction,
    Flow,
    Fork,
    Group,
    GroupRole,
    Item,
    LegendEntry,
    Node,
    NodeRole,
    Origin,
    Sheet,
)
from resnet_diagram.diagram.options import Options, Show
from resnet_diagram.diagram.origin import copies_of, origin
from resnet_diagram.spec.fold import fold
from resnet_diagram.spec.measure import is_residual, out_shape
from resnet_diagram.spec.model import Block, Element, Layer, Network, Stage
from resnet_diagram.spec.shapes import shape_text
from resnet_diagram.spec.signature import Level, anonymous, signature
from resnet_diagram.spec.traits import SILENT
from resnet_diagram.wording.blocks import unit_title
from resnet_diagram.wording.counts import count_labels, counted
from resnet_diagram.wording.shapes import resolution_text, shape_label
from resnet_diagram.wording.terms import NOTHING, Kind, Label, literal, phrase
from resnet_diagram.wording.vocabulary import Word

Key = tuple[str, int]
"""What parts of networks are aligned by: a resolution, and how many of it came before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """A part of a network that gets a row: the key it is aligned by, the words beside it, what is in it."""

    key: Key
    words: str
    elements: tuple[Element, ...]
    shade: int


_NOTHING = _Part(key=("", 0), words="", elements=(), shade=0)


def compared(networks: Sequence[Network], options: Options) -> Diagram:
    """Return the diagram of networks side by side."""
    comparison = _comparison(networks, options)
    title = " and ".join(network.name for network in networks) if options.title is None else options.title
    diagram = Diagram(
        title=title if options.title is not None else "",
        direction=options.direction or Direction.DOWN,
        flow=Flow(options.direction or Flow.ROWS),
        fixed=options.direction is not None,
        items=tuple(_chain(column, comparison.rows) for column in comparison.columns),
        description=" ".join(describe(network) for network in networks),
    )
    if not options.legend:
        return replace(diagram, sheet=Sheet(comparison=comparison))
    entries = sheet_legend([sum(column.cells, ()) for column in comparison.columns])
    if any(has_marks(cell) for column in comparison.columns for cell in column.cells):
        text = phrase(Kind.LEGEND, Word.DIFFERS_FROM, networks[0].name)
        entries += (LegendEntry(role=None, text=text),)
    return replace(diagram, sheet=Sheet(comparison=comparison, legend=entries), legend=entries)


def _chain(column: Column, rows: Sequence[str]) -> Group:
    """Return a network's cells in series, each framed and titled by its resolution, for charts."""
    cells = tuple(
        Group(
            id=f"{column.id}-row{number}",
            role=GroupRole.STAGE if words else GroupRole.BLOCK,
            title=literal(words),
            items=cell,
        )
        for number, (words, cell) in enumerate(zip(rows, column.cells, strict=True), 1)
        if cell
    )
    return Group(id=column.id, role=GroupRole.NETWORK, title=literal(column.title), items=cells)


def _comparison(networks: Sequence[Network], options: Options) -> Comparison:
    parts = _aligned([_parts(network) for network in networks])
    keys = _merged([[part.key for part in own] for own in parts])
    first = {part.key: part for part in parts[0]}
    columns = [
        _column(number, network, own, keys, first if number > 1 else None, options)
        for number, (network, own) in enumerate(zip(networks, parts, strict=True), 1)
    ]
    words: dict[Key, dict[str, None]] = {}
    for own in parts:
        for part in own:
            words.setdefault(part.key, {})[part.words] = None
    rows = tuple(Label(*map(_row_label, words[key]), joint=" / ") for key in keys)
    return Comparison(rows=rows, columns=tuple(columns))


def _row_label(size: str) -> Label:
    return literal(size, Kind.SHAPE)


def _aligned(parts: list[list[_Part]]) -> list[list[_Part]]:
    """Networks with equally many parts are aligned part by part, whatever their resolutions."""
    kinds = {tuple(part.key[0] if part.key[0] in _ENDS else "stage" for part in own) for own in parts}
    if len(kinds) > 1:
        return parts
    return [[replace(part, key=("part", at)) for at, part in enumerate(own)] for own in parts]


_ENDS = ("stem", "head")


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
                size = resolution_text(out_shape(part)[1:])
                seen[size] = seen.get(size, 0) + 1
                found.append(_Part(key=(size, seen[size]), words=size, elements=part, shade=stages))
        loose = []
    return [
        *found,
        *([_Part(key=("head", 0), words="", elements=network.head, shade=0)] if network.head else []),
    ]


def _merged(rows: Sequence[Sequence[Key]]) -> list[Key]:
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
    number: int,
    network: Network,
    parts: Sequence[_Part],
    keys: Sequence[Key],
    others: Mapping[Key, _Part] | None,
    options: Options,
) -> Column:
    """A network's column; what differs from the `others` in its rows is marked."""
    by_key = {part.key: part for part in parts}
    prefix = f"network{number}"
    cells: list[tuple[Item, ...]] = []
    for row, key in enumerate(keys, 1):
        part = by_key.get(key)
        other = others.get(key, _NOTHING) if others is not None else None
        cells.append(_cell(part, other, f"{prefix}-row{row}", options) if part else ())
    start = Node(
        id=f"{prefix}-input",
        role=NodeRole.INPUT,
        lines=(shape_label(network.input_shape),),
        origin=Origin(shape=shape_text(network.input_shape)),
    )
    first = next((at for at, cell in enumerate(cells) if cell), 0)
    cells[first] = (start, *cells[first])
    notes = count_labels(network, (Show.PARAMS, Show.MACS))
    return Column(id=prefix, title=network.name, cells=tuple(cells), notes=notes)


def _cell(part: _Part, other: _Part | None, prefix: str, options: Options) -> tuple[Item, ...]:
    """A part in short: each run of equal blocks once, with its layers listed and how many there are."""
    show = options.show - {Show.NORM, Show.ACT}
    pen = Pen(names=Names(), shade=part.shade, stage=_plain, show=show)
    found = _short(part.elements, other.elements if other else None, prefix, pen)
    hidden = other is not None and signature(part.elements, Level.STRUCTURE) != signature(
        other.elements, Level.STRUCTURE
    )
    return flagged(found) if hidden and not has_marks(found) else found


def _plain(stage: Stage, prefix: str, pen: Pen) -> tuple[Item, ...]:
    return _short(stage.body, None, prefix, pen)


def _short(
    elements: Sequence[Element], others: Sequence[Element] | None, prefix: str, pen: Pen
) -> tuple[Item, ...]:
    body, theirs = _drawn(elements), _drawn(others or ())
    runs = fold([anonymous(element) for element in body])
    if len(runs) > _MANY:
        return (_counted(body, prefix, pen),)
    found: list[Item] = []
    for run in runs:
        held: list[Item] = []
        stop = run.start + run.period * run.count
        pen = pen._replace(
            copies=copies_of([body[at : at + run.period] for at in range(run.start, stop, run.period)])
        )
        for at in range(run.start, run.start + run.period):
            beside = theirs[at : run.start + run.period * run.count : run.period]
            held += _element(body[at], beside if others is not None else None, prefix, pen)
        last = run.start + run.period * run.count == len(body)
        counted = others is not None and last and len(body) != len(theirs) and run.count > 1
        if held:
            inner = pen.names.numbered(prefix, "blocks")
            group = Group(
                id=inner,
                role=GroupRole.BLOCK,
                title=NOTHING,
                items=tuple(held),
                repeat=run.count,
                shade=pen.shade,
                marked=counted,
                origin=origin(body[run.start : run.start + run.period], pen.copies),
            )
            found.append(group)
    return tuple(found)


def _drawn(elements: Sequence[Element]) -> list[Element]:
    return [one for one in elements if not isinstance(one, Layer) or one.kind not in SILENT]


def _element(element: Element, beside: Sequence[Element] | None, prefix: str, pen: Pen) -> tuple[Item, ...]:
    """An element with what differs from the first of those beside it that is another marked."""
    own = _open(element, prefix, pen)
    if beside is None:
        return own
    structure = signature(element, Level.STRUCTURE)
    unlike = [one for one in beside if signature(one, Level.STRUCTURE) != structure]
    if beside and not unlike:
        return own
    other = _open(unlike[0], prefix, pen._replace(names=Names())) if unlike else ()
    found = marked(own, other)
    return found if has_marks(found) else flagged(found)


def _counted(body: Sequence[Element], prefix: str, pen: Pen) -> Node:
    """How many blocks of each type there are, where they are too many to be drawn."""
    titles = Counter(unit_title((one,), capital=False) for one in body if isinstance(one, Block))
    layers = sum(isinstance(one, Layer) for one in body)
    lines = [counted(count, title) for title, count in titles.items()]
    lines += [counted(layers, phrase(Kind.OPERATOR, Word.LAYER))] if layers else []
    return Node(
        id=pen.names.numbered(prefix, "blocks"),
        role=NodeRole.STAGE,
        lines=tuple(lines),
        shade=pen.shade,
        origin=origin(body),
    )


_MANY = 8
"""More runs of blocks than this in one row are counted, not drawn."""


def _open(element: Element, prefix: str, pen: Pen) -> tuple[Item, ...]:
    if isinstance(element, Block) and is_residual(element):
        bare = replace(element, before=(), after=())
        copies = {**pen.copies, id(bare): pen.copies.get(id(element), (element,))}
        found = folded(bare, prefix, pen._replace(copies=copies), detailed=True)
        return tuple(_unnamed(item) for item in found)
    return block(element, prefix, pen) if isinstance(element, Block) else items((element,), prefix, pen)


def _unnamed(item: Item) -> Item:
    """Return the folded block without the name of its type if its layers show it; they do not show gates."""
    match item:
        case Node(role=NodeRole.BLOCK) if len(item.lines) > 2:
            layers = tuple(
                line for line in item.lines if Kind.BLOCK not in line.kinds or Kind.GATE in line.kinds
            )
            return replace(item, lines=layers)
        case Fork():
            return replace(item, branches=tuple(tuple(map(_unnamed, branch)) for branch in item.branches))
        case _:
            return item
