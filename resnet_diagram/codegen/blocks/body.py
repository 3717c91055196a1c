"""Collect the attributes of a class and the operations of its `forward`."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, count, pairwise
from typing import Protocol

from resnet_diagram.codegen import inline, layers
from resnet_diagram.codegen.blocks.forward import Piece
from resnet_diagram.codegen.blocks.parameters import Scope
from resnet_diagram.codegen.names import Aligned, attribute_names
from resnet_diagram.codegen.refusal import refuse
from resnet_diagram.codegen.text import INSIDE, Call, statement
from resnet_diagram.spec.measure import in_shape, out_shape
from resnet_diagram.spec.model import Block, Element, Graph, Layer, LayerKind, Stage
from resnet_diagram.spec.traits import FOLLOWING, WEIGHTED

_FRESH = WEIGHTED | {LayerKind.NORM}


class Classes(Protocol):
    """Makes the calls for blocks and stages."""

    def call(self, blocks: Sequence[Block], scope: Scope) -> Call:
        """Return the call that creates an instance of the class of these blocks."""

    def sequence(self, stage: Stage, scope: Scope) -> Call:
        """Return the call that creates a stage."""


@dataclass(slots=True)
class Body:
    """Collects the attributes of a class; `owners` are the names of its blocks.

    `lazy`: activations that must not change their input in place.
    """

    scope: Scope
    classes: Classes
    owners: tuple[str, ...]
    attributes: dict[str, Call] = field(default_factory=dict)
    lazy: frozenset[str] = frozenset()

    def pieces(self, cells: Sequence[Aligned], names: Sequence[str]) -> list[Piece]:
        """Return the operations of a run, and store its modules as attributes under `names`."""
        check_joints(cells)
        items: list[Piece] = []
        place = 0
        while place < len(cells):
            head, dot, _ = names[place].partition(".")
            end = place + 1
            while dot and end < len(cells) and names[end].startswith(f"{head}."):
                end += 1
            if dot:
                items.append(self._member_run(cells[place:end], head))
            else:
                items.append(self._piece(cells[place], head))
            place = end
        return items

    def _member_run(self, cells: Sequence[Aligned], name: str) -> Piece:
        self.attributes[name] = Call("nn.Sequential", tuple(self.module(cell) for cell in cells))
        return Piece(text=f"self.{name}({{}})", working=True, light=False, shape=out_shape(cells[-1][0]))

    def _piece(self, cell: Aligned, name: str) -> Piece:
        first = cell[0]
        shape = out_shape(first)
        if isinstance(first, Layer) and (text := inline.expression(layer_cell(cell), self.scope, "{}")):
            return Piece(text=text, working=False, light=False, shape=shape)
        # The attribute that holds an equal module, with a number if it holds another one.
        call = self.module(cell)
        numbered = chain([name], (f"{name}{number}" for number in count(2)))
        name = next(target for target in numbered if self.attributes.get(target, call) == call)
        self.attributes[name] = call
        light = isinstance(first, Layer) and first.kind in FOLLOWING
        working = isinstance(first, Layer) and first.kind in WEIGHTED
        return Piece(text=f"self.{name}({{}})", working=working, light=light, shape=shape)

    def module(self, cell: Aligned) -> Call:
        """Return the call that creates the module of a cell. Raises CodeError for a graph."""
        first = cell[0]
        if isinstance(first, Block):
            return self.classes.call([item for item in cell if isinstance(item, Block)], self.scope)
        if isinstance(first, Stage):
            return self.classes.sequence(first, self.scope)
        if isinstance(first, Graph):
            raise refuse(first, "its values meet other than in branches that begin at one value")
        result = inline.module(layer_cell(cell), self.scope) or layers.module(layer_cell(cell), self.scope)
        changes = result.callee == "nn.ReLU" and first.op not in self.lazy
        return replace(result, args=("inplace=True",)) if changes else result

    def lines(self) -> list[str]:
        """Return the assignments of the attributes in `__init__`."""
        statements = (statement(f"self.{name} = ", call, INSIDE) for name, call in self.attributes.items())
        return [line for lines in statements for line in lines]


def layer_cell(cell: Aligned) -> layers.Cell:
    """Return the cell as layers; all of its items are layers."""
    return tuple(item for item in cell if isinstance(item, Layer))


def aligned(runs: Sequence[Sequence[Element]]) -> list[Aligned]:
    """Return the cells of runs that differ only in numbers."""
    return list(zip(*runs, strict=True))


def names_of(runs: Sequence[Sequence[Aligned]], owners: Sequence[str]) -> list[list[str]]:
    """Return the attribute names of the cells of several runs of one class, run by run."""
    names = iter(attribute_names([cell for run in runs for cell in run], owners))
    return [[next(names) for _ in run] for run in runs]


def kept_inputs(runs: Iterable[Sequence[Element]]) -> frozenset[str]:
    """Return the activations that must not work in place, because another layer may read their input."""
    entries = set()
    for run in runs:
        for before, element in zip((None, *run), run, strict=False):
            flag = isinstance(before, Layer) and before.kind in _FRESH
            if isinstance(element, Layer) and element.kind is LayerKind.ACTIVATION and not flag:
                entries.add(element.op)
    return frozenset(entries)


def check_joints(cells: Sequence[Aligned]) -> None:
    """Raise CodeError if an element's input shape differs from the output shape of the element before it."""
    for before, cell in pairwise(cells):
        for left, right in zip(before, cell, strict=True):
            if out_shape(left) != in_shape(right):
                raise refuse(right, "it takes another shape than the part before it gives")
