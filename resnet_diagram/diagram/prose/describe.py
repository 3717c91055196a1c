"""Description of a network in words, for readers who cannot see the drawing."""

from resnet_diagram.spec.counting.blocks import units
from resnet_diagram.spec.counting.sharing import shared_modules
from resnet_diagram.spec.counting.stages import numbered_stages
from resnet_diagram.spec.counting.transformer_layers import is_transformer_layer
from resnet_diagram.spec.fold import fold
from resnet_diagram.spec.measure import in_shape, out_shape
from resnet_diagram.spec.model import Block, Element, Layer, Network, Stage
from resnet_diagram.spec.traits import SILENT
from resnet_diagram.wording.blocks import block_type, unit_title
from resnet_diagram.wording.contents import shared_notes
from resnet_diagram.wording.counts import counted
from resnet_diagram.wording.layers import layer_lines, shortcut_label
from resnet_diagram.wording.shapes import change_label, shape_label
from resnet_diagram.wording.terms import Kind, Label, literal, phrase
from resnet_diagram.wording.vocabulary import Word

_LISTED = 12
"""Stages that are described one by one, at most."""


def describe(network: Network) -> Label:
    """Return sentences on input, stem, each stage with its blocks and shortcuts, and head."""
    stages = list(dict.fromkeys(_stage(number, stage) for number, stage in numbered_stages(network)))
    sentences = [_sentence(Word.INPUT_OF, network.name, shape_label(network.input_shape))]
    sentences += _part(Word.STEM, network.stem)
    sentences += stages[:_LISTED]
    if len(stages) > _LISTED:
        more = counted(len(stages) - _LISTED, phrase(Kind.COUNT, Word.MORE_STAGE))
        sentences.append(_sentence(Word.SENTENCE, more))
    sentences += _part(Word.HEAD, network.head)
    again = shared_notes(shared_modules(network))
    sentences += [phrase(Kind.SENTENCE, Word.SENTENCE, Label(note, capital=True)) for note in again]
    if len(network.outputs) > 1:
        outputs = [Label(literal(port.name), shape_label(port.shape)) for port in network.outputs]
        sentences.append(_sentence(Word.OUTPUTS, Label(*outputs, joint=Word.CLAUSES)))
    return Label(*sentences, joint=Word.SENTENCES)


def _sentence(word: Word, *values: Label | str | int) -> Label:
    return phrase(Kind.SENTENCE, word, *values)


def _part(title: Word, elements: tuple[Element, ...]) -> list[Label]:
    layers = [element for element in elements if isinstance(element, Layer) and element.kind not in SILENT]
    words = Label(*(Label(*layer_lines(layer)) for layer in layers), joint=Word.CLAUSES)
    return [_sentence(Word.LAYERS_OF_PART, phrase(Kind.TITLE, title), words)] if words else []


def _stage(number: int, stage: Stage) -> Label:
    texts = [text for text in map(_block, stage.body) if text]
    runs: list[Label] = []
    for run in fold(texts):
        words = Label(*texts[run.start : run.start + run.period], joint=Word.THEN)
        times = Word.TIMES if run.period == 1 else Word.TIMES_SEVERAL
        runs.append(words if run.count == 1 else _sentence(times, run.count, words))
    blocks = Label(*runs, joint=Word.THEN)
    total = counted(len(units((stage,))), phrase(Kind.BLOCK, Word.BLOCK))
    shapes = change_label(in_shape(stage), out_shape(stage))
    return _sentence(Word.BLOCKS_AND_SHAPES, phrase(Kind.TITLE, Word.STAGE, number), total, shapes, blocks)


def _block(element: Element) -> Label:
    if isinstance(element, Layer):
        return Label(*layer_lines(element))
    if is_transformer_layer(element):
        inside = Label(*filter(None, map(_block, element.body)), joint=Word.THEN)
        return _sentence(Word.TITLE_AND_PLACE, unit_title((element,), capital=False), inside)
    if not isinstance(element, Block):
        return unit_title((element,), capital=False)
    around = _sentence(Word.NO_SHORTCUT)
    if element.shortcut:
        around = _sentence(Word.SHORTCUT_BY, shortcut_label(element.shortcut))
    return _sentence(Word.BLOCK_WITH, block_type(element), around)
