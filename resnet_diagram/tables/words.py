"""The words in a table's cells: layers, gates, blocks and sizes."""

from collections.abc import Iterable, Iterator

from resnet_diagram.diagram.fold import Run, fold
from resnet_diagram.spec.measure import channels, gate_ratio, is_gate, walk
from resnet_diagram.spec.model import Block, Element, Layer, LayerKind, Merge, Shape, Stage
from resnet_diagram.spec.shapes import extent_text
from resnet_diagram.spec.traits import BARS, WEIGHTED, WINDOWED
from resnet_diagram.wording.layers import is_depthwise, kernel_text, operator_name

_ELEMENTWISE = ("shift", "scale", "learned_scale", "layer_scale", "cat")
_MERGED = {Merge.ADD: "added", Merge.MULTIPLY: "multiplied"}

_MANY = 4
"""Links of a chain that are worth folding."""

DEPTHWISE = "dw"
"""Stands behind the kernel of a depthwise convolution."""

BESIDE = "∥"
"""Stands before each of several branches."""


def is_shown(layer: Layer) -> bool:
    """Whether a table says anything of a layer: norms, activations and the like are left out.

    So is pooling that takes each position for itself, which an adaptive one comes to.
    """
    if layer.kind is LayerKind.POOL and set(layer.kernel) == {1} and layer.in_shape == layer.out_shape:
        return False
    return layer.kind in BARS and (layer.kind is not LayerKind.OTHER or _works(layer))


def _works(layer: Layer) -> bool:
    """Whether a layer of no sort we know is worth a word: an embedding, or one that multiplies much."""
    return "emb" in layer.op or (layer.macs > 0 and layer.op not in _ELEMENTWISE)


def is_weightless(layer: Layer) -> bool:
    """Whether a shown layer only changes the resolution."""
    return layer.kind in WINDOWED - WEIGHTED


def shown(elements: Iterable[Element]) -> tuple[Layer, ...]:
    """The layers a table speaks of, without those on shortcuts and in gates."""
    return tuple(layer for layer in walk(elements, shortcuts=False, gates=False) if is_shown(layer))


def size_text(size: Shape) -> str:
    """A resolution; "1" where no extent is left.

    >>> size_text((56, 56)), size_text((197,)), size_text(())
    ('56×56', '197', '1')
    """
    return "×".join(map(str, size)) or "1"


def spatial(layer: Layer) -> Shape:
    """The resolution a layer leaves."""
    return layer.out_shape[1:]


def layer_text(layer: Layer, *, steps: bool = True) -> str:
    """A layer in a few words: "7×7, 64, stride 2", "3×3 max pool, stride 2", "fc, 4096".

    Without `steps` the stride is left out, as it is inside a block.
    """
    match layer.kind:
        case LayerKind.CONV:
            words = [_window(layer), str(layer.out_shape[0]), *_groups(layer), *_dilation(layer)]
        case LayerKind.LINEAR:
            words = ["fc", str(channels(layer)[1])]
        case _:
            words = [f"{_kernel(layer)} {_plain(layer)}".strip()]
    return ", ".join([*words, *(_stride(layer) if steps else ())])


def _kernel(layer: Layer) -> str:
    return "" if layer.op.startswith("global") else kernel_text(layer)


def _plain(layer: Layer) -> str:
    if layer.op in ("global_avg_pool", "avg_pool"):
        return "average pool"
    if layer.kind is LayerKind.UPSAMPLE:
        return f"{layer.op.rstrip('123d')} upsampling".replace("upsample upsampling", "upsampling")
    return operator_name(layer).replace("global ", "").replace("avg", "average")


def _window(layer: Layer) -> str:
    words = [_kernel(layer)]
    words += [DEPTHWISE] if is_depthwise(layer) else []
    words += ["transposed"] if layer.op == "conv_transpose" else []
    return " ".join(words)


def _groups(layer: Layer) -> list[str]:
    return [f"C={layer.groups}"] if 1 < layer.groups < layer.in_shape[0] else []


def _dilation(layer: Layer) -> list[str]:
    return [f"dilation {extent_text(layer.dilation)}"] if any(gap != 1 for gap in layer.dilation) else []


def _stride(layer: Layer) -> list[str]:
    return [f"stride {extent_text(layer.stride)}"] if any(step != 1 for step in layer.stride) else []


def head_text(layer: Layer) -> str:
    """A layer of the head: a linear one as in "1000-d fc"."""
    return f"{channels(layer)[1]}-d fc" if layer.kind is LayerKind.LINEAR else layer_text(layer)


def gate_text(gate: Block) -> str:
    """A gate: "fc, [16, 256]" for squeeze-and-excitation with its two widths, "gate" for any other."""
    if not gate_ratio(gate):
        return "gate"
    weighted = [layer for layer in walk(gate.branches[1]) if layer.kind in WEIGHTED]
    return f"fc, [{', '.join(str(channels(layer)[1]) for layer in weighted)}]"


def block_lines(elements: Iterable[Element]) -> tuple[str, ...]:
    """One line for each layer of a run of elements in flow order, without shortcuts, norms and activations.

    Branches that run side by side have one line each, which begins with ∥, their layers joined by arrows.
    """
    return tuple(line for element in elements for line in _lines(element))


def _lines(element: Element) -> tuple[str, ...]:
    match element:
        case Layer():
            return (layer_text(element, steps=False),) if is_shown(element) else ()
        case Stage():
            return block_lines(element.body)
    if is_gate(element):
        return (*block_lines(element.branches[0]), gate_text(element))
    return (*block_lines(element.before), *_side_by_side(element), *block_lines(element.after))


def _side_by_side(block: Block) -> tuple[str, ...]:
    branches = [branch for branch in block.branches if block_lines(branch)]
    if len(branches) < 2:
        return block_lines(branches[0]) if branches else ()
    ended = () if block.merge is Merge.CONCAT else (_MERGED[block.merge],)
    return (*(f"{BESIDE} {_chain(branch)}" for branch in branches), *ended)


def _chain(branch: Iterable[Element]) -> str:
    """A branch in one line; branches inside it stand in parentheses, so does what is repeated."""
    links = [word for element in branch for word in _links(element)]
    return " → ".join(part for run in fold(links) for part in _repeated(links, run))


def _repeated(links: list[str], run: Run) -> Iterator[str]:
    pattern = links[run.start : run.start + run.period]
    if run.period * run.count < _MANY:
        yield from pattern * run.count
    else:
        yield f"({' → '.join(pattern)})×{run.count}"


def _links(element: Element) -> tuple[str, ...]:
    inner = [one for one in element.branches if block_lines(one)] if isinstance(element, Block) else []
    if len(inner) < 2:
        return _lines(element)
    return (f"({f' {BESIDE} '.join(map(_chain, inner))})",)
