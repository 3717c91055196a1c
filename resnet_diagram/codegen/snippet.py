"""One block of a network as PyTorch code, with its shapes in comments."""

import re
from collections.abc import Sequence
from dataclasses import replace

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
    by_name = _named(network, target)
    block = by_name.get(target) or _of_type(network, target, list(by_name))
    result = _planned(network, block)
    left = result.class_of[block]
    shapes = f"{shape_text(in_shape(block))} → {shape_text(out_shape(block))}"
    place = next(name for name, item in by_name.items() if item == block)
    doc = f"Block {place} of {called(network)}: {left.call([block], Scope(1))}\nShapes: {shapes}."
    needed = [left]  # and the classes that it depends on, before it
    for item in reversed(result.made[: result.made.index(left)]):
        text = "\n".join(line for entry in needed for line in entry.init)
        if re.search(rf"\b{item.name}\(", text):
            needed.insert(0, item)
    return source(doc, [entry.lines() for entry in needed], len(network.input_shape) - 1)


def _of_type(network: Network, target: str, names: Sequence[str]) -> Block:
    """Return the first block of a type, named by itself or by its class, in any case. Raises UsageError."""
    types: dict[str, Block] = {}
    for item in _planned(network, None).made:
        types.setdefault(item.name.lower(), item.blocks[0])
        if is_residual(item.blocks[0]):
            types.setdefault(block_kind(item.blocks[0]).value, item.blocks[0])
    if block := types.get(target.lower()):
        return block
    if not names and not types:
        raise UsageError(f"{called(network)} has no blocks; leave --block out to write all of it.")
    listed = ", ".join(map(repr, types))
    names = [*names, *types]
    hint = did_you_mean(closest(target, names))
    raise UsageError(
        f"{called(network)} has no block {target!r}.{hint} Expected a name such as {names[0]!r}, a place "
        f"such as 'stage1.block1', or a type: {listed}."
    )


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


def _named(network: Network, target: str) -> dict[str, Block]:
    """Return all blocks by their names and positions; the first block with a name counts.

    Raises UsageError if the target is a layer of a transformer, which is several blocks.
    """
    table: dict[str, Block] = {}
    for element, place in placed(network):
        if isinstance(element, Block):
            table.setdefault(place.path, element)
    stages = [element for element in network.body if isinstance(element, Stage)]
    known = {id(block) for block in table.values()}
    for number, stage in enumerate(stages, 1):
        for at, unit in enumerate(units((stage,)), 1):
            position = f"stage{number}.block{at}"
            if isinstance(unit, Block) and id(unit) in known:
                table.setdefault(position, unit)
            elif isinstance(unit, Stage) and target in {unit.name, position} - table.keys():
                blocks = [repr(block.name) for block in unit.body if isinstance(block, Block)]
                count, listed = len(blocks), " or ".join(blocks)
                raise UsageError(f"{target!r} is {count} blocks, which are written alone: name {listed}.")
    return table
