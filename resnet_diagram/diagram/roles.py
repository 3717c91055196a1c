"""Which role in a drawing a part of a network plays."""

from resnet_diagram.diagram.model import EdgeRole, NodeRole
from resnet_diagram.spec.model import LayerKind, ShortcutKind

_NODES = {
    LayerKind.CONV: NodeRole.CONV,
    LayerKind.LINEAR: NodeRole.LINEAR,
    LayerKind.NORM: NodeRole.NORM,
    LayerKind.ACTIVATION: NodeRole.ACTIVATION,
    LayerKind.POOL: NodeRole.POOL,
    LayerKind.ATTENTION: NodeRole.ATTENTION,
    LayerKind.OPAQUE: NodeRole.OPAQUE,
}


def node_role(kind: LayerKind) -> NodeRole:
    """The role of a layer's box."""
    return _NODES.get(kind, NodeRole.OTHER)


def edge_role(kind: ShortcutKind) -> EdgeRole:
    """The role of a shortcut's line."""
    return EdgeRole.OTHER if kind is ShortcutKind.OTHER else EdgeRole(kind.value)
