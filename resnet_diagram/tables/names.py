"""What the rows of a table are called."""

from collections.abc import Sequence
from itertools import takewhile

from resnet_diagram.diagram.options import StageNames
from resnet_diagram.spec.model import LayerKind
from resnet_diagram.tables.align import Row
from resnet_diagram.tables.cells import parts
from resnet_diagram.tables.model import Stack
from resnet_diagram.tables.sections import Kind, Section
from resnet_diagram.tables.words import shown


def row_names(rows: Sequence[Row], names: StageNames) -> tuple[str, ...]:
    """A name for each row; the paper counts all rows before the head, the stem included."""
    kinds = [row.present[0].kind for row in rows]
    stages = [kinds[: at + 1].count(Kind.STAGE) for at in range(len(rows))]
    return tuple(
        _name(row, names, number, stage)
        for number, (row, stage) in enumerate(zip(rows, stages, strict=True), 1)
    )


def _name(row: Row, names: StageNames, number: int, stage: int) -> str:
    kind = row.present[0].kind
    numbered = f"Stage {stage}" if kind is Kind.STAGE else str(kind)
    module = " / ".join(dict.fromkeys(path for section in row.present if (path := _module(section))))
    paper = _paper(row, number) or (numbered if " / " in module else module) or numbered
    match names:
        case StageNames.STAGE:
            return numbered
        case StageNames.MODULE:
            return module or numbered
        case StageNames.BOTH:
            return f"{paper} ({module})" if module and module != paper else paper
    return paper


def _paper(row: Row, number: int) -> str:
    """conv1, conv2_x … where all networks have convolutions; else ""."""
    if row.present[0].kind is Kind.HEAD:
        return str(Kind.HEAD)
    if not all(_convolves(section) for section in row.present):
        return ""
    several = any(section.kind is Kind.STAGE and _repeats(section) for section in row.present)
    return f"conv{number}_x" if several else f"conv{number}"


def _convolves(section: Section) -> bool:
    return any(layer.kind is LayerKind.CONV for layer in shown(section.elements))


def _repeats(section: Section) -> bool:
    """Whether more than one layer stands in a section."""
    found = parts(section)
    return len(found) > 1 or any(isinstance(part, Stack) for part in found)


def _module(section: Section) -> str:
    """The name of a section in the code: its own, or what the names of its layers begin with."""
    if section.module or section.kind is Kind.HEAD:
        return section.module
    return _shared([layer.name.split(".") for layer in shown(section.elements) if layer.name])


def _shared(paths: list[list[str]]) -> str:
    """The names that all paths begin with.

    >>> _shared([["stem", "conv1"], ["stem", "conv2"]]), _shared([["conv1"], ["layer1"]])
    ('stem', '')
    """
    columns = zip(*paths, strict=False)
    return ".".join(names[0] for names in takewhile(lambda names: len(set(names)) == 1, columns))
