"""Titles of a table's rows."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from resnet_diagram.spec.model import LayerKind
from resnet_diagram.spec.paths import common_path
from resnet_diagram.tables.cells import parts
from resnet_diagram.tables.model import Stack
from resnet_diagram.tables.sections import Kind, Section
from resnet_diagram.tables.words import shown
from resnet_diagram.wording.modules import StageNames


def titled(column: Sequence[Section], names: StageNames) -> tuple[Section, ...]:
    """Return sections with their titles; the paper numbers all sections before the head, also the stem.

    Branches of one stage share its number; the parts of a graph beside stages have none.
    """
    result: list[Section] = []
    number = stage = 0
    for before, section in zip((None, *column), column, strict=False):
        begins = not (before and section.stage and section.stage == before.stage)
        number += begins and section.kind is not Kind.PART
        stage += begins and section.kind is Kind.STAGE
        result.append(replace(section, title=_title(section, names, number, stage)))
    return tuple(result)


def _title(section: Section, names: StageNames, number: int, stage: int) -> str:
    """Return conv1, conv2_x …, the name in the code, or the number of the stage."""
    counted = f"Stage {stage}" if section.kind is Kind.STAGE else str(section.kind)
    layers = [] if section.kind is Kind.HEAD else shown(section.elements)
    module = section.module or common_path(layer.name for layer in layers if layer.name)
    paper = module or counted
    if section.kind is Kind.HEAD:
        paper = str(Kind.HEAD)
    elif section.kind is not Kind.PART and any(layer.kind is LayerKind.CONV for layer in layers):
        content = parts(section)
        several = len(content) > 1 or any(isinstance(part, Stack) for part in content)
        paper = f"conv{number}{'_x' if several and section.kind is Kind.STAGE else ''}"
    match names:
        case StageNames.STAGE:
            return counted
        case StageNames.MODULE:
            return module or counted
        case StageNames.BOTH:
            return f"{paper} ({module})" if module and module != paper else paper
    return paper


def joint_title(titles: Iterable[str]) -> str:
    """Return the title of sections side by side: one name if they are equal, else each.

    >>> joint_title(["conv2_x", "conv2_x"]), joint_title(["conv2", "conv2_x"])
    ('conv2_x', 'conv2_x')
    >>> joint_title(["conv3_x", "conv2_x"])
    'conv3_x / conv2_x'
    """
    result = list(dict.fromkeys(titles))
    return " / ".join(title for title in result if f"{title}_x" not in result)
