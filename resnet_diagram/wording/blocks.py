"""Types of block in words."""

from collections.abc import Sequence

from resnet_diagram.spec.graph import aggregated_steps
from resnet_diagram.spec.measure import (
    BlockKind,
    block_kind,
    gate_ratio,
    is_residual,
    joined_axis,
    leading_block,
    pre_activation,
    walk,
    weighted_layers,
)
from resnet_diagram.spec.model import Block, Element, Graph, Layer, LayerKind, Merge, Stage
from resnet_diagram.spec.settings import INPUT, setting
from resnet_diagram.wording.layers import operation
from resnet_diagram.wording.symbols import APPROXIMATELY
from resnet_diagram.wording.terms import Kind, Label, literal, phrase
from resnet_diagram.wording.vocabulary import SHORTCUT_WORDS, Word

_TYPES = {
    BlockKind.BASIC: Word.BASIC_BLOCK,
    BlockKind.BOTTLENECK: Word.BOTTLENECK,
    BlockKind.INVERTED_BOTTLENECK: Word.INVERTED_BOTTLENECK,
    BlockKind.OTHER: Word.BLOCK,
}


def block_type(element: Element, *, gates: bool = True) -> Label:
    """Return the usual name of a block's type on one line, such as "pre-activation SE bottleneck".

    Without `gates`, its squeeze-and-excitation gates are not named.
    """
    name, is_pre_activation = _type(element, gates=gates)
    return phrase(Kind.BLOCK, Word.PRE_ACTIVATION_BLOCK, name) if is_pre_activation else name


def unit_type(unit: Block | Stage) -> Label:
    """Return the usual name of a type of block, or of a transformer layer: "encoder layer"."""
    if isinstance(unit, Block):
        return block_type(unit)
    attention = [layer for layer in walk(unit) if layer.kind is LayerKind.ATTENTION]
    if any(setting(layer, "is_causal") or setting(layer, INPUT) for layer in attention):
        return phrase(Kind.BLOCK, Word.DECODER_LAYER)
    return phrase(Kind.BLOCK, Word.ENCODER_LAYER if attention else Word.MIXER_LAYER)


def layout_name(block: Block) -> Label:
    """Return the name for the arrangement of a block's convolutions: "bottleneck"."""
    return phrase(Kind.BLOCK, _core(block))


def block_type_lines(element: Element) -> tuple[Label, ...]:
    """Return the name of a block's type in one or two lines, such as ("pre-activation", "bottleneck")."""
    name, is_pre_activation = _type(element, gates=True)
    return (phrase(Kind.BLOCK, Word.PRE_ACTIVATION), name) if is_pre_activation else (name,)


def block_types(block: Block | Stage) -> Label:
    """Return the plural of a block's type: "basic blocks", "bottleneck blocks", "residual blocks"."""
    if isinstance(block, Stage):
        return phrase(Kind.BLOCK, Word.PLURAL_BLOCKS, unit_type(block))
    if _core(block) is Word.BLOCK:
        return phrase(Kind.BLOCK, Word.RESIDUAL_BLOCKS)
    is_bottleneck = _core(block) in (Word.BOTTLENECK, Word.INVERTED_BOTTLENECK)
    return phrase(Kind.BLOCK, Word.PLURAL_OF_TYPE if is_bottleneck else Word.PLURAL_BLOCKS, block_type(block))


def _type(element: Element, *, gates: bool) -> tuple[Label, bool]:
    """Return the name of a block's type, and whether it is one with pre-activation."""
    if not isinstance(element, Block):
        return phrase(Kind.BLOCK, Word.BLOCK), False
    word = _dense_word(element) or _core(element)
    name = phrase(Kind.BLOCK, word)
    if word not in _TYPES.values():
        return name, False
    gated = gates and any(gate_ratio(member) for branch in element.branches for member in branch)
    return phrase(Kind.GATE, Word.SE_BLOCK, name) if gated else name, pre_activation(element)


