"""Boxes on a shortcut, and the formulas beside it."""

from typing import TYPE_CHECKING

from resnet_diagram.diagram.model import Item, Node, NodeRole
from resnet_diagram.spec.measure import in_shape, is_residual, merged_shape, walk
from resnet_diagram.spec.model import Block, Element, ShortcutKind
from resnet_diagram.spec.traits import BARS, is_renaming
from resnet_diagram.wording.blocks import unit_title
from resnet_diagram.wording.layers import layer_lines
from resnet_diagram.wording.shapes import change_label, shape_label
from resnet_diagram.wording.terms import NOTHING, Kind, Label, literal, phrase
from resnet_diagram.wording.vocabulary import Word

if TYPE_CHECKING:
    from resnet_diagram.diagram.chain.blocks import BuildContext


def formulas(block: Block) -> tuple[Label, Label]:
    """Return formulas of the branch and of the sum, as in He et al. 2015 (equations 1 and 2)."""
    if not is_residual(block) or block.shortcut is None:
        return NOTHING, NOTHING
    left = "x" if block.shortcut.kind is ShortcutKind.IDENTITY else "Wx"
    total = f"{left} − F(x)" if block.signs == (-1, 1) else f"F(x) {'−' if block.signs else '+'} {left}"
    return literal("F(x)", Kind.SIGN), literal(total, Kind.SIGN)


def spelled_signs(
    block: Block, branches: tuple[tuple[Item, ...], ...], prefix: str, context: "BuildContext"
) -> tuple[tuple[tuple[Item, ...], ...], tuple[int, ...]]:
    """Return the branches and signs of a sum; factors of −1 on them where ⊖ would not say what is subtracted.

    All but the first branch are subtracted at ⊖.
    """
    signs = block.signs
    if 1 not in signs[1:] or (block.shortcut and signs[-1] < 0):
        return branches, signs
    factor = literal("×(−1)", Kind.OPERATOR)
    spelled = [
        (*branch, Node(id=context.names.numbered(prefix, "factor"), role=NodeRole.OTHER, lines=(factor,)))
        if sign < 0
        else branch
        for branch, sign in zip(branches, signs, strict=False)
    ]
    return tuple(spelled), ()


def listed_box(element: Element, prefix: str, context: "BuildContext") -> Node:
    """Return an element as one box: its title, and a line for each layer that is no norm or activation."""
    layers = [layer for layer in walk(element) if layer.kind in BARS and not is_renaming(layer)]
    lines = [layer_lines(layer, context.sizes.get(layer))[0] for layer in layers]
    words = (unit_title((element,), capital=False), *lines)
    return context.node(prefix, "block", NodeRole.BLOCK, words, (element,))


def question(element: Block, prefix: str, context: "BuildContext") -> Node:
    """Return the question that decides between shortcuts: whether the shapes of input and sum are equal."""
    before, after = in_shape(element), merged_shape(element)
    answer = phrase(Kind.SHORTCUT, Word.YES if before == after else Word.NO)
    shapes = shape_label(before) if before == after else change_label(before, after)
    lines = (phrase(Kind.SHORTCUT, Word.SAME_SHAPE), answer, *(() if context.sizes else (shapes,)))
    return Node(id=context.names.numbered(prefix, "question"), role=NodeRole.QUESTION, lines=lines)
