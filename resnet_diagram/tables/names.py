"""Titles of a table's rows."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from resnet_diagram.spec.model import LayerKind
from resnet_diagram.spec.paths import common_path
from resnet_diagram.tables.cells import parts
from resnet_diagram.tables.model import Stack
from resnet_diagram.tables.sections import Kind, Section
from resnet_diagram.tables.words import shown
from resnet_diagram.wording.stages import StageNames


def titled(column: Sequence[Section], names: StageNames) -> tuple[Section, ...]:
    """Return sections with their titles; the paper numbers all sections before the head, also the stem."""
    kinds = [section.kind for section in column]
    return tuple(
        replace(section, title=_title(section, names, at, kinds[:at].count(Kind.STAGE)))
        for at, section in enumerate(column, 1)
    )


def _title(section: Section, names: StageNames, number: int, stage: int) -> str:
    counted = f"Stage {stage}" if section.kind is Kind.STAGE else str(section.kind)
    module = _module(section)
    paper = _paper(section, number) or module or counted
    match names:
        case StageNames.STAGE:
            return counted
        case StageNames.MODULE:
            return module or counted
        case StageNames.BOTH:
            return f"{paper} ({module})" if module and module != paper else paper
    return paper


def _paper(section: Section, number: int) -> str:
    """Return conv1, conv2_x …; empty for a section without convolutions."""
    if section.kind is Kind.HEAD:
        return str(Kind.HEAD)
    if not any(layer.kind is LayerKind.CONV for layer in shown(section.elements)):
        return ""
    return f"conv{number}_x" if section.kind is Kind.STAGE and _repeats(section) else f"conv{number}"


def joint_title(titles: Iterable[str]) -> str:
    """Return the title of sections side by side: one name if they are equal, else each.

    >>> joint_title(["conv2_x", "conv2_x"]), joint_title(["conv2", "conv2_x"])
    ('conv2_x', 'conv2_x')
    >>> joint_title(["conv3_x", "conv2_x"])
    'conv3_x / conv2_x'
    """
    result = list(dict.fromkeys(titles))
    return " / ".join(title for title in result if f"{title}_x" not in result)


def _repeats(section: Section) -> bool:
    """Return whether a section has more than one layer."""
    result = parts(section)
    return len(result) > 1 or any(isinstance(part, Stack) for part in result)


def _module(section: Section) -> str:
    """Return the name of a section in the code: its own, or the common beginning of its layers' names."""
    if section.module or section.kind is Kind.HEAD:
        return section.module
    return common_path(layer.name for layer in shown(section.elements) if layer.name)
