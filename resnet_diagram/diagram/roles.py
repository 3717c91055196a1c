"""Map kinds of layers and shortcuts to their roles in a drawing."""

from resnet_diagram.diagram.model import EdgeRole, NodeRole
from resnet_diagram.spec.model import LayerKind, ShortcutKind
from resnet_diagram.spec.traits import LAYERS, SHORTCUTS


def node_role(kind: LayerKind) -> NodeRole:
    """Return the role of a layer's box."""
    return NodeRole(LAYERS[kind].role)


def edge_role(kind: ShortcutKind) -> EdgeRole:
    """Return the role of a shortcut's line."""
    return EdgeRole(SHORTCUTS[kind].role)
