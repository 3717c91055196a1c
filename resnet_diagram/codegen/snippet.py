"""One block of a network as PyTorch code, with the shapes it has there."""

import re
from collections.abc import Iterator, Sequence

from resnet_diagram.codegen.blocks.block_class import BlockClass
from resnet_diagram.codegen.blocks.parameters import Scope
from resnet_diagram.codegen.docstrings import called
from resnet_diagram.codegen.helpers import HELPERS
from resnet_diagram.codegen.network.plan import plan
from resnet_diagram.codegen.source import source
from resnet_diagram.errors import UsageError, closest, did_you_mean
from resnet_diagram.spec.measure import block_kind, blocks, in_shape, is_residual, out_shape
from resnet_diagram.spec.model import Block, Network, Stage
from resnet_diagram.spec.places import placed
from resnet_diagram.spec.shapes import shape_text


def snippet(network: Network, wanted: str) -> str:
    """A Python file of the class of one block, with that block's shapes in comments.

    `wanted`: a block's name (`layer2.0`), its place (`stage2.block1`), or a type (`bottleneck`, or the name
    of a class), which stands for the first block of it. Raises UsageError for anything else, CodeError where
    the network cannot be written.
    """
    named = dict(_named(network))
    types = dict(_types(plan(network, HELPERS).made))
    block = named.get(wanted) or types.get(wanted.lower())
    if block is None:
        raise _unknown(network, wanted, named, types)
    made = plan(network, HELPERS, block)
    own = made.class_of[block]
    shapes = f"{shape_text(in_shape(block))} → {shape_text(out_shape(block))}"
    place = next(name for name, one in named.items() if one == block)
    doc = f"Block {place} of {called(network)}: {own.call([block], Scope(1))}\nShapes: {shapes}."
    return source(doc, [one.lines() for one in _needed(own, made.made)], len(network.input_shape) - 1)


def _named(network: Network) -> Iterator[tuple[str, Block]]:
    """All blocks by their names and places; the first of a name counts."""
    found: dict[str, Block] = {}
    for element, place in placed(network):
        if isinstance(element, Block):
            found.setdefault(place.path, element)
    stages = [element for element in network.body if isinstance(element, Stage)]
    for number, stage in enumerate(stages, 1):
        for position, block in enumerate(blocks(stage), 1):
            found.setdefault(f"stage{number}.block{position}", block)
    yield from found.items()


def _types(classes: Sequence[BlockClass]) -> Iterator[tuple[str, Block]]:
    """The first block of each type, by the type and by the name of its class, in lower case."""
    found: dict[str, Block] = {}
    for one in classes:
        first = one.blocks[0]
        found.setdefault(one.name.lower(), first)
        if is_residual(first):
            found.setdefault(block_kind(first).value, first)
    yield from found.items()


def _needed(own: BlockClass, classes: Sequence[BlockClass]) -> list[BlockClass]:
    """The classes a class is made of, itself last."""
    needed = [own]
    for one in reversed(classes[: classes.index(own)]):
        text = "\n".join(line for other in needed for line in other.init)
        if re.search(rf"\b{one.name}\(", text):
            needed.insert(0, one)
    return needed


def _unknown(network: Network, wanted: str, named: dict[str, Block], types: dict[str, Block]) -> UsageError:
    known = [*named, *types]
    if not known:
        return UsageError(f"{called(network)} has no blocks; leave --block out to write all of it.")
    listed = ", ".join(repr(name) for name in types)
    hint = did_you_mean(closest(wanted, known))
    return UsageError(
        f"{called(network)} has no block {wanted!r}.{hint} Expected a name such as {known[0]!r}, a place "
        f"such as 'stage1.block1', or a type: {listed}."
    )
