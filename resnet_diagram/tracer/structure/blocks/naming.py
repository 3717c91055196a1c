"""Disambiguate the names of residual blocks that one module runs, as a transformer's layer does."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain, count

from resnet_diagram.spec.counting.transformer_layers import is_transformer_layer
from resnet_diagram.spec.measure import all_blocks, is_gate, walk
from resnet_diagram.spec.model import Block, Element, Graph, Layer, LayerKind, Merge, Stage
from resnet_diagram.spec.paths import common_path, is_within
from resnet_diagram.tracer.flow.graph import Call
from resnet_diagram.tracer.structure.blocks.residual import WORKING
from resnet_diagram.tracer.structure.parts import Part


def disambiguated(parts: Sequence[Part], calls: Sequence[Call]) -> list[Part]:
    """Return the parts with the blocks that one module runs named after what their branches run."""
    blocks = {id(p): p.element for p in parts if isinstance(p.element, Block) and not is_gate(p.element)}
    if len(blocks) < 2:
        return list(parts)
    owners = Counter(part.call for part in parts if id(part) in blocks)
    shared = {
        id(p): (calls[p.call].path, _working_layers(blocks[id(p)]))
        for p in parts
        if owners[p.call] > 1 and id(p) in blocks
    }
    names = {key: _shared_path(*owner_and_layers) for key, owner_and_layers in shared.items()}
    calls_of = {id(p): p.call for p in parts}
    counts = Counter((calls_of[key], name) for key, name in names.items())
    for key, (owner, working) in shared.items():
        if names[key] == owner or counts[calls_of[key], names[key]] > 1:
            names[key] = f"{names[key]}.{_word(working, blocks[key].merge)}".lstrip(".")
    counts = Counter((calls_of[key], name) for key, name in names.items())
    unique = {key: name for key, name in names.items() if counts[calls_of[key], name] == 1}
    return [_renamed(part, unique[id(part)]) if id(part) in unique else part for part in parts]


def with_distinct_stages(split: Sequence[Sequence[Element]]) -> list[list[Element]]:
    """Return stem, body and head with another name for each stage that has the name of another one.

    `stage1` becomes the next `stage` number that is free, others take the module of their blocks, or get
    `.stage1`, `.stage2` and so on. A stage that is run again with the same modules keeps its name; one in a
    stage that is no more than a way round it has that of the outer one.
    """
    used_names: set[str] = set()
    around: list[str] = []
    stages = [stage for elements in split for stage in _outer_stages(elements)]
    counts = Counter(name for stage in stages for name in {stage.name, _module_in(stage)})

    def renamed(elements: Iterable[Element]) -> tuple[Element, ...]:
        return tuple(map(changed, elements))

    def changed(element: Element) -> Element:
        match element:
            case Stage():
                is_inner = bool(around) and is_within(around[-1], element.name)
                name = around[-1] if is_inner else _free_name(element, used_names, counts)
                used_names.add(name)
                around.append(name if len(element.body) == 1 else "")
                body = tuple(map(in_stage, element.body))
                around.pop()
                return replace(element, name=name, body=body)
            case Block() if any(
                isinstance(e, Stage | Graph | Block) for run in element.branches for e in run
            ):
                return replace(element, branches=tuple(map(renamed, element.branches)))
            case Graph():
                nodes = [
                    n if n.shares is not None else replace(n, body=renamed(n.body)) for n in element.nodes
                ]
                return replace(element, nodes=tuple(nodes))
        return element

    def in_stage(element: Element) -> Element:
        if is_transformer_layer(element):
            return replace(element, body=renamed(element.body))
        return changed(element)

    return [list(renamed(elements)) for elements in split]


def _outer_stages(elements: Iterable[Element]) -> Iterator[Stage]:
    """Yield the stages of some elements, without those inside others and those that run again."""
    for element in elements:
        if isinstance(element, Stage):
            yield element
        elif isinstance(element, Graph):
            for node in element.nodes:
                yield from _outer_stages(node.body if node.shares is None else ())
        elif isinstance(element, Block):
            for branch in element.branches:
                yield from _outer_stages(branch)


def _module_in(stage: Stage) -> str:
    """Return the path of the module in a stage that holds all its blocks, else the stage's name."""
    blocks = {block.name for block in all_blocks(stage.body) if block.name}
    module = common_path(sorted(blocks))
    return module if is_within(module, stage.name) and module not in blocks else stage.name


def _free_name(stage: Stage, taken: Collection[str], counts: Counter[str]) -> str:
    """Return a name for a stage that no other has: its own, that of the module of its blocks, or a number."""
    module = _module_in(stage)
    unnumbered = (name for name in (stage.name, module) if counts[name] < 2)
    is_number = module.startswith("stage") and module[5:].isdigit()
    numbered = (f"stage{n}" if is_number else f"{module}.stage{n}" for n in count(1))
    return next(free for free in chain(unnumbered, numbered) if free not in taken)


def _renamed(part: Part, name: str) -> Part:
    """Return the part with another name for its block."""
    if not isinstance(part.element, Block):
        return part
    return replace(part, element=replace(part.element, name=name))


def _working_layers(block: Block) -> list[Layer]:
    """Return the layers of a block's branches that do the work."""
    return [layer for branch in block.branches for layer in walk(branch) if layer.kind in WORKING]


def _shared_path(owner: str, working: Sequence[Layer]) -> str:
    """Return the path of the module inside `owner` that holds all these layers, as far as they have one."""
    return (
        common_path([layer.name for layer in working if layer.name.startswith(owner) and layer.name]) or owner
    )


def _word(working: Sequence[Layer], merge: Merge) -> str:
    """Return a word for the work of a branch, or its first and last layer."""
    kinds = {layer.kind for layer in working}
    if not working:
        return "sum" if merge is Merge.ADD else merge.value
    if LayerKind.ATTENTION in kinds:
        return "attention"
    if kinds == {LayerKind.LINEAR}:
        return "mlp"
    first, last = (layer.name.rpartition(".")[2] for layer in (working[0], working[-1]))
    return first if first == last else f"{first}-{last}"
