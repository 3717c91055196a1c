"""Consistency checks of a network description."""

from collections.abc import Iterable, Sequence
from itertools import zip_longest

from resnet_diagram.errors import SpecError
from resnet_diagram.spec.check_layer import FaultError, check_layer, shape_text
from resnet_diagram.spec.measure import broadcast, concat_axis, concatenated, walk
from resnet_diagram.spec.model import (
    Block,
    Element,
    Layer,
    Merge,
    Network,
    Shape,
    Shortcut,
    ShortcutKind,
    Stage,
)
from resnet_diagram.spec.traits import SHORTCUTS


def check(network: Network) -> Network:
    """The network itself, when its shapes join up and its layers and merges make sense; else SpecError.

    The message names the place from the outside in ("stage 'layer2', block 'layer2.0', shortcut layer 1"),
    what was found and what was expected.
    """
    try:
        _check_entry(network)
        shape = _run(network.stem, network.input_shape, "stem ")
        shape = _run(network.body, shape, "")
        _run(network.head, shape, "head ")
        _check_some_layer(network)
    except FaultError as fault:
        raise SpecError(f"{network.name or 'network'}: {fault.text()}") from None
    return network


def check_element(element: Element, shape: Shape) -> Shape:
    """The shape behind an element that `shape` enters, when it holds together; else FaultError."""
    return _element(element, shape, None)


def _check_entry(network: Network) -> None:
    shape = network.input_shape
    if not shape or min(shape) < 1:
        example = shape_text((3, 224, 224))
        raise FaultError(
            f"input_shape is {shape_text(shape)}; expected sizes of 1 or more, such as {example}"
        )


def _check_some_layer(network: Network) -> None:
    if next(walk(network), None) is None:
        raise FaultError("there is no layer; expected at least one in stem, body or head")


def _run(elements: Sequence[Element], shape: Shape, part: str, after: Sequence[Layer] = ()) -> Shape:
    """The shape behind a run of elements that `shape` enters; `after` comes behind the run."""
    followers = (*elements[1:], *after[:1])
    for number, (element, follower) in enumerate(zip_longest(elements, followers), 1):
        if element is None:
            break
        try:
            shape = _element(element, shape, follower)
        except FaultError as fault:
            raise fault.within(_label(element, part, number)) from None
    return shape


def _label(element: Element, part: str, number: int) -> str:
    """Return the name of an element for messages: "shortcut layer 1 'conv'"."""
    name = f" {element.name!r}" if element.name else ""
    if isinstance(element, Layer):
        return f"{part}layer {number}{name}"
    return f"{part}{type(element).__name__.lower()}{name or f' {number}'}"


def _element(element: Element, shape: Shape, follower: Element | None) -> Shape:
    match element:
        case Layer():
            return check_layer(element, shape)
        case Stage():
            if not element.body:
                raise FaultError("it is empty; expected at least one element in 'body'")
            return _run(element.body, shape, "")
        case Block():
            return _block(element, shape, follower)


def _block(block: Block, shape: Shape, follower: Element | None) -> Shape:
    """The shape behind a block that `shape` enters; the follower settles how a concatenation joins."""
    _check_arms(block)
    shape = _run(block.before, shape, "before ")
    several = len(block.branches) > 1
    arms = {
        (f"branch {number}" if several else "branch"): branch
        for number, branch in enumerate(block.branches, 1)
    }
    if block.shortcut:
        arms["shortcut"] = block.shortcut.layers
    ends = {noun: _run(arm, shape, f"{noun} ") for noun, arm in arms.items()}
    behind = block.after[0] if block.after else follower
    return _run(block.after, _merge(block.merge, ends, behind), "after ")


def _check_arms(block: Block) -> None:
    """A block has something to merge, and its shortcut holds what its kind says."""
    if not block.branches:
        raise FaultError("it has no branches; expected at least one")
    if next(walk(block), None) is None:
        raise FaultError("it has no layers; expected at least one on a branch")
    inputs = len(block.branches) + (block.shortcut is not None)
    if block.signs and (block.merge is not Merge.ADD or len(block.signs) != inputs):
        raise FaultError(
            f"signs is {list(block.signs)}; expected one for each of the {inputs} inputs of a sum"
        )
    if block.signs and not {-1} <= set(block.signs) <= {1, -1}:
        raise FaultError(f"signs is {list(block.signs)}; expected 1 or -1 each, at least one -1")
    if block.shortcut:
        _check_shortcut(block.shortcut)
    elif len(block.branches) < 2:
        raise FaultError(f"it has one branch and no shortcut; {_VERBS[block.merge]} needs two inputs")


def _check_shortcut(shortcut: Shortcut) -> None:
    kinds = {layer.kind for layer in walk(shortcut)}
    if shortcut.kind is ShortcutKind.IDENTITY:
        if shortcut.layers:
            raise FaultError("shortcut of kind 'identity' has layers; expected none, or another kind")
    elif not shortcut.layers:
        raise FaultError(f"shortcut of kind '{shortcut.kind}' has no layers; only an identity has none")
    traits = SHORTCUTS[shortcut.kind]
    if shortcut.layers and traits.holds and not traits.holds & kinds:
        present = ", ".join(sorted(f"'{kind}'" for kind in kinds))
        raise FaultError(
            f"shortcut of kind '{shortcut.kind}' has only {present}; expected {traits.holds_text}"
        )


_VERBS = {Merge.ADD: "an addition", Merge.MULTIPLY: "a multiplication", Merge.CONCAT: "a concatenation"}


def _merge(merge: Merge, ends: dict[str, Shape], follower: Element | None) -> Shape:
    """The shape a merge yields. `ends`: what each arm hands it."""
    shapes = list(ends.values())
    if merge is Merge.CONCAT:
        return _concat(ends, follower)
    total = broadcast(shapes)
    if any(size not in (1, full) for shape in shapes for size, full in _aligned(shape, total)):
        raise FaultError(f"{_gives(ends)}; {_VERBS[merge]} needs equal sizes, or sizes of 1")
    return total


def _aligned(shape: Shape, total: Shape) -> Iterable[tuple[int, int]]:
    return zip(reversed(shape), reversed(total), strict=False)


def _concat(ends: dict[str, Shape], follower: Element | None) -> Shape:
    shapes = list(ends.values())
    axis = concat_axis(shapes)
    rest = {(*shape[:axis], *shape[axis + 1 :]) for shape in shapes}
    if len(rest) > 1:
        raise FaultError(f"{_gives(ends)}; {_VERBS[Merge.CONCAT]} needs equal sizes but for the channels")
    if isinstance(follower, Layer) and len(set(shapes)) == 1:
        joins = (concatenated(shapes, axis) for axis in range(len(shapes[0])))
        return next((join for join in joins if join == follower.in_shape), concatenated(shapes, 0))
    return concatenated(shapes, axis)


def _gives(ends: dict[str, Shape]) -> str:
    shapes = {noun if noun[-1].isdigit() else f"the {noun}": shape for noun, shape in ends.items()}
    return " and ".join(f"{subject} gives {shape_text(shape)}" for subject, shape in shapes.items())
