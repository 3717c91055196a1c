"""An overview under construction: its frames and bars, and the blocks that are counted in them."""

from collections.abc import Mapping, Sequence
from dataclasses import field
from math import prod

from resnet_diagram.dataclass import dataclass
from resnet_diagram.diagram.annotations.model import NO_ANNOTATIONS, Annotations
from resnet_diagram.diagram.model import Arc, Bar, GroupRole, NodeRole, Origin
from resnet_diagram.diagram.origin import origin, paths_of
from resnet_diagram.diagram.panels.block_types import Unit
from resnet_diagram.spec.counting.blocks import Run, counted_runs, waiting_numbers
from resnet_diagram.spec.counting.stages import branch_keys
from resnet_diagram.spec.graph import all_elements
from resnet_diagram.spec.measure import in_shape, is_gate, out_shape, walk
from resnet_diagram.spec.model import Block, Element, Layer, Network, Shape, Stage
from resnet_diagram.spec.shapes import shape_text
from resnet_diagram.wording.shapes import change_label
from resnet_diagram.wording.terms import NOTHING, Label


@dataclass()
class FrameDraft:
    """A frame under construction: its bars, the units among them, and its texts.

    `folds`: whether equal bars are drawn once; None leaves it to their number.
    """

    role: GroupRole | None
    id: str
    title: Label = NOTHING
    caption: Label = NOTHING
    stage: Stage | None = None
    number: int = 0
    blocks: int = 0
    folds: bool | None = None
    bars: list[Bar] = field(default_factory=list)
    units: dict[str, Unit] = field(default_factory=dict)


@dataclass()
class OverviewDraft:
    """An overview under construction.

    `numbers`: remaining block numbers of the stages, by the `id()` of the first element of a block. `runs`:
    the blocks without a shortcut, by the same key. `branches`: keys of the stages that are branches, by name;
    `branch_numbers`: the numbers of the stages that have these keys. `names_contents`: bars without a
    shortcut list their layers.
    """

    largest: int
    dims: int
    annotations: Annotations = NO_ANNOTATIONS
    frames: list[FrameDraft] = field(default_factory=list)
    arcs: list[Arc] = field(default_factory=list)
    layer_bars: list[tuple[Layer, Sequence[Layer]]] = field(default_factory=list)
    stages: int = 0
    branches: Mapping[str, str] = field(default_factory=dict)
    branch_numbers: dict[str, int] = field(default_factory=dict)
    bar_ids: list[str] = field(default_factory=list)
    numbers: dict[int, list[int]] = field(default_factory=dict)
    runs: dict[int, Run] = field(default_factory=dict)
    names_contents: bool = False

    def frame(
        self, role: GroupRole | None = None, title: Label = NOTHING, stage: Stage | None = None
    ) -> FrameDraft:
        """Begin a frame."""
        key = self.branches.get(stage.name, "") if stage else ""
        number = self.branch_numbers.get(key, self.stages + 1) if stage else 0
        shared = key in self.branch_numbers
        branches = sum(frame.number == number for frame in self.frames) if shared else 0
        self.stages = max(self.stages, number)
        if key:
            self.branch_numbers[key] = number
        name = f"stage{number}" if stage else (role.value if role else f"part{len(self.frames)}")
        name += f"-branch{branches + 1}" if stage and branches else ""
        draft = FrameDraft(role=role, id=name, title=title, stage=stage, number=number)
        draft.caption = change_label(in_shape(stage), out_shape(stage)) if stage else NOTHING
        self.frames.append(draft)
        if stage:
            runs = counted_runs(stage.body, stage.name)
            self.numbers |= waiting_numbers(runs)
            self.runs |= {
                id(run[0]): run for run in runs if not isinstance(run[0], Block | Stage) or len(run) > 1
            }
            draft.blocks = len(runs)
            draft.folds = self.annotations.folds(paths_of(stage))
        return draft

    def bar(
        self,
        frame: FrameDraft,
        role: NodeRole,
        shape: Shape,
        text: Label = NOTHING,
        shown: Sequence[Element] = (),
    ) -> Bar:
        """Add a bar that yields `shape` and shows the elements `shown`."""
        bar = Bar(
            id=f"{frame.id}-slab{len(frame.bars) + 1}",
            role=role,
            resolution=min(1.0, (prod(shape[1:]) / self.largest) ** (1 / self.dims)),
            channels=shape[0],
            text=text,
            shade=frame.number,
            origin=origin(shown) if shown else Origin(shape=shape_text(shape)),
        )
        frame.bars.append(bar)
        self.bar_ids.append(bar.id)
        return bar

    def unit(self, frame: FrameDraft, bar: Bar, elements: tuple[Element, ...]) -> None:
        """Record that a bar shows a unit, with the numbers of the blocks in it."""
        numbers = self._numbers(frame, elements)
        frame.units[bar.id] = Unit(
            elements=elements,
            stage=frame.number,
            number=numbers[0] if numbers else 0,
            last=numbers[-1] if numbers else 0,
            part=frame.role,
        )

    def _numbers(self, frame: FrameDraft, elements: tuple[Element, ...]) -> list[int]:
        """Return the numbers of the blocks in some elements; outside stages, each that is no gate has one."""
        if frame.stage:
            inside = (part for element in elements for part in (element, *all_elements(element)))
            return [self.numbers[id(part)].pop(0) for part in inside if self.numbers.get(id(part))]
        if any(isinstance(element, Block) and is_gate(element) for element in elements):
            return []
        return [1 + max((unit.last for unit in frame.units.values()), default=0)]


def draft_of(network: Network, annotations: Annotations = NO_ANNOTATIONS) -> OverviewDraft:
    """Return an empty overview with the scale of a network."""
    shapes = [network.input_shape, *(layer.out_shape for layer in walk(network))]
    return OverviewDraft(
        largest=max(prod(shape[1:]) for shape in shapes),
        dims=max(1, len(max(shapes, key=lambda shape: prod(shape[1:]))) - 1),
        annotations=annotations,
        branches=branch_keys(network),
    )
