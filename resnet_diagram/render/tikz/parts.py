"""Node names and coordinates of a scene: everything that several statements of a picture refer to."""

from typing import NamedTuple

from resnet_diagram.layout.scene import (
    Box,
    Connector,
    End,
    Group,
    Marker,
    MarkerKind,
    Scene,
    Text,
    groups,
    walk,
)
from resnet_diagram.render.tikz.names import node_names


class Parts(NamedTuple):
    """The leaves of a scene by kind, and node names of boxes, frames and forks by their ids."""

    boxes: list[Box]
    markers: list[Marker]
    connectors: list[Connector]
    texts: list[Text]
    names: dict[str, str]
    by_id: dict[str, Box]
    frames: frozenset[str]

    def name(self, end: End) -> str:
        """Return the name of the fork or the box that an end of a connector is attached to, or ""."""
        attached = end.side is not None or end.element not in self.by_id
        return self.names.get(end.fork or (end.element if attached else ""), "")


def parts(scene: Scene) -> Parts:
    """Collect the leaves of a scene."""
    result, dots, lines, words = _by_kind(scene)
    forks = [marker.id for marker in dots if marker.kind is MarkerKind.FORK]
    return Parts(
        boxes=result,
        markers=dots,
        connectors=lines,
        texts=words,
        names=node_names([*(box.id for box in result if box.id), *forks]),
        by_id={box.id: box for box in result if box.id},
        frames=frozenset(group.id for group in groups(scene) if group.frame),
    )


def leaves(group: Group) -> list[Box | Connector | Marker | Text]:
    """Return the leaves of a group in the order of statements: nodes, dots, lines between them, texts."""
    return [leaf for kind in _by_kind(group) for leaf in kind]


def _by_kind(element: Scene | Group) -> tuple[list[Box], list[Marker], list[Connector], list[Text]]:
    """Return the leaves of a scene or a group by kind."""
    every = list(walk(element))
    return (
        [leaf for leaf in every if isinstance(leaf, Box)],
        [leaf for leaf in every if isinstance(leaf, Marker)],
        [leaf for leaf in every if isinstance(leaf, Connector)],
        [leaf for leaf in every if isinstance(leaf, Text)],
    )
