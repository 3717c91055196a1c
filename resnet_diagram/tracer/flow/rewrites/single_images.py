"""Restore the batch axis of images that are taken out of a batch of one.

Detectors take a list of images, resize and pad each one, and stack the results. Without this rewrite, the
channels of such an image would be interpreted as its batch.
"""

from resnet_diagram.tracer.flow.graph import Node, OpGraph, Ref, argument, readers_of, references
from resnet_diagram.tracer.record.operators import Role, operator_of

_ALONE = frozenset({Role.SCALE, Role.ADD, Role.MULTIPLY, Role.ACTIVATION, Role.PASS})
"""Operations that work on each value of an image alone."""
_IMAGE_AXES = 3


def with_batch_axes(graph: OpGraph) -> None:
    """Change the shapes of single images in a graph to batches of one."""
    readers = readers_of(graph)
    for node in graph.nodes:
        takes_item = node.active and node.op in ("select", "unbind") and argument(node, "dim") == 0
        if not takes_item or len(node.shape) != _IMAGE_AXES or references(node)[0].shape != (1, *node.shape):
            continue
        images = _images(node, readers)
        written: dict[int, Node] = {}
        for image in images.values():
            for reader in readers[image.index]:
                for ref in references(reader):
                    if ref.node is image:
                        ref.shape = (1, *image.shape)
                if reader.op == "copy_" and reader.shape == image.shape:
                    written[reader.index] = reader
        for value in (*images.values(), *written.values()):
            value.shape = (1, *value.shape)


def _images(first: Node, readers: dict[int, list[Node]]) -> dict[int, Node]:
    """Return an image and those made of it, by index, until each is put into a batch; else none."""
    images = {first.index: first}
    waiting = [first]
    while waiting:
        node = waiting.pop()
        for reader in readers.get(node.index, ()):
            if operator_of(reader.op).role in _ALONE and reader.shape == first.shape and reader.op != "copy_":
                if reader.index not in images:
                    images[reader.index] = reader
                    waiting.append(reader)
            elif not _makes_batch(reader, node):
                return {}
    return images if readers.get(first.index) else {}


def _makes_batch(reader: Node, image: Node) -> bool:
    """Return whether an operation makes a batch of an image, or writes it into one."""
    if reader.op in ("unsqueeze", "stack"):
        return argument(reader, "dim") == 0 and reader.shape == (1, *image.shape)
    target = reader.args[0] if reader.op == "copy_" else None
    while isinstance(target, Ref):
        if target.shape[:1] == (1,) and len(target.shape) == _IMAGE_AXES + 1:
            return True
        target = next(iter(references(target.node)), None)
    return False
