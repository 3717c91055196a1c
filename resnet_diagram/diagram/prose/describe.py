"""Description of a network in words, for readers who cannot see the drawing."""

from collections.abc import Iterable, Iterator, Sequence

from resnet_diagram.spec.fold import Run, fold
from resnet_diagram.spec.graph import parts
from resnet_diagram.spec.measure import in_shape, out_shape, units
from resnet_diagram.spec.model import Block, Element, Graph, Layer, Network, Stage
from resnet_diagram.spec.shapes import shape_text
from resnet_diagram.spec.traits import SILENT
from resnet_diagram.wording.blocks import block_type
from resnet_diagram.wording.counts import counted
from resnet_diagram.wording.layers import layer_lines, shortcut_label
from resnet_diagram.wording.shapes import change_label
from resnet_diagram.wording.terms import Kind, phrase
from resnet_diagram.wording.vocabulary import Word

_LISTED = 12
"""Stages that are described one by one, at most."""


def describe(network: Network) -> str:
    """Return sentences on input, stem, each stage with its blocks and shortcuts, and head."""
    stages = list(_stages(network.body))
    sentences = [f"{network.name}: input {shape_text(network.input_shape)}."]
    sentences += _part("Stem", network.stem)
    sentences += [_stage(number, stage) for number, stage in enumerate(stages[:_LISTED], 1)]
    if len(stages) > _LISTED:
        sentences.append(f"{len(stages) - _LISTED} more stages.")
    sentences += _part("Head", network.head)
    if len(network.outputs) > 1:
        outputs = "; ".join(f"{port.name} {shape_text(port.shape)}".strip() for port in network.outputs)
        sentences.append(f"Outputs: {outputs}.")
    return " ".join(sentences)


def _stages(elements: Iterable[Element]) -> Iterator[Stage]:
    """Yield the stages of a body, those within its graphs too."""
    for element in elements:
        match element:
            case Stage():
                yield element
            case Graph():
                for run in parts(element):
                    yield from _stages(run)


def _part(title: str, elements: tuple[Element, ...]) -> list[str]:
    layers = [element for element in elements if isinstance(element, Layer) and element.kind not in SILENT]
    words = "; ".join(" ".join(layer_lines(layer)) for layer in layers)
    return [f"{title}: {words}."] if words else []


def _stage(number: int, stage: Stage) -> str:
    texts = [text for text in map(_block, stage.body) if text]
    words = ", then ".join(_repeated(texts, run) for run in fold(texts))
    total = len(units(stage.body))
    shapes = change_label(in_shape(stage), out_shape(stage))
    return f"Stage {number}: {counted(total, phrase(Kind.BLOCK, Word.BLOCK))}, {shapes}: {words}."


def _repeated(texts: Sequence[str], run: Run) -> str:
    """Return the blocks of a run with the number of times they repeat."""
    words = ", then ".join(texts[run.start : run.start + run.period])
    if run.count == 1:
        return words
    return f"{run.count} times {words}" if run.period == 1 else f"{run.count} times ({words})"


def _block(element: Element) -> str:
    if not isinstance(element, Block):
        return " ".join(layer_lines(element)) if isinstance(element, Layer) else "a block without shortcut"
    around = f"{shortcut_label(element.shortcut)} shortcut" if element.shortcut else "no shortcut"
    return f"{block_type(element)} with {around}"
