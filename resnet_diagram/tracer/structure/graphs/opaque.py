"""Represent an irregular group of operations by one layer, and count the additions it hides."""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import islice

from resnet_diagram.errors import number_is
from resnet_diagram.spec.graph import reachable
from resnet_diagram.spec.model import Layer, LayerKind
from resnet_diagram.spec.paths import abbreviated
from resnet_diagram.tracer.flow.graph import Call, Sizes
from resnet_diagram.tracer.flow.steps import Step
from resnet_diagram.tracer.record.operators import WEIGHTED, Role, operator_of
from resnet_diagram.tracer.structure.attention import CAUSAL, is_attention, is_causal

_FARTHEST = 2000

_DISTANCES = frozenset(
    {"matmul", "bmm", "cdist", "_cdist_forward", "linalg_vector_norm", "einsum", "pow", "square"}
)
_CHOICES = frozenset({"topk", "sort", "argsort", "kthvalue"})
_LOOKUPS = frozenset({"index", "gather", "index_select", "take_along_dim", "embedding", "take"})

Joined = tuple[Layer, Sequence[int]]
"""A layer that stands for several steps, and their numbers."""


def joined_layer(steps: Sequence[Step], in_shape: Sizes, call: Call) -> Layer:
    """Return one layer for steps that are not drawn one by one, named after the module around them."""
    attention = is_attention(steps)
    kind, op = (LayerKind.ATTENTION, "attention") if attention else (LayerKind.OPAQUE, call.cls.lower())
    names = {operator_of(node.op).name for step in steps for node in step.nodes}
    if names & _DISTANCES and names & _CHOICES and names & _LOOKUPS:
        kind, op = LayerKind.OTHER, "nearest_neighbours"
    return Layer(
        kind=kind,
        op=op,
        name=call.path,
        in_shape=in_shape,
        out_shape=steps[-1].out_shape,
        params=sum(step.params for step in steps),
        macs=sum(step.macs for step in steps),
        settings=CAUSAL if attention and is_causal(steps) else (),
    )


def hidden_note(layers: Iterable[Layer], joined: Iterable[Joined], steps: Sequence[Step]) -> list[str]:
    """Return a note on the additions inside the layers drawn that each stand for several steps."""
    shown = {id(layer) for layer in layers}
    counts: Counter[str] = Counter()
    for layer, numbers in joined:
        if id(layer) in shown and layer.kind is LayerKind.OPAQUE:
            counts[layer.name] += sum(steps[n].role is Role.ADD for n in numbers)
    counts = +counts
    if not counts:
        return []
    total = counts.total()
    if len(counts) == 1:
        name = next(iter(counts))
        place = f"the opaque layer {name!r}" if name else "an opaque layer"
        return [f"{number_is('addition', total)} not drawn inside {place}"]
    listed = abbreviated(f"{count} in {name!r}" for name, count in counts.items())
    return [f"{number_is('addition', total)} not drawn inside opaque layers: {listed}"]


def is_around_weights(step: Step, steps: Sequence[Step]) -> bool:
    """Return whether a step is a sum of which one operand leads to another through weighted steps."""
    if step.role is not Role.ADD:
        return False
    return any(_has_weights_between(a, b, steps) for a in step.sources for b in step.sources if a < b)


def _has_weights_between(start: int, end: int, steps: Sequence[Step]) -> bool:
    """Return whether a way from one step to another passes, or ends in, a weighted one."""

    def sources(place: tuple[int, bool]) -> list[tuple[int, bool]]:
        number, worked = place
        worked = worked or steps[number].role in WEIGHTED
        return [(source, worked) for source in steps[number].sources if source >= start]

    return (start, True) in islice(reachable([(end, False)], sources), _FARTHEST)
