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
    """Return the parts with the blocks that one module runs named after what their branches run.

    A name is the path of the module that holds all working layers, with a word where that tells too little.
    """
    groups: dict[int, list[tuple[Part, Block]]] = {}
    for part in parts:
        if isinstance(part.element, Block) and not is_gate(part.element):
            groups.setdefault(part.call, []).append((part, part.element))
    renamed: dict[int, Part] = {}
    for call, group in groups.items():
        if len(group) < 2:
            continue
        owner = calls[call].path
        working = [
            [x for run in block.branches for x in walk(run) if x.kind in WORKING] for _, block in group
        ]
        inner = [[x.name for x in layers if x.name and x.name.startswith(owner)] for layers in working]
        paths = [common_path(names) or owner for names in inner]
        counts = Counter(paths)
        names = [
            path
            if path != owner and counts[path] == 1
            else f"{path}.{_word(layers, block.merge)}".lstrip(".")
            for path, layers, (_, block) in zip(paths, working, group, strict=True)
        ]
        counts = Counter(names)
        for name, (part, block) in zip(names, group, strict=True):
            if counts[name] == 1:
                renamed[id(part)] = replace(part, element=replace(block, name=name))
    return [renamed.get(id(part), part) for part in parts]


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
