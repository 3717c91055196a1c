"""Relations between the module calls of a trace."""

from collections.abc import Iterable, Sequence

from resnet_diagram.tracer.flow.graph import Call

CONTAINERS = frozenset(
    (
        "Sequential ModuleList ModuleDict DataParallel IntermediateLayerGetter FxSequential SequentialCell"
    ).split()
)


def inside(calls: Sequence[Call], inner: int, outer: int) -> bool:
    """Return whether call `inner` is `outer` or was made within it."""
    return outer <= inner < calls[outer].end


def common_call(calls: Sequence[Call], numbers: Iterable[int]) -> int:
    """Return the innermost call that contains all of `numbers`; the root call for none."""
    common = -1
    for number in numbers:
        common = number if common < 0 else common
        while not inside(calls, number, common):
            common = calls[common].parent
    return max(common, 0)


def owner_of(calls: Sequence[Call], merge: int, weighted: Iterable[int]) -> int:
    """Return the call a residual block is named after.

    It is the one that runs the addition, or the innermost around it that also runs weighted
    layers of the branch (an addition may be a module of its own).
    """
    layers = list(weighted)
    owner = merge
    while owner > 0 and layers and not any(inside(calls, layer, owner) for layer in layers):
        owner = calls[owner].parent
    while owner > 0 and calls[owner].cls in CONTAINERS:
        owner = calls[owner].parent
    return owner


def ancestors(calls: Sequence[Call], call: int) -> Iterable[int]:
    """Yield the call itself and those around it, innermost first."""
    while call >= 0:
        yield call
        call = calls[call].parent
