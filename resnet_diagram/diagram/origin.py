"""Record which part of the network an element of a diagram shows, with its facts."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from resnet_diagram.diagram.model import Origin
from resnet_diagram.spec.graph import parts
from resnet_diagram.spec.measure import merged_shape, walk
from resnet_diagram.spec.model import Block, Element, Graph, Layer
from resnet_diagram.spec.shapes import shape_text
from resnet_diagram.spec.traits import is_renaming

Copies = Mapping[int, tuple[Element, ...]]
"""The elements represented by one drawing, by `id()` of the first, which is drawn."""


def origin(elements: Sequence[Element], copies: Copies | None = None) -> Origin:
    """Return the origin of a run of elements and of their copies.

    `shape` is the output of the run, empty where the copies differ; `params` and `macs` count all copies.
    """
    copied = [copy for element in elements for copy in (copies or {}).get(id(element), (element,))]
    if not copied:
        return Origin()
    last, layers = elements[-1], tuple(walk(copied))
    shapes = {_shape(copy) for copy in (copies or {}).get(id(last), (last,))}
    return Origin(
        paths=tuple(dict.fromkeys(path for element in copied for path in paths_of(element))),
        shape=shapes.pop() if len(shapes) == 1 else "",
        params=sum(layer.params for layer in layers),
        macs=sum(layer.macs for layer in layers),
    )


def together(origins: Iterable[Origin]) -> Origin:
    """Return the origin of several elements together."""
    parts = tuple(origins)
    return Origin(
        paths=tuple(path for part in parts for path in part.paths),
        params=sum(part.params for part in parts),
        macs=sum(part.macs for part in parts),
    )


def in_series(origins: Sequence[Origin]) -> Origin:
    """Return the origin of several elements that follow each other, with the output of the last."""
    return replace(together(origins), shape=origins[-1].shape)


def merge_origin(block: Block, copies: Copies) -> Origin:
    """Return the origin of the point where the branches of a block come together; it has no parameters."""
    paths = tuple(copy.name for copy in copies.get(id(block), (block,)) if copy.name)
    return Origin(paths=paths, shape=shape_text(merged_shape(block)))


def shortcut_origin(block: Block, copies: Copies) -> Origin:
    """Return the origin of the shortcut of a block: the layers on it, or the block for an identity."""
    layers = block.shortcut.layers if block.shortcut else ()
    return origin(layers, copies) if layers else merge_origin(block, copies)


def copies_of(runs: Sequence[Sequence[Element]]) -> Copies:
    """Map each element of the first run, and each inside it, to its counterparts in all runs.

    Runs may differ in layers that only arrange values anew, which have none then.
    """
    copies: dict[int, tuple[Element, ...]] = {}
    if len(set(map(len, runs))) > 1:
        runs = [[element for element in run if not is_renaming(element)] for run in runs]
    for column in zip(*runs, strict=False):
        copies[id(column[0])] = column
        for inner in zip(*(parts(element) for element in column), strict=False):
            copies.update(copies_of(inner))
    return copies


def paths_of(element: Element) -> Iterator[str]:
    """Yield the module path of an element, or the paths of its parts if it has none."""
    if element.name:
        yield element.name
        return
    for run in parts(element):
        for part in run:
            yield from paths_of(part)
    if isinstance(element, Graph):
        yield from (node.name for node in element.nodes if node.name)


def _shape(element: Element) -> str:
    """Return the output shape as text; a block without layers has none."""
    if isinstance(element, Layer):
        return shape_text(element.out_shape)
    layers = [inner for run in parts(element) for inner in run]
    return _shape(layers[-1]) if layers else ""
