"""The view `compare`: networks side by side, in rows of equal resolution, with their differences marked."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from resnet_diagram.dataclass import dataclass
from resnet_diagram.diagram.accounting import closed as not_opened
from resnet_diagram.diagram.accounting import contents_note, missing
from resnet_diagram.diagram.chain.blocks import BuildContext, IdAllocator, block, block_group, folded, items
from resnet_diagram.diagram.comparison.marks import flagged, has_marks, marked
from resnet_diagram.diagram.legend import legend
from resnet_diagram.diagram.model import (
    Column,
    Comparison,
    Diagram,
    Flow,
    Fork,
    Item,
    LegendEntry,
    Node,
    NodeRole,
    Origin,
    Panel,
)
from resnet_diagram.diagram.options import Options, Show
from resnet_diagram.diagram.origin import copies_of, origin
from resnet_diagram.diagram.prose.describe import describe
from resnet_diagram.diagram.prose.runs import run_notes
from resnet_diagram.diagram.walk import content_items
from resnet_diagram.spec.counting.blocks import residual_units, units
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
"""Alignment key: a resolution, and the number of earlier parts with that resolution."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """A part of a network in a row: its alignment key, its label, its elements."""

    key: Key
    words: str
    elements: tuple[Element, ...]
    shade: int


_NOTHING = _Part(key=("", 0), words="", elements=(), shade=0)


def compared(networks: Sequence[Network], options: Options) -> Diagram:
    """Return the diagram of networks side by side."""
    parts = [_parts(network) for network in networks]
    kinds = {tuple(part.key[0] if part.key[0] in _ENDS else "stage" for part in left) for left in parts}
    if len(kinds) == 1:  # equally many parts are aligned one by one, whatever their resolutions
        parts = [[replace(part, key=("part", at)) for at, part in enumerate(left)] for left in parts]
    keys = _merged([[part.key for part in value] for value in parts])
    first = {part.key: part for part in parts[0]}
    columns = [
        _column(number, network, mine, keys, first if number > 1 else None, options)
        for number, (network, mine) in enumerate(zip(networks, parts, strict=True), 1)
    ]
    words: dict[Key, dict[str, None]] = {}
    for left in parts:
        for part in left:
            words.setdefault(part.key, {})[part.words] = None
    rows = tuple(Label(*(literal(size, Kind.SHAPE) for size in words[key]), joint=" / ") for key in keys)
    comparison = Comparison(rows=rows, columns=tuple(columns))
    entries = legend([comparison])
    if has_marks(content_items(comparison)):
        text = phrase(Kind.LEGEND, Word.DIFFERS_FROM, networks[0].name)
        entries += (LegendEntry(role=None, text=text),)
    return Diagram(
        title=options.title or "",
        panels=(Panel(id="comparison", title=NOTHING, content=comparison),),
        legend=entries if options.legend else (),
        description=Label(*map(describe, networks), joint=Word.SENTENCES),
        direction=options.direction,
        flow=Flow(options.direction or Flow.ROWS),
    )


_ENDS = ("stem", "head")


def _parts(network: Network) -> list[_Part]:
    """Return stem, stages and head; stages with the same resolution are numbered."""
    entries = [_Part(key=("stem", 0), words="", elements=network.stem, shade=0)] if network.stem else []
    visited: dict[str, int] = {}
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
                visited[size] = visited.get(size, 0) + 1
                entries.append(_Part(key=(size, visited[size]), words=size, elements=part, shade=stages))
        loose = []
    return [
        *entries,
        *([_Part(key=("head", 0), words="", elements=network.head, shade=0)] if network.head else []),
    ]


def _merged(rows: Sequence[Sequence[Key]]) -> list[Key]:
    """Merge the key orders of several networks: a new key is inserted before the next known one."""
    merged = list(rows[0])
    for row in rows[1:]:
        at = 0
        for key in row:
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
    rest: Mapping[Key, _Part] | None,
    options: Options,
) -> Column:
    """Return a network's column; differences from `rest` are marked row by row."""
    by_key = {part.key: part for part in parts}
    prefix = f"network{number}"
    cells: list[tuple[Item, ...]] = []
    for row, key in enumerate(keys, 1):
        part = by_key.get(key)
        right = rest.get(key, _NOTHING) if rest is not None else None
        cells.append(_cell(part, right, f"{prefix}-row{row}", options) if part else ())
    start = Node(
        id=f"{prefix}-input",
        role=NodeRole.INPUT,
        lines=(shape_label(network.input_shape),),
        origin=Origin(shape=shape_text(network.input_shape)),
    )
    first = next((at for at, cell in enumerate(cells) if cell), 0)
    cells[first] = (start, *cells[first])
    notes = count_labels(network, (Show.PARAMS, Show.MACS))
    column = Column(id=prefix, title=network.name, cells=tuple(cells))
    content = [Comparison(rows=(), columns=(column,))]
    left = contents_note(network, (*missing(network, content), *not_opened(network, content)))
    notes += (*run_notes(network), *([phrase(Kind.LEGEND, Word.NOT_DRAWN, left)] if left else []))
    return replace(column, notes=notes)


