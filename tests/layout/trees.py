"""Change the leaves of a scene."""

from collections.abc import Callable
from dataclasses import replace

from resnet_diagram.layout.scene import Box, Connector, Element, Group, Leaf, Scene, Text

Change = Callable[[Leaf], Leaf]


def with_leaves(scene: Scene, change: Change) -> Scene:
    """Return the scene with every leaf changed, labels and frames included."""
    root = _changed(scene.root, change)
    assert isinstance(root, Group)
    return replace(scene, root=root)


def _changed(element: Element, change: Change) -> Element:
    match element:
        case Group():
            frame = change(element.frame) if element.frame else None
            assert frame is None or isinstance(frame, Box)
            children = tuple(_changed(child, change) for child in element.children)
            return replace(element, frame=frame, children=children, labels=_texts(element.labels, change))
        case Box() | Connector():
            return change(replace(element, labels=_texts(element.labels, change)))
        case _:
            return change(element)


def _texts(labels: tuple[Text, ...], change: Change) -> tuple[Text, ...]:
    changed = [change(label) for label in labels]
    return tuple(label for label in changed if isinstance(label, Text))
