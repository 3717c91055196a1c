"""Titles of stages."""

from enum import StrEnum
from math import prod

from resnet_diagram.spec.measure import all_blocks, merged_shape, out_shape
from resnet_diagram.spec.model import Merge, Shape, Stage
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
    """Return the title of a stage, which says where one holds both halves of a U-Net.

    The 2015 paper calls the stages of its Table 1 conv2_x to conv5_x.
    """
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
            word = Word.ENCODER_DECODER if _is_encoder_decoder(stage) else Word.STAGE
            return phrase(Kind.TITLE, word, number)


def _is_encoder_decoder(stage: Stage) -> bool:
    """Return whether a skip connection in a stage bypasses a stage of lower resolution, as in a U-Net.

    Positions that only move to another axis, as the patches of MobileViT do, are none.
    """
    skips = (
        block
        for block in all_blocks(stage)
        if block.merge in (Merge.CONCAT, Merge.ADD) and (block.shortcut or () in block.branches)
    )
    return any(
        isinstance(element, Stage) and _is_coarser(out_shape(element.body), merged_shape(block))
        for block in skips
        for branch in block.branches
        for element in branch
    )


def _is_coarser(shape: Shape, other: Shape) -> bool:
    """Return whether a value has fewer positions than another on as many axes."""
    return len(shape) == len(other) and prod(shape[1:]) < prod(other[1:])


def shortened(path: str) -> str:
    """Return a module's path, with an ellipsis for its middle if it is very long.

    >>> shortened("backbone.encoder_stage_with_residual_blocks")
    'backbone.encod…sidual_blocks'
    """
    half = (_MAX_NAME_LENGTH - 1) // 2
    return path if len(path) <= _MAX_NAME_LENGTH else f"{path[: half + 1]}…{path[-half:]}"
