"""Shapes in words: of a feature map, and before and after a part of a network."""

from resnet_diagram.spec.model import Shape
from resnet_diagram.spec.shapes import shape_text
from resnet_diagram.wording.symbols import ARROW
from resnet_diagram.wording.terms import Kind, Label, literal


def shape_label(shape: Shape) -> Label:
    """Return a shape as papers write it, channels last.

    >>> shape_label((256, 56, 56))
    '56×56×256'
    """
    return literal(shape_text(shape), Kind.SHAPE)


def change_label(before: Shape, after: Shape) -> Label:
    """Return the shapes where a part is entered and left.

    >>> change_label((256, 56, 56), (512, 28, 28))
    '56×56×256 → 28×28×512'
    """
    return Label(shape_label(before), shape_label(after), joint=ARROW)


def resolution_text(size: Shape) -> str:
    """Return a resolution; "1" without extents.

    >>> resolution_text((56, 56)), resolution_text((197,)), resolution_text(())
    ('56×56', '197', '1')
    """
    return "×".join(map(str, size)) or "1"


def change_text(before: str, after: str) -> str:
    """Return a change in words: both texts, or a single one if they are equal.

    >>> change_text("56×56", "28×28"), change_text("256", "256")
    ('56×56 → 28×28', '256')
    """
    return before if before == after else f"{before}{ARROW}{after}"


def result_label(shape: Shape) -> Label:
    """Return the shape that a part yields.

    >>> result_label((64, 56, 56))
    '→ 56×56×64'
    """
    return literal(f"{ARROW.lstrip()}{shape_text(shape)}", Kind.SHAPE)


def change_lines(label: Label) -> tuple[str, ...]:
    """Return a label in lines that end with its arrow.

    >>> change_lines(change_label((256, 56, 56), (512, 28, 28))), change_lines(result_label((64, 56, 56)))
    (('56×56×256 →', '28×28×512'), ('→ 56×56×64',))
    """
    if label.joint != ARROW:
        return (label,)
    before, after = label.parts
    return f"{before}{ARROW.rstrip()}", str(after)
