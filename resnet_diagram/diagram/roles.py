"""Map kinds of layers, shortcuts and merges to their roles in a drawing."""

from collections.abc import Sequence

from resnet_diagram.diagram.model import EdgeRole, NodeRole
from resnet_diagram.spec.model import LayerKind, Merge, ShortcutKind
from resnet_diagram.spec.traits import LAYERS, SHORTCUTS
from resnet_diagram.wording.terms import Kind, Label, literal, phrase
from resnet_diagram.wording.vocabulary import Word

_MERGES = {
    Merge.ADD: (NodeRole.ADD, literal("+", Kind.SIGN)),
    Merge.MULTIPLY: (NodeRole.MULTIPLY, literal("×", Kind.SIGN)),
    Merge.CONCAT: (NodeRole.CONCAT, phrase(Kind.OPERATOR, Word.CONCAT)),
}
_SUBTRACTION = (NodeRole.SUBTRACT, literal("−", Kind.SIGN))


def node_role(kind: LayerKind) -> NodeRole:
    """Return the role of a layer's box."""
    return NodeRole(LAYERS[kind].role)


def edge_role(kind: ShortcutKind) -> EdgeRole:
    """Return the role of a shortcut's line."""
    return EdgeRole(SHORTCUTS[kind].role)


def merge_role(merge: Merge, signs: Sequence[int], axis: int = 0) -> tuple[NodeRole, Label]:
    """Return the role and the symbol of a merge; `axis` is that of a concatenation."""
    if merge is Merge.CONCAT and axis:
        return NodeRole.CONCAT, phrase(Kind.OPERATOR, Word.CONCAT_POSITIONS)
    return _SUBTRACTION if signs else _MERGES[merge]