def _core(block: Block) -> Word:
    """Return the name of a block of attention, of fully connected layers, or of convolutions."""
    kinds = {layer.kind for layer in weighted_layers(block)}
    if LayerKind.ATTENTION in kinds:
        return Word.ATTENTION_BLOCK
    return Word.MLP_BLOCK if kinds == {LayerKind.LINEAR} else _TYPES[block_kind(block)]


def unit_title(elements: Sequence[Element], *, capital: bool = True) -> Label:
    """Return the title of a block, or of layers without a shortcut, such as "Projection bottleneck"."""
    only = leading_block(elements)
    if len(elements) == 1 and isinstance(elements[0], Stage):
        title = unit_type(elements[0])
    elif elements and all(isinstance(element, Graph) for element in elements):
        title = phrase(Kind.BLOCK, Word.GRAPH)
    elif only is None:
        layers = Block(branches=(tuple(elements),))
        is_typed = block_kind(layers) is not BlockKind.OTHER
        name = block_type(layers) if is_typed else phrase(Kind.BLOCK, Word.LAYERS)
        title = phrase(Kind.BLOCK, Word.WITHOUT_SHORTCUT, name)
    elif not is_residual(only):
        title = phrase(Kind.BLOCK, _merge_word(only))
    else:
        title = block_type(only)
        word = SHORTCUT_WORDS[only.shortcut.kind].block if only.shortcut else None
        title = phrase(Kind.BLOCK, word, title) if word else title
    return Label(title, capital=capital)


def box_type(elements: Sequence[Element]) -> Label:
    """Return the type of a box of some elements, as the frame of a stage names it: "SE bottleneck"."""
    first = elements[0]
    if isinstance(first, Stage) or (isinstance(first, Block) and is_residual(first)):
        return unit_type(first)
    if len(elements) == 1 and isinstance(first, Layer):
        return operation(first)
    if isinstance(first, Block) and first.merge is Merge.CONCAT:
        return phrase(Kind.BLOCK, _dense_word(first) or Word.CONCATENATION_OF_BRANCHES)
    layers = isinstance(first, Layer) and block_kind(Block(branches=(tuple(elements),))) is BlockKind.OTHER
    return phrase(Kind.BLOCK, Word.RUN_OF_LAYERS) if layers else unit_title(elements, capital=False)


def _merge_word(block: Block) -> Word:
    match block.merge:
        case Merge.CONCAT if joined_axis(block):
            return Word.CONCATENATED_POSITIONS
        case Merge.CONCAT:
            return _dense_word(block) or Word.CONCATENATED_BRANCHES
        case Merge.MULTIPLY:
            return Word.GATE if () in block.branches else Word.PRODUCT_OF_BRANCHES
        case Merge.ADD:
            return Word.SUM_OF_BRANCHES


def _dense_word(block: Block) -> Word | None:
    """Return the name of a block that concatenates its input with what it makes of it."""
    if block.merge is not Merge.CONCAT or joined_axis(block):
        return None
    steps = sum(1 for _ in aggregated_steps(block))
    return (Word.DENSE_LAYER if steps == 1 else Word.AGGREGATION) if steps else None


def gate_lines(*ratios: float) -> tuple[Label, Label]:
    """Return the lines of a squeeze-and-excitation gate with these reductions.

    >>> gate_lines(16), gate_lines(3.75, 4), gate_lines(6, 104 / 12)
    (('SE gate', 'r=16'), ('SE gate', 'r≈4'), ('SE gate', 'r≈6–9'))
    """
    rounded = [round(ratio) or ratio for ratio in (min(ratios), max(ratios))]
    sign = "=" if {*rounded} >= {*ratios} else APPROXIMATELY
    text = "–".join(f"{ratio:g}" for ratio in dict.fromkeys(rounded))
    return phrase(Kind.GATE, Word.SE_GATE), literal(f"r{sign}{text}", Kind.REDUCTION)
