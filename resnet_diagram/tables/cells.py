"""A section's cell: its layers and blocks, equal neighbours folded."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from resnet_diagram.dataclass import dataclass
from resnet_diagram.spec.fold import fold
from resnet_diagram.spec.measure import channels, is_block, is_gate
from resnet_diagram.spec.model import Block, Element, Layer, LayerKind, Stage
from resnet_diagram.tables.model import Part, Stack, Words
from resnet_diagram.tables.sections import Kind, Section
from resnet_diagram.tables.words import block_lines, is_shown, layer_line
from resnet_diagram.wording.terms import Kind as WordKind
from resnet_diagram.wording.terms import Label, literal

_MAX_HEAD_LENGTH = 32
"""Characters of a head that is written in one line."""


@dataclass(frozen=True, slots=True)
class _Atom:
    """A unit of folding: the lines of a block, or the line of a layer."""

    lines: tuple[Label, ...]
    block: bool


def parts(section: Section, depth: int = 0) -> tuple[Part, ...]:
    """Return the parts of a section's cell; `depth` is the depth of its network's units."""
    if section.kind is Kind.HEAD:
        lines: list[Label] = []
        for element in section.elements:
            if not isinstance(element, Layer):
                lines += block_lines((element,))
            elif is_shown(element):
                is_linear = element.kind is LayerKind.LINEAR
                width = literal(f"{channels(element)[1]}-d fc", WordKind.OPERATOR)
                lines.append(width if is_linear else layer_line(element))
        joined = Label(*lines, joint=", ")
        fits = len(joined) <= _MAX_HEAD_LENGTH and not any(", " in line for line in lines)
        return tuple(Words(text=line) for line in ([joined] if fits else lines))
    atoms = [
        atom for atom in _atoms(section.elements, depth if section.kind is Kind.STAGE else 0) if atom.lines
    ]
    items: list[Part] = []
    for run in fold(atoms):
        lines_of = tuple(line for atom in atoms[run.start : run.start + run.period] for line in atom.lines)
        if run.count > 1 or atoms[run.start].block:
            items.append(Stack(lines=lines_of, times=run.count, modules=section.modules))
        else:
            items += [Words(text=line) for line in lines_of]
    loose = Counter(atom for atom in _atoms(section.loose, 0) if atom.lines)
    for atom, count in loose.items():
        if count > 1 or atom.block:
            items.append(Stack(lines=atom.lines, times=count))
        else:
            items.append(Words(text=atom.lines[0]))
    return tuple(items)


def unit_depth(sections: Iterable[Section]) -> int:
    """Return the number of names in the path of a block, as 2 for `layer1.0`; 0 if no block has a name."""
    for section in sections:
        for element in section.elements:
            if is_block(element) and element.name:
                return element.name.count(".") + 1
    return 0


def _atoms(elements: Sequence[Element], depth: int) -> Iterator[_Atom]:
    """Yield some elements; layers of one unit that makes no block are one atom."""
    for unit, group in groupby(elements, key=lambda item: _unit(item, depth)):
        run = list(group)
        lines = block_lines(run)
        if unit is not None and len(lines) > 1:
            yield _Atom(lines, block=True)
            continue
        for element in run:
            if isinstance(element, Layer):
                yield _Atom((layer_line(element),) if is_shown(element) else (), block=False)
            else:
                yield _Atom(
                    block_lines((element,)), block=not (isinstance(element, Block) and is_gate(element))
                )


def _unit(element: Element, depth: int) -> str | None:
    """Return the unit that a layer or gate outside blocks belongs to by its name; None for other elements."""
    if not depth or isinstance(element, Stage) or is_block(element):
        return None
    path = element.name.split(".")
    return ".".join(path[:depth]) if len(path) > depth else None
