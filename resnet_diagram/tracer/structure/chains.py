"""Stages of networks without blocks: plain networks, VGG, AlexNet.

A stage is a module whose convolutions all have one resolution, or the convolutions of one resolution that
follow each other in a module with several.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise

from resnet_diagram.spec.measure import is_gate
from resnet_diagram.spec.model import Block, Element, Layer, LayerKind, Stage
from resnet_diagram.spec.paths import is_within, outer_paths
from resnet_diagram.spec.traits import KEEPING_SHAPE
from resnet_diagram.tracer.flow.graph import Call
from resnet_diagram.tracer.structure.parts import Part
from resnet_diagram.tracer.structure.stages import Split


@dataclass(slots=True, eq=False)
class Run:
    """A convolution with its following layers; `waiting` are layers between the previous run and this one."""

    path: str
    positions: int
    waiting: list[Part]
    parts: list[Part] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Group:
    """The runs of a stage: those of a module, or where `module` is False some of those in `path`."""

    path: str
    module: bool
    runs: list[Run]


def chain_staged(parts: Sequence[Part], calls: Sequence[Call]) -> Split | None:
    """Return stem, stages and head of a series of layers; None where it has blocks or shows no stages."""
    meetings = [p for p in parts if isinstance(p.element, Block) and not is_gate(p.element)]
    if meetings or any(p.is_layer(LayerKind.UPSAMPLE) for p in parts):
        return None
    runs, behind = _runs_of(parts, calls)
    if any(after.positions > before.positions for before, after in pairwise(runs)):
        return None
    count = next((at for at, run in enumerate(runs) if _sees_all(run)), len(runs))
    groups = _grouped_runs(runs[:count])
    first, last = _ends_of(groups)
    stages = groups[first:last]
    if len(stages) < 2 or max(len(group.runs) for group in stages) < 2:
        return None
    opening = stages[0].runs[0]
    before = [*(run for group in groups[:first] for run in group.runs), Run("", 0, opening.waiting)]
    opening.waiting = []
    after = [run for group in groups[last:] for run in group.runs]
    after += [*runs[count:], Run("", 0, behind)]
    for group, following in zip(stages, [*(group.runs[0] for group in stages[1:]), after[0]], strict=True):
        waiting = following.waiting  # layers behind a stage are in it if its module runs them
        while group.module and waiting and is_within(calls[waiting[0].call].path, group.path):
            group.runs[-1].parts.append(waiting.pop(0))
    paths, body = [group.path for group in stages], list[Element]()
    for at, group in enumerate(stages):
        name = f"{group.path}.stage{paths[: at + 1].count(group.path)}".lstrip(".")
        name = group.path if group.path and paths.count(group.path) == 1 else name
        body.append(Stage(name=name, body=tuple(_elements(group.runs))))
    return _elements(before), body, _elements(after)


def _sees_all(run: Run) -> bool:
    """Return whether a convolution works on a single position, or on all of them at once: a classifier's."""
    layer = run.parts[0].element
    if any(isinstance(p.element, Layer) and p.element.op.startswith("global") for p in run.waiting):
        return True
    spans_input = isinstance(layer, Layer) and layer.kernel == layer.in_shape[1:] and max(layer.kernel) > 1
    return spans_input and run.positions == 1


def _ends_of(groups: Sequence[Group]) -> tuple[int, int]:
    """Return the places of the first stage and behind the last.

    Where modules hold the stages, convolutions beside them are stem and head; so is a first group that
    begins with a stride.
    """
    stages = [at for at, group in enumerate(groups) if group.module or group.path]
    if stages and any(group.module for group in groups):
        first, last = stages[0], stages[-1] + 1
    else:
        first, last = 0, len(groups)
    opening = groups[0].runs[0].parts[0].element if groups else None
    strides = isinstance(opening, Layer) and max(opening.stride, default=1) > 1
    return (1, last) if strides and not first else (first, last)


def _runs_of(parts: Iterable[Part], calls: Sequence[Call]) -> tuple[list[Run], list[Part]]:
    """Return the convolutions with their following layers, and the layers after the last."""
    runs: list[Run] = []
    waiting: list[Part] = []
    for part in parts:
        if part.is_layer(LayerKind.CONV):
            runs.append(Run(calls[part.call].path, part.size[0], waiting, [part]))
            waiting = []
        elif runs and not waiting and (part.is_layer(*KEEPING_SHAPE) or isinstance(part.element, Block)):
            runs[-1].parts.append(part)
        else:
            waiting.append(part)
    return runs, waiting


def _grouped_runs(runs: Sequence[Run]) -> list[Group]:
    """Return the runs of each stage; items of one list with one resolution are of one stage."""
    inside: dict[str, set[int]] = {}
    for run in runs:
        for path in outer_paths(run.path):
            inside.setdefault(path, set()).add(run.positions)
    marks: list[tuple[str, bool, int]] = []
    for run in runs:
        place = next((path for path in outer_paths(run.path) if len(inside[path]) == 1), run.path)
        outer, _, last = place.rpartition(".")
        is_own = place != run.path and not last.isdigit()  # the module of the stage alone
        marks.append((place if is_own else outer, is_own, run.positions))
    grouped = groupby(zip(marks, runs, strict=True), key=lambda pair: pair[0])
    return [Group(path, is_own, [run for _, run in members]) for (path, is_own, _), members in grouped]


def _elements(runs: Iterable[Run]) -> list[Element]:
    """Return the elements of some runs in order."""
    return [p.element for run in runs for p in (*run.waiting, *run.parts)]
