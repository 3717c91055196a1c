"""Titles of stages."""

from enum import StrEnum

from resnet_diagram.spec.model import Stage
from resnet_diagram.wording.terms import Kind, Label, literal, phrase
from resnet_diagram.wording.vocabulary import Word

_MAX_NAME_LENGTH = 28


class StageNames(StrEnum):
    """Naming scheme of stages: "Stage 2", "conv3_x" as in the 2015 paper, "layer2" as in the code."""

    STAGE = "stage"
    PAPER = "paper"
    MODULE = "module"
    BOTH = "both"


def stage_title(stage: Stage, number: int, names: StageNames) -> Label:
    """Return the title of a stage; the 2015 paper calls those of its Table 1 conv2_x to conv5_x."""
    paper = literal(f"conv{number + 1}_x", Kind.TITLE)
    path = shortened(stage.name)
    module = literal(path) if path else phrase(Kind.TITLE, Word.UNNAMED_STAGE, number)
    match names:
        case StageNames.PAPER:
            return paper
        case StageNames.MODULE:
            return module
        case StageNames.BOTH:
            return Label(paper, module, joint=" / ")
        case StageNames.STAGE:
            return phrase(Kind.TITLE, Word.STAGE, number)


def shortened(path: str) -> str:
    """Return a module's path, with an ellipsis for its middle if it is very long.

    >>> shortened("backbone.encoder_stage_with_residual_blocks")
    'backbone.encod…sidual_blocks'
    """
    half = (_MAX_NAME_LENGTH - 1) // 2
    return path if len(path) <= _MAX_NAME_LENGTH else f"{path[: half + 1]}…{path[-half:]}"
