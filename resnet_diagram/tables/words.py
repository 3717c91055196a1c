"""The lines of a table's cells: layers, gates and blocks in the style of Table 1 of He et al. 2015."""

from collections.abc import Iterable

from resnet_diagram.spec.fold import fold
from resnet_diagram.spec.measure import channels, gate_ratio, is_gate, walk
from resnet_diagram.spec.model import Block, Element, Graph, Layer, LayerKind, Merge, Shape, Stage
from resnet_diagram.spec.shapes import extent_text
from resnet_diagram.spec.traits import BARS, WEIGHTED, WINDOWED, is_depthwise
from resnet_diagram.wording.layers import kernel_text, operator_name
from resnet_diagram.wording.symbols import ARROW
from resnet_diagram.wording.terms import NOTHING, Kind, Label, literal, number

_ELEMENTWISE = ("shift", "scale", "learned_scale", "layer_scale", "cat")
_MERGED = {Merge.ADD: "added", Merge.MULTIPLY: "multiplied"}
_POOLS = {
    "avg_pool": "average pool",
    "global_avg_pool": "average pool",
    "global_max_pool": "max pool",
    "global_avg_and_max_pool": "average + max pool",
}
"""Names of poolings in the style of the 2015 paper; the previous row shows the size of global ones."""

_MIN_FOLDED = 4
"""Least number of layers in a chain that are folded."""

DEPTHWISE = "dw"
"""Mark of a depthwise convolution, after its kernel."""

PARALLEL = "∥"
"""Mark before each of several parallel branches."""


def is_shown(layer: Layer) -> bool:
    """Return whether a layer has a line in a table; norms, activations and reshaping have none.

    Neither has pooling that takes each position for itself, as an adaptive one may.
    """
    if layer.kind is LayerKind.POOL and set(layer.kernel) == {1} and layer.in_shape == layer.out_shape:
        return False
    if layer.kind is LayerKind.OTHER:
        return "emb" in layer.op or (layer.macs > 0 and layer.op not in _ELEMENTWISE)
    return layer.kind in BARS


def is_weightless(layer: Layer) -> bool:
    """Return whether a shown layer only changes the resolution."""
    return layer.kind in WINDOWED - WEIGHTED


def shown(elements: Iterable[Element]) -> tuple[Layer, ...]:
    """Return the layers with a line in a table, without those on shortcuts and in gates."""
    return tuple(layer for layer in walk(elements, shortcuts=False, gates=False) if is_shown(layer))


def spatial(layer: Layer) -> Shape:
    """Return the resolution of a layer's output."""
    return layer.out_shape[1:]


def layer_line(layer: Layer, *, steps: bool = True) -> Label:
    """Return a layer in a few words: "7×7, 64, stride 2", "3×3 max pool, stride 2", "fc, 4096".

    Without `steps` the stride is left out, as it is inside a block.
    """
    kernel = literal("" if layer.op.startswith("global") else kernel_text(layer), Kind.KERNEL)
    stepped = steps and any(step != 1 for step in layer.stride)
    stride = literal(f"stride {extent_text(layer.stride)}", Kind.STRIDE) if stepped else NOTHING
    match layer.kind:
        case LayerKind.CONV:
            depthwise = literal(DEPTHWISE, Kind.DEPTHWISE) if is_depthwise(layer) else NOTHING
            transposed = literal("transposed", Kind.OPERATOR) if layer.op == "conv_transpose" else NOTHING
            grouped, dilated = 1 < layer.groups < layer.in_shape[0], any(gap != 1 for gap in layer.dilation)
            return Label(
                Label(kernel, depthwise, transposed),
                number(Kind.CHANNELS, layer.out_shape[0]),
                literal(f"C={layer.groups}", Kind.GROUPS) if grouped else NOTHING,
                literal(f"dilation {extent_text(layer.dilation)}", Kind.DILATION) if dilated else NOTHING,
                stride,
                joint=", ",
            )
        case LayerKind.LINEAR:
            width = number(Kind.CHANNELS, channels(layer)[1])
            return Label(literal("fc", Kind.OPERATOR), width, joint=", ")
        case _:
            pool = literal(_POOLS.get(layer.op, ""), Kind.OPERATOR)
            return Label(Label(kernel, pool or operator_name(layer)), stride, joint=", ")


def block_lines(elements: Iterable[Element]) -> tuple[Label, ...]:
    """Return a line for each layer of a run of elements, without shortcuts, norms and activations.

    Parallel branches have a line each, which begins with ∥, with their layers joined by arrows.
    """
    return tuple(line for element in elements for line in _lines(element))


def _lines(element: Element) -> tuple[Label, ...]:
    match element:
        case Layer():
            return (layer_line(element, steps=False),) if is_shown(element) else ()
        case Stage():
            return block_lines(element.body)
        case Graph():
            return tuple(line for node in element.nodes for line in block_lines(node.body))
    if is_gate(element):
        text = literal("gate", Kind.BLOCK)
        if gate_ratio(element):  # the two widths of squeeze-and-excitation: "fc, [16, 256]"
            layers = (layer for layer in walk(element.branches[1]) if layer.kind in WEIGHTED)
            text = literal(f"fc, [{', '.join(str(channels(layer)[1]) for layer in layers)}]", Kind.GATE)
        return (*block_lines(element.branches[0]), text)
    branches = [branch for branch in element.branches if block_lines(branch)]
    inner = block_lines(branches[0]) if branches else ()
    if len(branches) > 1:
        mark = literal(PARALLEL, Kind.BRANCH)
        inner = tuple(Label(mark, _chain(branch)) for branch in branches)
        if element.merge is not Merge.CONCAT:
            inner = (*inner, literal(_MERGED[element.merge], Kind.BLOCK))
    return (*block_lines(element.before), *inner, *block_lines(element.after))


def _chain(branch: Iterable[Element]) -> Label:
    """Return a branch in one line; inner branches and repeated layers are in parentheses."""
    links: list[Label] = []
    for element in branch:
        inner = element.branches if isinstance(element, Block) else ()
        parallel = [path for path in inner if block_lines(path)]
        joined = Label(*map(_chain, parallel), joint=f" {PARALLEL} ")
        links += [_in_parentheses(joined)] if len(parallel) > 1 else _lines(element)
    chain: list[Label] = []
    for run in fold(links):
        pattern = links[run.start : run.start + run.period]
        is_folded = run.period * run.count >= _MIN_FOLDED
        repeated = _in_parentheses(Label(*pattern, joint=ARROW), f"×{run.count}")
        chain += [repeated] if is_folded else pattern * run.count
    return Label(*chain, joint=ARROW)


def _in_parentheses(label: Label, behind: str = "") -> Label:
    return Label(literal("(", Kind.SIGN), label, literal(f"){behind}", Kind.SIGN), joint="")
