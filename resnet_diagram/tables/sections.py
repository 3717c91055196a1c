"""Sections of a network: runs of elements with one output resolution, a row of a table each."""

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import replace
from enum import StrEnum
from typing import TypeGuard

from resnet_diagram.dataclass import dataclass
from resnet_diagram.spec.counting.blocks import residual_units, units
from resnet_diagram.spec.counting.stages import branch_keys, module_of_branch
from resnet_diagram.spec.measure import is_gate, out_shape, walk
from resnet_diagram.spec.model import Block, Element, Graph, Layer, LayerKind, Network, Shape, Stage
from resnet_diagram.spec.paths import common_path, is_within
from resnet_diagram.spec.signature import Level, signature
from resnet_diagram.spec.traits import WINDOWED
from resnet_diagram.tables.words import is_weightless, shown, spatial


class Kind(StrEnum):
    """Place of a section in its network."""

    STEM = "stem"
    STAGE = "stage"
    HEAD = "head"
    PART = "part"


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A run of elements, and the resolution of its output.

    `module` is their common name in the code, else empty; `title` their title in a table. `loose`: elements
    of a graph that yield this resolution in other places. `stage`: the key of the stage that it is a branch
    of. `modules`: how many modules in series have the elements, which are those of the first.
    """

    kind: Kind
    size: Shape
    elements: tuple[Element, ...]
    module: str = ""
    title: str = ""
    loose: tuple[Element, ...] = ()
    stage: str = ""
    modules: int = 1


def sections(network: Network) -> tuple[Section, ...]:
    """Return the sections of a network in flow order.

    A stage is one, whatever it holds. Layers and blocks outside stages are cut where the resolution changes;
    pooling and upsampling open a section, they do not close one. The head is one section, of size 1×1 where
    nothing spatial is left.
    """
    branches = branch_keys(network)
    stem, body = _cut(network.stem, Kind.STEM, branches), _cut(network.body, Kind.STAGE, branches)
    head = _head_of(network, body, branches)
    items: list[Section] = []
    rank = 1
    for section in _joined([*stem, *body, *head]):
        # A size without extents becomes ones, as many as the section before has.
        rank = len(section.size) or rank
        items.append(section if section.size else replace(section, size=(1,) * rank))
    return tuple(items)


def _cut(elements: Iterable[Element], kind: Kind, branches: Mapping[str, str]) -> list[Section]:
    """Return elements in sections, each of one resolution; `branches`: see `branch_keys`."""
    items: list[Section] = []
    for element in _opened(elements):
        layers = shown((element,))
        size = spatial(layers[-1]) if layers else None
        if isinstance(element, Graph):
            items += _of_graph(element, branches)
        elif isinstance(element, Stage):
            body = tuple(_opened(element.body, stages=True))
            items.append(Section(kind=kind, size=out_shape(element)[1:], elements=body, module=element.name))
        elif items and (size is None or _continues(items[-1], element, size)):
            items[-1] = replace(items[-1], elements=(*items[-1].elements, element))
        elif size is not None:
            items.append(Section(kind=kind, size=size, elements=(element,)))
    return items


def _of_graph(graph: Graph, branches: Mapping[str, str]) -> Iterator[Section]:
    """Yield a section for each stage of a graph, and for each branch of modules in series.

    Other elements are beside the branch of their module that has their resolution, or in a section of their
    outermost module. The branches of a stage follow each other.
    """
    rows: dict[Hashable, Section] = {}
    inside = [element for node in graph.nodes for element in _opened(node.body)]
    outer = common_path(layer.name for layer in walk(inside) if layer.name)
    modules: dict[str, str] = {}
    for element in inside:
        size = out_shape(element)[1:]
        key: Hashable
        match element:
            case Graph():
                rows |= {(id(element), at): row for at, row in enumerate(_of_graph(element, branches))}
            case Stage():
                branch = branches.get(element.name, "")
                key = (branch, size, signature(element, Level.STRUCTURE)) if branch else id(element)
                if branch:
                    modules[module_of_branch(element.name)] = branch
                if key in rows:
                    rows[key] = replace(rows[key], modules=rows[key].modules + 1)
                else:
                    body = tuple(_opened(element.body, stages=True))
                    rows[key] = Section(
                        kind=Kind.STAGE, size=size, elements=body, module=element.name, stage=branch
                    )
            case _ if any(layer.params or layer.kind is not LayerKind.OPAQUE for layer in shown((element,))):
                path = next(layer.name for layer in walk((element,)))
                branch = next((modules[module] for module in modules if is_within(path, module)), "")
                of_branch = (
                    key for key in rows if branch and isinstance(key, tuple) and key[:2] == (branch, size)
                )
                name = path.removeprefix(f"{outer}.").split(".")[0]
                key = next(of_branch, (name, size))
                row = rows.setdefault(key, Section(kind=Kind.PART, size=size, elements=(), module=name))
                rows[key] = replace(row, loose=(*row.loose, element))
    sections = list(rows.values())
    last = {section.stage: at for at, section in enumerate(sections)}
    places = [last[section.stage] if section.stage else at for at, section in enumerate(sections)]
    yield from (sections[at] for at in sorted(range(len(sections)), key=places.__getitem__))


def _continues(section: Section, element: Element, size: Shape) -> bool:
    """Return whether an element belongs to a section: same resolution, and no new pooling."""
    if section.size != size or _only_blurs(section) or section.loose:
        return False
    if not isinstance(element, Layer) or not is_weightless(element):
        return True
    return element.in_shape[1:] == size or all(map(is_weightless, shown(section.elements)))


def _opened(elements: Iterable[Element], *, stages: bool = False) -> Iterator[Element]:
    """Yield elements; blocks with other resolutions inside, as a U-Net's long links, by their parts.

    With `stages`, stages too are taken apart.
    """
    for element in elements:
        if stages and isinstance(element, Stage):
            yield from _opened(element.body, stages=True)
        elif _is_deep(element):
            inner = (part for branch in element.branches for part in branch)
            yield from _opened((*element.before, *inner, *element.after), stages=stages)
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


def _head_of(network: Network, body: list[Section], branches: Mapping[str, str]) -> list[Section]:
    """Return the head's sections; without a head, remove those of size 1×1 from the end of the body."""
    if any(isinstance(element, Graph) for element in network.head):
        return _cut(network.head, Kind.HEAD, branches)
    layers = shown(network.head)
    if layers:
        return [Section(kind=Kind.HEAD, size=spatial(layers[-1]), elements=network.head)]
    items: list[Section] = []
    while len(body) > 1 and not body[-1].module and set(body[-1].size) <= {1}:
        if any(isinstance(element, Block) for element in body[-1].elements):
            break
        items.insert(0, replace(body.pop(), kind=Kind.HEAD))
    return items


def _joined(items: list[Section]) -> list[Section]:
    """Merge sections that only pool or upsample into the next section, and merge the head's sections."""
    done: list[Section] = []
    for section in items:
        last = done[-1] if done else None
        both_head = last and last.kind is section.kind is Kind.HEAD
        if last and len(done) > 1 and not both_head and _only_blurs(last):
            stem = done[-2]
            done[-2:] = [replace(stem, size=last.size, elements=(*stem.elements, *last.elements)), section]
        elif last and (both_head or (not last.loose and all(map(is_weightless, shown(last.elements))))):
            done[-1] = replace(section, elements=(*last.elements, *section.elements))
        else:
            done.append(section)
    return done


def _only_blurs(section: Section) -> bool:
    """Return whether a section only pools, with a blur pool at its end: it ends a stem."""
    layers = shown(section.elements)
    blurs = bool(layers) and layers[-1].op == "blur_pool"
    return blurs and all(map(is_weightless, layers))
