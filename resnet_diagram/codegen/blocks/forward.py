"""Generate the lines of a `forward`, one for each convolution with its norm and activation."""

from collections.abc import Sequence

from resnet_diagram.codegen.text import STEP, WIDTH
from resnet_diagram.dataclass import dataclass
from resnet_diagram.spec.model import Shape
from resnet_diagram.spec.shapes import shape_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One operation of a forward: an expression with `{}` for its input, and the shape it gives.

    `working`: a line has only one such operation. `light`: a norm or an activation.
    """

    text: str
    working: bool
    light: bool
    shape: Shape


def sentences(pieces: Sequence[Piece], x: str, target: str = "x", *, comments: bool = False) -> list[str]:
    """Return the lines that apply `pieces` to the variable `x` and assign the result to `target`.

    A group whose line would be too long has a line for each of its pieces.
    """
    room = WIDTH - 2 * len(STEP) - len("  # 1024×1024×1024")
    lines = []
    for group in _groups(pieces):
        simple = not any(piece.text.count("{}") > 1 for piece in group[1:])
        fits = simple and len(f"{target} = {nested(group, x)}") <= room
        for part in [group] if fits else [[piece] for piece in group]:
            comment = f"  # {shape_text(part[-1].shape)}" if comments else ""
            lines.append(f"{target} = {nested(part, x)}{comment}")
            x = target
    return lines


def nested(pieces: Sequence[Piece], x: str) -> str:
    """Return the expression that applies the pieces in sequence to `x`.

    >>> relu = Piece(text="relu({})", working=False, light=True, shape=())
    >>> nested([relu, relu], "x")
    'relu(relu(x))'
    """
    for piece in pieces:
        bare = " * {}" in piece.text or piece.text.startswith(("{}", "-{}")) or " - {}" in piece.text
        needs_brackets = bare and (" + " in x or " - " in x)
        x = piece.text.replace("{}", f"({x})" if needs_brackets else x)
    return x


def _groups(pieces: Sequence[Piece]) -> list[list[Piece]]:
    """Group the pieces into lines: one main operation with the light ones before it or after it.

    Light operations come before the main one in pre-activation order.
    """
    before = bool(pieces) and pieces[0].light and any(piece.working for piece in pieces)
    groups: list[list[Piece]] = []
    full = True
    for piece in pieces:
        full = full or (not before and piece.working) or not (piece.light or piece.working)
        if full:
            groups.append([])
        groups[-1].append(piece)
        full = not (piece.light or piece.working) or (before and piece.working)
    return groups
