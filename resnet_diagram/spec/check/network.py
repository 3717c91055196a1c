"""Consistency checks of a network description."""

from collections.abc import Sequence

from resnet_diagram.errors import SpecError, number_of
from resnet_diagram.limits import SIZE
from resnet_diagram.spec.check.faults import FaultError, within
from resnet_diagram.spec.check.layer import check_layer, shape_text
from resnet_diagram.spec.graph import graph_inputs
from resnet_diagram.spec.measure import out_shape, walk
from resnet_diagram.spec.model import (
    Block,
    Element,
    Graph,
    GraphNode,
    Layer,
    Merge,
    Network,
    Shape,
    Shortcut,
    ShortcutKind,
    Stage,
)
from resnet_diagram.spec.settings import INPUT, setting
from resnet_diagram.spec.shapes import broadcast, concat_axis, concatenated
from resnet_diagram.spec.traits import APPENDED, SHORTCUTS


def check(network: Network) -> Network:
    """Return the network if its shapes, layers and merges are consistent; raise SpecError otherwise.

    The message names the location from the outside in ("stage 'layer2', block 'layer2.0', shortcut layer
    1"), the value found and the value expected.
    """
    try:
        entry = network.input_shape
        if not entry or min(entry) < 1 or max(entry) > SIZE:
            sizes = f"sizes of 1 to {SIZE:,}, such as {shape_text((3, 224, 224))}"
            raise FaultError(f"input_shape is {shape_text(entry)}; expected {sizes}")
        shape = _run(network.stem, entry, "stem ")
        shape = _run(network.body, shape, "")
        _run(network.head, shape, "head ")
        if next(walk(network), None) is None:
            raise FaultError("there is no layer; expected at least one in stem, body or head")
        _check_ports(network)
    except FaultError as fault:
        raise SpecError(f"{network.name or 'network'}: {fault_text(fault)}") from None
    return network


def fault_text(fault: FaultError) -> str:
    """Return place and problem: "stage 'layer2', block 'layer2.0', branch layer 1: groups is 0; ..."."""
    return f"{', '.join(map(str, fault.path))}: {fault.problem}.".removeprefix(": ")


def _check_ports(network: Network) -> None:
    """Check that graphs with several inputs or outputs are at the ends, and as many as have names."""
    elements = network.elements
    for position, graph in enumerate(elements):
        if isinstance(graph, Graph) and position and len(graph_inputs(graph)) > 1:
            raise FaultError("a graph with several inputs is not the first element")
        if isinstance(graph, Graph) and position < len(elements) - 1 and len(graph.outputs) > 1:
            raise FaultError("a graph with several outputs is not the last element")
    first, last = elements[0], elements[-1]
    inner = [graph_inputs(first) if isinstance(first, Graph) else (network.input_shape,)]
    inner += [
        tuple(last.nodes[n].shape for n in last.outputs) if isinstance(last, Graph) else (out_shape(network),)
    ]
    for noun, ports, shapes in zip(
        ("inputs", "outputs"), (network.inputs, network.outputs), inner, strict=True
    ):
        if (ports or len(shapes) > 1) and tuple(port.shape for port in ports) != shapes:
            listed = ", ".join(map(shape_text, shapes))
            raise FaultError(
                f"{noun} has {'1 entry' if len(ports) == 1 else f'{len(ports)} entries'}; "
                f"expected names for the shapes {listed}"
            )


def _run(elements: Sequence[Element], shape: Shape, part: str) -> Shape:
    """Return the output shape of a run of elements with input `shape`.

    In messages, an element is called "shortcut layer 1 'conv'".
    """
    for number, element in enumerate(elements, 1):
        name = f" {element.name!r}" if element.name else ""
        noun, position = type(element).__name__.lower(), f" {number}"
        with within(f"{part}{noun}{position if isinstance(element, Layer) or not name else ''}{name}"):
            shape = check_element(element, shape)
    return shape


def check_element(element: Element, shape: Shape) -> Shape:
    """Return the output shape of an element with input `shape`; raise FaultError if it is inconsistent."""
    match element:
        case Layer():
            return check_layer(element, shape)
        case Stage():
            if not element.body:
                raise FaultError("it is empty; expected at least one element in 'body'")
            return _run(element.body, shape, "")
        case Block():
            return _block(element, shape)
        case Graph():
            return _graph(element, shape)


def _graph(graph: Graph, shape: Shape) -> Shape:
    """Return the shape of the first output of a graph with input `shape`. Raises FaultError."""
    if not graph.nodes or graph.nodes[0].reads:
        raise FaultError("its first node reads others; expected an input, with an empty 'reads'")
    if graph.nodes[0].shape != shape:
        entered = f"the input has shape {shape_text(graph.nodes[0].shape)}"
        raise FaultError(f"{entered}; expected {shape_text(shape)}, the shape that arrives there")
    for number, node in enumerate(graph.nodes):
        with within(f"node {number}" + (f" {node.name!r}" if node.name else "")):
            _graph_node(graph, number, node)
    wrong = [number for number in graph.outputs if not 0 <= number < len(graph.nodes)]
    if wrong or not graph.outputs:
        raise FaultError(
            f"outputs is {list(graph.outputs)}; expected numbers of its {len(graph.nodes)} nodes"
        )
    return graph.nodes[graph.outputs[0]].shape


