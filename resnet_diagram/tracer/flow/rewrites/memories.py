"""Cut the ways by which cross-attention reads the memory of an encoder (Vaswani et al. 2017, figure 1).

The layers of a decoder are then a series. Keys and values are counted in the attention, which names the
memory; a memory that nothing else reads becomes an end of the flow.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from heapq import heappop, heappush

from resnet_diagram.spec.graph import reachable
from resnet_diagram.tracer.flow.graph import Ref, references
from resnet_diagram.tracer.flow.simplify import absorb, renumbered
from resnet_diagram.tracer.flow.steps import Step
from resnet_diagram.tracer.record.operators import WEIGHTED, Role

MEMORY = "memory"
"""The name of a value that an encoder gives to a decoder."""

_MOVING = frozenset({Role.VIEW, Role.SLICE})
_BEFORE_PRODUCTS = _MOVING | {Role.SCALE, Role.ACTIVATION, Role.NORM}

Operands = tuple[int, list[int], list[int]]
"""Queries of an attention (-1 for constants), its keys and values, and the steps from its first product."""


@dataclass(slots=True, eq=False)
class CrossAttention:
    """An attention whose keys and values come from a `memory`, and its queries from another step.

    `members` are all steps that only it reads, `keys` those of keys and values. A `query` of -1 is constant.
    """

    core: Step
    members: set[int]
    keys: set[int] = field(default_factory=set)
    memory: int = -1
    query: int = -1


def with_memories(steps: list[Step]) -> list[Step]:
    """Return the steps with cross-attention cut off from the memories of encoders."""
    uses = _readers(steps)
    memories = list(uses)
    several = len(memories) > 1
    names = {number: f"{MEMORY} {count}" if several else MEMORY for count, number in enumerate(memories, 1)}
    for number, name in names.items():
        for attention in uses[number]:
            if attention.query >= 0:
                _cut(attention, name, steps)
    ends = {number: name for number, name in names.items() if not steps[number].targets}
    if not ends:
        return renumbered(steps)
    last, sinks = steps[-1], list[Step]()  # each memory gets a sink of its name, beside those of the outputs
    single = [number for number in last.sources if steps[number].role is not Role.SINK]
    for number in (*ends, *single):
        step, index = steps[number], len(steps) + len(sinks)
        joining = (ends[number],) if number in ends else ()
        sinks.append(Step(index, Role.SINK, [], [number], step.out_shape, (), 0, joining=joining))
        sinks[-1].targets = [last.index]
        step.targets = [*(target for target in step.targets if target != last.index), index]
    last.sources = [*(sink.index for sink in sinks), *(n for n in last.sources if n not in single)]
    return renumbered([*steps[:-1], *sinks, last])


def has_memories(steps: Sequence[Step]) -> bool:
    """Return whether cross-attention reads the memory of an encoder."""
    return bool(_readers(steps))


def _readers(steps: Sequence[Step]) -> dict[int, list[CrossAttention]]:
    """Return the cross-attention that reads each memory, by the number of its step."""
    uses: dict[int, list[CrossAttention]] = {}
    for core in steps:
        for query, keys, inner in _operands(core, steps):
            attention = CrossAttention(core, {core.index, *inner})
            memories = _roots(keys, attention.members, steps)
            attention.keys = attention.members - {core.index, *inner}
            queries = _roots([query], attention.members, steps) if query >= 0 else {-1}
            if len(memories) == len(queries) == 1 and memories != queries:
                (attention.memory,), (attention.query,) = memories, queries
                uses.setdefault(attention.memory, []).append(attention)
                break
    return {number: readers for number, readers in uses.items() if _is_memory(steps[number], readers, steps)}


def _operands(core: Step, steps: Sequence[Step]) -> Iterator[Operands]:
    """Yield what may be the operands of an attention, one operation or the second of two products."""
    if core.role is Role.ATTENTION:
        has_query = references(core.nodes[-1])[0].node.active
        yield (core.sources[0] if has_query else -1), core.sources[has_query:], []
        return
    for number in core.sources if core.role is Role.MATMUL and len(core.sources) == 2 else ():
        (value,) = (source for source in core.sources if source != number)
        inner = []
        while steps[number].role in _BEFORE_PRODUCTS and len(steps[number].sources) == 1:
            inner.append(number)
            number = steps[number].sources[0]
        first = steps[number]
        alone = all({core.index, *inner}.issuperset(steps[at].targets) for at in (*inner, number))
        if first.role is Role.MATMUL and inner and alone:
            for key in first.sources:
                query = next((source for source in first.sources if source != key), -1)
                yield query, [key, value], [*inner, number]


def _roots(operands: Sequence[int], members: set[int], steps: Sequence[Step]) -> set[int]:
    """Return the steps from which operands are projected, and add those between to `members`.

    Between lie one weighted step, norms and the like behind it, and changes of shape, for these alone.
    """
    roots, projected = set[int](), dict.fromkeys(operands, False)
    waiting: list[int] = []
    for number in projected:
        heappush(waiting, -number)
    while waiting:
        step = steps[-heappop(waiting)]
        passed = projected[step.index]
        fits = step.role in (_MOVING if passed else _BEFORE_PRODUCTS | WEIGHTED)
        if not fits or len(step.sources) != 1 or not members.issuperset(step.targets):
            roots.add(step.index)
            continue
        members.add(step.index)
        (source,) = step.sources
        if source not in projected:
            heappush(waiting, -source)
        projected[source] = projected.get(source, False) or passed or step.role in WEIGHTED
    return roots


def _is_memory(step: Step, readers: Sequence[CrossAttention], steps: Sequence[Step]) -> bool:
    """Return whether only cross-attention reads a step, which has weights behind it and no queries."""
    keys = set[int]().union(*(attention.keys | {attention.core.index} for attention in readers))
    queries = {attention.query for attention in readers} - {-1}
    if not queries or not keys.issuperset(step.targets):
        return False
    behind = set(reachable([step.index], lambda number: steps[number].sources))
    return not queries & behind and any(steps[number].role in WEIGHTED for number in behind)


def _cut(attention: CrossAttention, name: str, steps: Sequence[Step]) -> None:
    """Make a cross-attention one step on the queries, in which everything else is counted."""
    core, query, memory = attention.core, steps[attention.query], steps[attention.memory]
    for number in attention.members - {core.index}:
        absorb(core, steps[number])
    memory.targets = [number for number in memory.targets if number not in attention.members]
    query.targets = sorted({core.index, *query.targets} - attention.members | {core.index})
    node, value = core.nodes[-1], Ref(query.nodes[-1], (1, *query.out_shape))
    core.nodes = [replace(node, op="attention", args=(value,), kwargs={}, names=("query",), refs=None)]
    core.role, core.sources, core.in_shape = Role.ATTENTION, [query.index], query.out_shape
    core.joining = (*core.joining, name)
