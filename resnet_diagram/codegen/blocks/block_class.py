"""Generate the class of a group of equivalent blocks."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from resnet_diagram.codegen.blocks.body import Body, Classes, aligned, kept_inputs, names_of
from resnet_diagram.codegen.blocks.forward import nested, sentences
from resnet_diagram.codegen.blocks.parameters import Scope, Value
from resnet_diagram.codegen.blocks.pattern import arm, main, residual
from resnet_diagram.codegen.blocks.shortcuts import Arm, shortcut
from resnet_diagram.codegen.blocks.signature import scope_of
from resnet_diagram.codegen.docstrings import class_doc
from resnet_diagram.codegen.refusal import refuse
from resnet_diagram.codegen.text import INSIDE, STEP, Call, docstring, indented, signature, statement
from resnet_diagram.spec.measure import in_shape, merged_shape, out_shape, stride
from resnet_diagram.spec.model import Block, Element, Merge
from resnet_diagram.spec.shapes import concat_axis, shape_text


@dataclass(slots=True)
class BlockClass:
    """A generated class: its name, its parameters, the lines of `__init__` and `forward`.

    `blocks` are its instances, in the order of the scope's columns; `shown` is the block whose shapes are
    written in comments, if any.
    """

    name: str
    blocks: tuple[Block, ...]
    scope: Scope
    doc: str = ""
    init: list[str] = field(default_factory=list)
    forward: list[str] = field(default_factory=list)
    _places: dict[int, int] = field(default_factory=dict)

    def lines(self) -> list[str]:
        """Return the lines of the class definition."""
        parameters = ["self", *(parameter.declaration for parameter in self.scope.parameters())]
        constants = [f"{name} = {value}" for name, value in self.scope.constants.items()]
        # The channels computed from the parameters, if `__init__` uses them.
        text = "\n".join(self.init)
        derived = [channel for channel in self.scope.channels if channel.source]
        computed = [f"{item.name} = {item.source}" for item in derived if _occurs(item.name, text)]
        return [
            f"class {self.name}(nn.Module):",
            *docstring(self.doc, STEP),
            "",
            *indented([*constants, *([""] if constants else [])]),
            *signature("def __init__", parameters, "None", STEP),
            *indented(["super().__init__()", *computed], INSIDE),
            *self.init,
            "",
            *indented(["def forward(self, x: Tensor) -> Tensor:", *indented(self.forward)]),
        ]

    def places(self, blocks: Sequence[Block]) -> list[int]:
        """Return the columns of these blocks in the scope."""
        if len(self._places) != len(self.blocks):
            self._places.update({id(block): place for place, block in enumerate(self.blocks)})
        return [self._places[id(block)] for block in blocks]

    def call(self, blocks: Sequence[Block], outer: Scope) -> Call:
        """Return the call that creates these blocks, one for each column of the outer scope."""
        places = self.places(blocks)
        args = []
        for parameter in self.scope.parameters():
            values: list[Value] = [parameter.values[place] for place in places]
            if parameter.default is None and parameter in self.scope.channels:
                args.append(
                    outer.channel([value for value in values if isinstance(value, int)], parameter.name)
                )
            else:
                text = outer.setting(values, parameter.name, parameter.default)
                args += [f"{parameter.name}={text}"] if text != str(parameter.default) else []
        return Call(self.name, tuple(args))


def block_class(
    name: str, blocks: Sequence[Block], classes: Classes, *, comments: bool = False
) -> BlockClass:
    """Return the class for blocks that differ only in numbers.

    `comments` adds the shapes of the first block to its lines.
    """
    result = BlockClass(name=name, blocks=tuple(blocks), scope=scope_of(blocks))
    write = _residual if residual(blocks[0]) else _other
    write(result, classes, comments)
    # Leave out the parameters that nothing in the class reads.
    derived = [channel.source for channel in result.scope.channels if channel.source]
    text = "\n".join([*result.init, *derived])
    channels = result.scope.channels
    result.scope.channels = [item for item in channels if item.source or _occurs(item.name, text)]
    return result


def _occurs(name: str, text: str) -> bool:
    return re.search(rf"\b{name}\b", text) is not None


def _body(result: BlockClass, classes: Classes) -> Body:
    """Return an empty body for a class, with the runs of its blocks that pass on a single value."""
    runs: list[Sequence[Element]] = []
    for block in result.blocks:
        paths = (main(block),) if residual(block) else (block.before, *block.branches)
        runs += [*paths, arm(block), block.after[1:]]  # without the layer that follows the merge
    owners = tuple(block.name for block in result.blocks)
    return Body(scope=result.scope, classes=classes, owners=owners, lazy=kept_inputs(runs))


def _residual(output: BlockClass, classes: Classes, comments: bool) -> None:
    blocks, body = output.blocks, _body(output, classes)
    telling = max(
        blocks, key=lambda block: (bool(arm(block)), len(arm(block)), max(stride(block), default=1))
    )
    runs = [aligned([main(block) for block in blocks]), aligned([block.after for block in blocks])]
    names = names_of(runs, body.owners)
    pieces = body.pieces(runs[0], names[0])
    after = body.pieces(runs[1], names[1])
    result = shortcut(blocks, body)
    init, value, late = _arm_lines(result)
    output.init = [*body.lines(), *init]
    output.doc = class_doc(telling, result.condition if result else None)
    forks = [_fork(block, runs[0], names[0]) for block in blocks]
    leave, join = min(forks), max(forks)
    lines = sentences(pieces[:leave], "x", comments=comments)
    if leave == join:
        note = f"  # {shape_text(merged_shape(blocks[0]))}" if comments and arm(blocks[0]) else ""
        lines += [f"shortcut = {value}{note}"]
    else:
        lines += ["shortcut = x", *sentences(pieces[leave:join], "x", comments=comments), *late]
    lines += sentences(pieces[join:], "x", comments=comments)
    total = nested(after, _signed(("x", "shortcut"), blocks[0]))
    output.forward = [
        *_entry_note(output, comments),
        *lines,
        f"x = {total}{_exit_note(output, comments)}",
        "return x",
    ]


def _entry_note(result: BlockClass, comments: bool) -> list[str]:
    return [f"# x: {shape_text(in_shape(result.blocks[0]))}"] if comments else []


def _exit_note(result: BlockClass, comments: bool) -> str:
    return f"  # {shape_text(out_shape(result.blocks[0]))}" if comments else ""


def _fork(block: Block, cells: Sequence[object], names: Sequence[str]) -> int:
    """Return the index of the piece after the fork; items of one sequence are one piece."""
    heads = [name.partition(".")[0] if "." in name else number for number, name in enumerate(names)]
    place = len(block.before)
    if 0 < place < len(cells) and heads[place - 1] == heads[place]:
        raise refuse(block, "its shortcut leaves from inside a sequence")
    return len(dict.fromkeys(heads[:place]))


def _arm_lines(arm: Arm | None) -> tuple[list[str], str, list[str]]:
    """Return the lines of a shortcut in `__init__`, its value, and the lines for a late one."""
    if arm is None:
        return [], "x", []
    attribute = f"self.{arm.name}"
    if not arm.condition:
        return statement(f"{attribute} = ", arm.call, INSIDE), f"{attribute}(x)", []
    lines = indented([f"{attribute}: nn.Module | None = None", f"if {arm.condition}:"], INSIDE)
    lines += statement(f"{attribute} = ", arm.call, INSIDE + STEP)
    late = [f"if {attribute} is not None:", f"{STEP}shortcut = {attribute}(x)"]
    return lines, f"x if {attribute} is None else {attribute}(x)", late


# -- blocks with other meetings ----------------------------------------------------------------------------


def _other(result: BlockClass, classes: Classes, comments: bool) -> None:
    blocks, body = result.blocks, _body(result, classes)
    paths = [[*block.branches, *([arm(block)] if block.shortcut else [])] for block in blocks]
    arms = [aligned(branch) for branch in zip(*paths, strict=True)]
    before, after = aligned([block.before for block in blocks]), aligned([block.after for block in blocks])
    names = names_of([before, *arms, after], body.owners)
    lines = sentences(body.pieces(before, names[0]), "x", comments=comments)
    labels = _labels(blocks[0], [bool(run) for run in arms])
    for run, label, name in zip(arms, labels, names[1:-1], strict=True):
        lines += sentences(body.pieces(run, name), "x", label, comments=comments)
    tail = body.pieces(after, names[-1])
    result.init = body.lines()
    result.doc = class_doc(blocks[0], None)
    total = nested(tail, _meeting(blocks[0], labels) if len(labels) > 1 else "x")
    if total != "x":
        lines.append(f"x = {total}{_exit_note(result, comments)}")
    result.forward = [*_entry_note(result, comments), *lines, "return x"]


def _labels(block: Block, complete: Sequence[bool]) -> list[str]:
    """Return the variable of each branch: `x` for an empty branch, which is the input itself."""
    if len(complete) == 1:
        return ["x"]
    if sum(complete) == 1:
        word = {Merge.MULTIPLY: "scale", Merge.CONCAT: "features", Merge.ADD: "out"}[block.merge]
        return [word if full else "x" for full in complete]
    return [f"branch{number}" if full else "x" for number, full in enumerate(complete, 1)]


def _meeting(block: Block, labels: Sequence[str]) -> str:
    """Return the expression that merges the branches.

    Raises CodeError if their numbers of dimensions differ.
    """
    entry = block.before[-1].out_shape if block.before else None
    runs = [*block.branches, *([arm(block)] if block.shortcut else [])]
    out_shapes = [out_shape(run) if run else entry or in_shape(block) for run in runs]
    if len({len(shape) for shape in out_shapes}) > 1:
        raise refuse(block, "its merge has inputs with different numbers of dimensions")
    if block.merge is Merge.CONCAT:
        return f"torch.cat(({', '.join(labels)}), dim={concat_axis(out_shapes, block.axis or 0) + 1})"
    return " * ".join(labels) if block.merge is Merge.MULTIPLY else _signed(labels, block)


def _signed(labels: Sequence[str], block: Block) -> str:
    """Return the sum of some variables, those that the block subtracts last."""
    signs = block.signs or (1,) * len(labels)
    added = [label for label, sign in zip(labels, signs, strict=True) if sign > 0]
    subtracted = [label for label, sign in zip(labels, signs, strict=True) if sign < 0]
    return " - ".join([" + ".join(added), *subtracted])