def _cell(part: _Part, right: _Part | None, prefix: str, options: Options) -> tuple[Item, ...]:
    """Return a summary of a part: each run of equal blocks once, with its layers and count."""
    show = options.show - {Show.NORM, Show.ACT}
    context = BuildContext(
        names=IdAllocator(),
        shade=part.shade,
        stage=lambda stage, prefix, context: _short(stage.body, None, prefix, context),
        show=show,
    )
    result = _short(part.elements, right.elements if right else None, prefix, context)
    hidden = right is not None and signature(part.elements, Level.STRUCTURE) != signature(
        right.elements, Level.STRUCTURE
    )
    return flagged(result) if hidden and not has_marks(result) else result


def _short(
    elements: Sequence[Element], rest: Sequence[Element] | None, prefix: str, context: BuildContext
) -> tuple[Item, ...]:
    """Return each run of equal elements once, with marks on its differences from `rest`."""
    body, theirs = (
        [part for part in parts if not isinstance(part, Layer) or part.kind not in SILENT]
        for parts in (elements, rest or ())
    )
    runs = fold([anonymous(element) for element in body])
    if len(runs) > _MANY:
        return (_counted(body, prefix, context),)
    result: list[Item] = []
    for run in runs:
        stored: list[Item] = []
        context = context._replace(copies=copies_of([body[at : at + run.period] for at in run.starts]))
        for at in range(run.start, run.start + run.period):
            neighbour = theirs[at : run.stop : run.period]
            stored += _element(body[at], neighbour if rest is not None else None, prefix, context)
        last = run.stop == len(body)
        counted = rest is not None and last and len(body) != len(theirs) and run.count > 1
        if stored:
            inner = context.names.numbered(prefix, "blocks")
            pattern = body[run.start : run.start + run.period]
            result.append(block_group(inner, stored, pattern, context, repeat=run.count, marked=counted))
    return tuple(result)


def _element(
    element: Element, elements: Sequence[Element] | None, prefix: str, context: BuildContext
) -> tuple[Item, ...]:
    """Return an element with marks on its differences from the first unequal one of `elements`."""
    left = _open(element, prefix, context)
    if elements is None:
        return left
    structure = signature(element, Level.STRUCTURE)
    unlike = [item for item in elements if signature(item, Level.STRUCTURE) != structure]
    if elements and not unlike:
        return left
    right = _open(unlike[0], prefix, context._replace(names=IdAllocator())) if unlike else ()
    result = marked(left, right)
    return result if has_marks(result) else flagged(result)


def _counted(body: Sequence[Element], prefix: str, context: BuildContext) -> Node:
    """Return a node with the number of blocks of each type, for parts too long to draw."""
    titles = Counter(unit_title((item,), capital=False) for item in body if isinstance(item, Block))
    layers = sum(isinstance(entry, Layer) for entry in body)
    lines = [counted(count, title) for title, count in titles.items()]
    lines += [counted(layers, phrase(Kind.OPERATOR, Word.LAYER))] if layers else []
    return Node(
        id=context.names.numbered(prefix, "blocks"),
        role=NodeRole.STAGE,
        lines=tuple(lines),
        shade=context.shade,
        origin=origin(body),
    )


_MANY = 8
"""More runs of blocks than this in one row are counted, not drawn."""


def _open(element: Element, prefix: str, context: BuildContext) -> tuple[Item, ...]:
    is_round_others = len(residual_units(units((element,)))) > 1
    if isinstance(element, Block) and is_residual(element) and not is_round_others:
        bare = replace(element, before=(), after=())
        copies = {**context.copies, id(bare): context.copies.get(id(element), (element,))}
        result = folded(bare, prefix, context._replace(copies=copies), detailed=True)
        return tuple(_unnamed(item) for item in result)
    return (
        block(element, prefix, context) if isinstance(element, Block) else items((element,), prefix, context)
    )


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
