"""Description of a network in words, for readers who cannot see the drawing."""

from itertools import groupby

from resnet_diagram.spec.measure import in_shape, out_shape, units
from resnet_diagram.spec.model import Block, Element, Layer, Network, Stage
from resnet_diagram.spec.shapes import shape_text
from resnet_diagram.spec.traits import SILENT
from resnet_diagram.wording.blocks import block_type
from resnet_diagram.wording.counts import counted
from resnet_diagram.wording.layers import layer_lines, shortcut_label
from resnet_diagram.wording.shapes import change_label
from resnet_diagram.wording.terms import Kind, phrase
from resnet_diagram.wording.vocabulary import Word


def describe(network: Network) -> str:
    """Return sentences on input, stem, each stage with its blocks and shortcuts, and head."""
    stages = [element for element in network.body if isinstance(element, Stage)]
    parts = [f"{network.name}: input {shape_text(network.input_shape)}."]
    parts += _part("Stem", network.stem)
    parts += [_stage(number, stage) for number, stage in enumerate(stages, 1)]
    parts += _part("Head", network.head)
    return " ".join(parts)


def _part(title: str, elements: tuple[Element, ...]) -> list[str]:
    layers = [element for element in elements if isinstance(element, Layer) and element.kind not in SILENT]
    words = "; ".join(" ".join(layer_lines(layer)) for layer in layers)
    return [f"{title}: {words}."] if words else []


def _stage(number: int, stage: Stage) -> str:
    runs = [(text, len(list(run))) for text, run in groupby(_block(item) for item in stage.body)]
    words = ", then ".join(f"{count} times {text}" if count > 1 else text for text, count in runs if text)
    total = len(units(stage.body))
    shapes = change_label(in_shape(stage), out_shape(stage))
    return f"Stage {number}: {counted(total, phrase(Kind.BLOCK, Word.BLOCK))}, {shapes}: {words}."


def _block(element: Element) -> str:
    if not isinstance(element, Block):
        return " ".join(layer_lines(element)) if isinstance(element, Layer) else "a block without shortcut"
    around = f"{shortcut_label(element.shortcut)} shortcut" if element.shortcut else "no shortcut"
    return f"{block_type(element)} with {around}"
