"""One block of a network as PyTorch code, with its shapes in comments."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from resnet_diagram.codegen.blocks.block_class import BlockClass
from resnet_diagram.codegen.blocks.parameters import Scope
from resnet_diagram.codegen.docstrings import called
from resnet_diagram.codegen.network.plan import Plan, plan
from resnet_diagram.codegen.refusal import refuse_graphs
from resnet_diagram.codegen.source import HELPERS, source
from resnet_diagram.errors import CodeError, UsageError, closest, did_you_mean
from resnet_diagram.spec.counting.blocks import units
from resnet_diagram.spec.counting.places import placed
from resnet_diagram.spec.measure import block_kind, in_shape, is_residual, out_shape
from resnet_diagram.spec.model import Block, Network, Stage
from resnet_diagram.spec.shapes import shape_text


def snippet(network: Network, target: str) -> str:
    """Return a Python file with the class of one block and that block's shapes in comments.

    `target`: a block's name (`layer2.0`), its position (`stage2.block1`), or a type (`bottleneck`, or the
    name of a class), which selects the first block of that type. Raises UsageError for any other target,
    CodeError if the network cannot be written.
    """
    by_name = dict(_named(network))
    block = by_name.get(target)
    types: dict[str, Block] = {}
    if block is None:
        _refuse_layer(network, target)
        types = dict(_types(_planned(network, None).made))
        block = types.get(target.lower())
    if block is None:
        raise _unknown(network, target, by_name, types)
    result = _planned(network, block)
    left = result.class_of[block]
    shapes = f"{shape_text(in_shape(block))} → {shape_text(out_shape(block))}"
    place = next(name for name, item in by_name.items() if item == block)
    doc = f"Block {place} of {called(network)}: {left.call([block], Scope(1))}\nShapes: {shapes}."
    return source(doc, [entry.lines() for entry in _needed(left, result.made)], len(network.input_shape) - 1)


def _planned(network: Network, block: Block | None) -> Plan:
    """Return the classes of a network, or only the classes of a block if the remainder cannot be written."""
    try:
        refuse_graphs(network)
        return plan(network, HELPERS, block)
    except CodeError:
        if block is None:
            raise
        refuse_graphs(block)
        return plan(replace(network, stem=(), body=(block,), head=()), HELPERS, block)


def _refuse_layer(network: Network, target: str) -> None:
    """Raise UsageError for a layer of a transformer, which is several blocks."""
    stages = [element for element in network.body if isinstance(element, Stage)]
    for number, stage in enumerate(stages, 1):
        for position, layer in enumerate(units((stage,)), 1):
            if isinstance(layer, Stage) and target in (layer.name, f"stage{number}.block{position}"):
                names = [repr(block.name) for block in layer.body if isinstance(block, Block)]
                listed = " or ".join(names)
                raise UsageError(
                    f"{target!r} is {len(names)} blocks, which are written alone: name {listed}."
                )


def _named(network: Network) -> Iterator[tuple[str, Block]]:
    """Yield all blocks by their names and positions; the first block with a name counts."""
    table: dict[str, Block] = {}
    for element, place in placed(network):
        if isinstance(element, Block):
            table.setdefault(place.path, element)
    stages = [element for element in network.body if isinstance(element, Stage)]
    known = {id(block) for block in table.values()}
    for number, stage in enumerate(stages, 1):
        for position, block in enumerate(units((stage,)), 1):
            if isinstance(block, Block) and id(block) in known:
                table.setdefault(f"stage{number}.block{position}", block)
    yield from table.items()


def _types(classes: Sequence[BlockClass]) -> Iterator[tuple[str, Block]]:
    """Yield the first block of each type, by type and by class name, both in lower case."""
    table: dict[str, Block] = {}
    for item in classes:
        first = item.blocks[0]
        table.setdefault(item.name.lower(), first)
        if is_residual(first):
            table.setdefault(block_kind(first).value, first)
    yield from table.items()


def _needed(block_class: BlockClass, classes: Sequence[BlockClass]) -> list[BlockClass]:
    """Return the classes that a class depends on, the class itself last."""
    needed = [block_class]
    for item in reversed(classes[: classes.index(block_class)]):
        text = "\n".join(line for right in needed for line in right.init)
        if re.search(rf"\b{item.name}\(", text):
            needed.insert(0, item)
    return needed


def _unknown(network: Network, target: str, by_name: dict[str, Block], types: dict[str, Block]) -> UsageError:
    names = [*by_name, *types]
    if not names:
        return UsageError(f"{called(network)} has no blocks; leave --block out to write all of it.")
    listed = ", ".join(repr(name) for name in types)
    hint = did_you_mean(closest(target, names))
    return UsageError(
        f"{called(network)} has no block {target!r}.{hint} Expected a name such as {names[0]!r}, a place "
        f"such as 'stage1.block1', or a type: {listed}."
    )
