"""Plan the classes of a network, from the innermost blocks to the outermost."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count, groupby

from resnet_diagram.codegen.blocks.block_class import BlockClass, block_class
from resnet_diagram.codegen.blocks.body import Body, check_joints, kept_inputs
from resnet_diagram.codegen.blocks.parameters import Scope
from resnet_diagram.codegen.blocks.pattern import (
    Key,
    arm,
    arm_key,
    block_key,
    children,
    levels,
    residual,
    run_key,
)
from resnet_diagram.codegen.blocks.shortcuts import zero_padding
from resnet_diagram.codegen.docstrings import class_name
from resnet_diagram.codegen.text import Call, Code, Repeat
from resnet_diagram.spec.model import Block, Element, Layer, LayerKind, Network, Stage


@dataclass(slots=True)
class Plan:
    """The classes in the order they are written, and the class of each block."""

    made: list[BlockClass] = field(default_factory=list)
    class_of: dict[Block, BlockClass] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)

    def call(self, blocks: Sequence[Block], scope: Scope) -> Call:
        """Return the call that creates these blocks."""
        return self.class_of[blocks[0]].call(blocks, scope)

    def sequence(self, stage: Stage, scope: Scope) -> Call:
        """Return the call that creates a stage, with runs of equal blocks written once."""
        return Call("nn.Sequential", tuple(self._repeated(self.elements(stage.body))))

    def elements(self, elements: Sequence[Element]) -> list[Call]:
        """Return the calls that create these elements, one by one."""
        check_joints([(element,) for element in elements])
        body = Body(scope=Scope(1), classes=self, owners=("",), lazy=kept_inputs([elements]))
        return [body.module((element,)) for element in elements]

    def _repeated(self, calls: Iterable[Call]) -> Iterable[Code]:
        for call, run in groupby(calls):
            count = len(list(run))
            yield call if count == 1 else Repeat(call, str(count))

    def nested_key(self, block: Block) -> Key:
        """Return the key of a nested block: its class."""
        return ("class", self.class_of[block].name)


def plan(network: Network, reserved: Iterable[str] = (), shown: Block | None = None) -> Plan:
    """Return the classes of a network; those of `shown` and its inner blocks have shapes in comments."""
    focus = [] if shown is None else [shown, *_inside(shown)]
    result = Plan(names=set(reserved))
    for level in levels(network):
        groups: dict[Key, dict[Block, None]] = {}
        for block in level:
            groups.setdefault(block_key(block, result.nested_key), {})[block] = None
        for variant in (variant for blocks in groups.values() for variant in _variants(list(blocks), result)):
            variant.sort(key=lambda block: block not in focus)
            name = target = class_name(variant[0])
            for number in count(2):
                if name not in result.names:
                    break
                name = f"{target}{number}"
            result.names.add(name)
            added = block_class(name, variant, result, comments=variant[0] in focus)
            result.made.append(added)
            result.class_of.update(dict.fromkeys(variant, added))
    return result


def _inside(block: Block) -> Iterator[Block]:
    for child in children(block):
        yield child
        yield from _inside(child)


def _variants(blocks: list[Block], result: Plan) -> list[list[Block]]:
    """Group the blocks by shortcut, so that each class has at most one kind besides the identity."""
    if not residual(blocks[0]):
        return [blocks]
    kinds: dict[Key, list[Block]] = {}
    for block in blocks:
        padded = zero_padding(arm(block))
        key = (len(block.before), "zero padding") if padded else arm_key(block, result.nested_key)
        kinds.setdefault(key, []).append(block)
    groups = _merged_pools([members for members in kinds.values() if arm(members[0])], result)
    for members in kinds.values():
        if arm(members[0]):
            continue
        # An identity joins a shortcut with layers if it leaves no later.
        fork = len(members[0].before)
        homes = (group for group in groups if all(map(arm, group)) and len(group[0].before) >= fork)
        if home := next(homes, None):
            home += members
        else:
            groups.append(members)
    order = {block: place for place, block in enumerate(blocks)}
    ordered = [sorted(group, key=lambda block: order[block]) for group in groups]
    return sorted(ordered, key=lambda group: order[group[0]])


def _merged_pools(groups: list[list[Block]], result: Plan) -> list[list[Block]]:
    """Merge two groups that differ only in a pooling before the shortcut of strided blocks."""
    if len(groups) != 2:
        return groups
    long, shortened = sorted(groups, key=lambda group: -len(arm(group[0])))
    same_place = len(long[0].before) == len(shortened[0].before)
    rest = (arm(long[0])[1:], arm(shortened[0]))
    equal = run_key(rest[0], result.nested_key) == run_key(rest[1], result.nested_key)
    first = next(iter(arm(long[0])), None)
    pools = isinstance(first, Layer) and first.kind is LayerKind.POOL and first.kernel == first.stride != ()
    if equal and same_place and pools:
        return [[*long, *shortened]]
    return groups