def _graph_node(graph: Graph, number: int, node: GraphNode) -> None:
    """Check one node of a graph against the nodes it reads."""
    if any(not 0 <= read < number for read in node.reads):
        raise FaultError(f"reads is {list(node.reads)}; expected numbers of nodes before it, below {number}")
    if not node.reads:
        if node.body or node.merge or any(earlier.reads for earlier in graph.nodes[:number]):
            raise FaultError("it reads nothing; expected this of inputs alone, which are the first nodes")
        return
    if (node.merge is None) is not bool(node.body):
        raise FaultError("expected either 'merge' or 'body'")
    if node.shares is not None and not (0 <= node.shares < number and graph.nodes[node.shares].body):
        raise FaultError(f"shares is {node.shares}; expected the number of an earlier node with a body")
    entering = [graph.nodes[read].shape for read in node.reads]
    if node.merge is not None:
        shape = _merged_node(node, entering)
    elif len(node.reads) == 1 or any(setting(layer, INPUT) for layer in walk(node.body)):
        shape = {_run(node.body, entering[0], "")}
    elif len(node.body) > 1 or not isinstance(node.body[0], Layer):
        raise FaultError("it reads several values; expected one layer in 'body'")
    else:
        shape = {node.body[0].out_shape}
    if node.shape not in shape:
        raise FaultError(f"shape is {shape_text(node.shape)}; expected {shape_text(min(shape))}")


def _merged_node(node: GraphNode, entering: list[Shape]) -> set[Shape]:
    """Return the shapes that the merge of a node may give."""
    if len(entering) < 2:
        raise FaultError(f"it reads one value; {_VERBS[node.merge or Merge.ADD]} needs two")
    if node.shortcut is not None and node.merge is not Merge.ADD:
        raise FaultError(f"it has a shortcut; expected merge 'add', found '{node.merge}'")
    if node.signs and (node.merge is not Merge.ADD or len(node.signs) != len(entering)):
        raise FaultError(
            f"signs is {list(node.signs)}; expected one for each of {number_of('value', len(entering))} added"
        )
    ends = {f"value {number}": shape for number, shape in enumerate(entering, 1)}
    shapes = {_merge(node.merge or Merge.ADD, ends, 0)}
    if node.merge is Merge.CONCAT and len(set(entering)) == 1:
        (shape,) = set(entering)
        shapes |= {concatenated(entering, axis) for axis in range(len(shape))}
        shapes |= {(*shape[:axis], len(entering), *shape[axis:]) for axis in range(len(shape) + 1)}
    return shapes


def _block(block: Block, shape: Shape) -> Shape:
    """Return the output shape of a block with input `shape`."""
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
    axes = len(min(ends.values(), key=len)) if block.merge is Merge.CONCAT else 1
    if not 0 <= (block.axis or 0) < axes:
        raise FaultError(f"axis is {block.axis}; expected that of a concatenation, 0 for the channels")
    return _run(block.after, _merge(block.merge, ends, block.axis or 0), "after ")


def _check_arms(block: Block) -> None:
    """Raise FaultError if a block has too few inputs, wrong signs or a shortcut that contradicts its kind."""
    if not block.branches:
        raise FaultError("it has no branches; expected at least one")
    if next(walk(block), None) is None:
        raise FaultError("it has no layers; expected at least one on a branch")
    inputs = len(block.branches) + (block.shortcut is not None)
    if block.signs and (block.merge is not Merge.ADD or len(block.signs) != inputs):
        raise FaultError(
            f"signs is {list(block.signs)}; expected one for each of the "
            f"{number_of('input', inputs)} of a sum"
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
        if any(layer.op != APPENDED for layer in walk(shortcut)):
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


def _merge(merge: Merge, ends: dict[str, Shape], axis: int) -> Shape:
    """Return the output shape of a merge; `ends` holds the shape of each input. Raises FaultError.

    `axis` is that of a concatenation of equal shapes.
    """
    shapes = list(ends.values())
    if merge is Merge.CONCAT:
        along = concat_axis(shapes, axis)
        if len({(*shape[:along], *shape[along + 1 :]) for shape in shapes}) > 1:
            raise FaultError(f"{_gives(ends)}; {_VERBS[merge]} needs equal sizes but for the channels")
        return concatenated(shapes, along)
    total = broadcast(shapes)
    if any(
        size not in (1, full)
        for shape in shapes
        for size, full in zip(reversed(shape), reversed(total), strict=False)
    ):
        raise FaultError(f"{_gives(ends)}; {_VERBS[merge]} needs equal sizes, or sizes of 1")
    return total


def _gives(ends: dict[str, Shape]) -> str:
    shapes = {noun if noun[-1].isdigit() else f"the {noun}": shape for noun, shape in ends.items()}
    return " and ".join(f"{subject} gives {shape_text(shape)}" for subject, shape in shapes.items())
