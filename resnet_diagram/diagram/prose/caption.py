"""Proposed caption and label of a figure."""

import re
from collections.abc import Sequence

from resnet_diagram.diagram.options import DEFAULT_VIEW, Options
from resnet_diagram.spec.counting.blocks import residual_units, units
from resnet_diagram.spec.measure import macs, params
from resnet_diagram.spec.model import Layer, Network, Stage
from resnet_diagram.wording.blocks import block_types
from resnet_diagram.wording.counts import macs_label, si_text
from resnet_diagram.wording.shapes import shape_label
from resnet_diagram.wording.terms import NOTHING, Kind, Label, enumeration, literal, number, phrase
from resnet_diagram.wording.vocabulary import Word


def caption(networks: Sequence[Network], options: Options) -> Label:
    """Return a sentence of facts: the blocks of each stage, parameters, MACs, the input."""
    if len(networks) > 1:
        names = enumeration([literal(paper_name(network)) for network in networks])
        sizes = Label(*map(_size, networks), joint=Word.CLAUSES)
        return phrase(Kind.SENTENCE, Word.CAPTION_OF_SEVERAL, names, sizes)
    network = networks[0]
    name = options.title or paper_name(network)
    if options.block:
        return phrase(Kind.SENTENCE, Word.CAPTION_OF_BLOCK, name, options.block)
    blocks, facts = _blocks(network), _size(network)
    facts = phrase(Kind.SENTENCE, Word.WITH, blocks, facts) if blocks else facts
    return phrase(Kind.SENTENCE, Word.CAPTION, name, facts, shape_label(network.input_shape))


def label(networks: Sequence[Network], options: Options) -> str:
    """Return a name for cross-references, such as "fig:resnet50" or "fig:resnet50-full"."""
    words = [network.name for network in networks]
    words += [options.view] if len(networks) == 1 and options.view is not DEFAULT_VIEW else []
    return "fig:" + "-".join(re.sub(r"[^A-Za-z0-9]+", "-", word).strip("-") or "network" for word in words)


def paper_name(network: Network) -> str:
    """Return the name of a network as papers write it: "ResNet-50"; other names are unchanged."""
    match = re.fullmatch(r"resnet(\d+)([a-d]?)", network.name)
    return f"ResNet-{match[1]}{match[2].upper()}" if match else network.name


def _blocks(network: Network) -> Label:
    """Return the number of blocks in each stage and their type; nothing where none is residual."""
    parts = [(element, units((element,))) for element in network.body if not isinstance(element, Layer)]
    inside = [
        members
        for element, members in parts
        if residual_units(members) or (isinstance(element, Stage) and members)
    ]
    blocks = [block for members in inside for block in members]
    if not residual_units(blocks):
        return NOTHING
    counts = [Label(number(Kind.COUNT, len(members))) for members in inside]
    types, residual = {block_types(block) for block in blocks}, phrase(Kind.BLOCK, Word.RESIDUAL_BLOCKS)
    if all(residual_units((block,)) for block in blocks):
        name = types.pop() if len(types) == 1 else residual
    elif len(types) == 1 and residual not in types:
        name = types.pop()
    else:
        name = phrase(Kind.BLOCK, Word.PLURAL_BLOCKS, phrase(Kind.BLOCK, Word.BLOCK))
    if len(counts) == 1:
        return phrase(Kind.COUNT, Word.BLOCKS_IN_ONE_STAGE, counts[0], name)
    return phrase(Kind.COUNT, Word.BLOCKS_IN_STAGES, enumeration(counts), name, len(counts))


def _size(network: Network) -> Label:
    weights, work = params(network), macs(network)
    label = phrase(Kind.COUNT, Word.PARAMETER if weights == 1 else Word.PARAMETERS, si_text(weights))
    return phrase(Kind.COUNT, Word.PARAMETERS_AND_MACS, label, macs_label(work)) if work else label
