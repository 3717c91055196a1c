"""Sections of a network: runs of elements with one output resolution, a row of a table each."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from enum import StrEnum
from typing import TypeGuard

from resnet_diagram.dataclass import dataclass
from resnet_diagram.spec.counting.blocks import residual_units, units
from resnet_diagram.spec.measure import is_gate, out_shape
from resnet_diagram.spec.model import Block, Element, Layer, Network, Shape, Stage
from resnet_diagram.spec.traits import WINDOWED
from resnet_diagram.tables.words import is_shown, is_weightless, shown, spatial


class Kind(StrEnum):
    """Place of a section in its network."""

    STEM = "stem"
    STAGE = "stage"
    HEAD = "head"


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A run of elements, and the resolution of its output.

    `module` is their common name in the code, else empty; `title` their title in a table.
    """

    kind: Kind
    size: Shape
    elements: tuple[Element, ...]
    module: str = ""
    title: str = ""


def sections(network: Network) -> tuple[Section, ...]:
    """Return the sections of a network in flow order.

    A stage is one, whatever it holds. Layers and blocks outside stages are cut where the resolution changes;
    pooling and upsampling open a section, they do not close one. The head is one section, of size 1×1 where
    nothing spatial is left.
    """
    stem = _cut(network.stem, Kind.STEM)
    body = _cut(network.body, Kind.STAGE)
    head = _head_of(network, body)
    joined = _joined([*stem, *body, *head])
    return tuple(_ended(joined)) if joined else ()


def _cut(elements: Iterable[Element], kind: Kind) -> list[Section]:
    """Return elements in sections, each of one resolution."""
    items: list[Section] = []
    for element in _opened(elements):
        layers = shown((element,))
        size = spatial(layers[-1]) if layers else None
        if isinstance(element, Stage):
            left = out_shape(element)[1:]
            body = tuple(_flat(element.body))
            items.append(Section(kind=kind, size=left, elements=body, module=element.name))
        elif size is None:
            if items:
                items[-1] = _with(items[-1], element)
        elif _continues(items, element, size):
            items[-1] = _with(items[-1], element)
        else:
            items.append(Section(kind=kind, size=size, elements=(element,)))
    return items


def _with(section: Section, element: Element) -> Section:
    return replace(section, elements=(*section.elements, element))


def _continues(items: list[Section], element: Element, size: Shape) -> bool:
    """Return whether an element belongs to the last section: same resolution, and no new pooling."""
    if not items or items[-1].size != size:
        return False
    if _only_blurs(items[-1]):
        return False
    if isinstance(element, Layer) and is_weightless(element):
        return all(map(is_weightless, shown(items[-1].elements))) or (
            element.in_shape[1:] == element.out_shape[1:]
        )
    return True


def _opened(elements: Iterable[Element]) -> Iterator[Element]:
    """Yield elements; blocks with other resolutions inside, as a U-Net's long links, by their parts."""
    for element in elements:
        if _is_deep(element):
            yield from element.before
            for branch in element.branches:
                yield from _opened(branch)
            yield from element.after
        else:
            yield element


def _flat(elements: Iterable[Element]) -> Iterator[Element]:
    """Yield the elements of a stage, of the stages in it, and of the blocks round them."""
    for element in _opened(elements):
        if isinstance(element, Stage):
            yield from _flat(element.body)
        else:
            yield element


def has_long_links(network: Network) -> bool:
    """Return whether blocks are taken apart, so that a table does not show their shortcuts."""
    elements = (*network.stem, *network.body)
    inner = (item for element in elements if isinstance(element, Stage) for item in element.body)
    return any(map(_is_deep, (*elements, *inner)))


def _is_deep(block: Element) -> TypeGuard[Block]:
    """Return whether the only branch of a block has stages, blocks, or a resolution other than its ends'."""
    if not isinstance(block, Block) or is_gate(block):
        return False
    if len(residual_units(units((block,)))) > 1:
        return True
    if any(isinstance(item, Stage) for branch in block.branches for item in branch):
        return True
    layers = [layer for layer in shown((block,)) if layer.kind in WINDOWED]
    if not layers or sum(map(bool, block.branches)) > 1:
        return False
    ends = {layers[0].in_shape[1:], layers[-1].out_shape[1:]}
    return any(layer.out_shape[1:] not in ends for layer in layers)


def _head_of(network: Network, body: list[Section]) -> list[Section]:
    """Return the head's section; without a head, remove sections of size 1×1 from the end of the body."""
    layers = shown(network.head)
    if layers:
        return [Section(kind=Kind.HEAD, size=spatial(layers[-1]), elements=network.head)]
    items: list[Section] = []
    while len(body) > 1 and not body[-1].module and _is_flat(body[-1]):
        items.insert(0, replace(body.pop(), kind=Kind.HEAD))
    return items


def _is_flat(section: Section) -> bool:
    return all(edge == 1 for edge in section.size) and not any(
        isinstance(element, Block) for element in section.elements
    )


def _joined(items: list[Section]) -> list[Section]:
    """Merge sections that only pool or upsample into the next section, and merge the head's sections."""
    done: list[Section] = []
    for section in items:
        last = done[-1] if done else None
        both_head = last and last.kind is section.kind is Kind.HEAD
        if last and len(done) > 1 and not both_head and _only_blurs(last):
            stem = done[-2]
            done[-2:] = [replace(stem, size=last.size, elements=(*stem.elements, *last.elements)), section]
        elif last and (both_head or all(map(is_weightless, shown(last.elements)))):
            done[-1] = replace(section, elements=(*last.elements, *section.elements))
        else:
            done.append(section)
    return done


def _only_blurs(section: Section) -> bool:
    """Return whether a section only pools, with a blur pool at its end: it ends a stem."""
    layers = shown(section.elements)
    blurs = bool(layers) and layers[-1].op == "blur_pool"
    return blurs and all(map(is_weightless, layers))


def _ended(items: list[Section]) -> Iterator[Section]:
    """Yield sections; a size without extents becomes ones, as many as the section before has extents."""
    rank = 1
    for section in items:
        rank = len(section.size) or rank
        yield section if section.size else replace(section, size=(1,) * rank)


def lead(section: Section) -> tuple[Layer, ...]:
    """Return the pooling and upsampling at the start of a section."""
    layers: list[Layer] = []
    for element in section.elements:
        if not isinstance(element, Layer) or (is_shown(element) and not is_weightless(element)):
            break
        if is_shown(element):
            layers.append(element)
    return tuple(layers)
