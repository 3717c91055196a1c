"""The caption and the label that are proposed for a figure."""

import re
from collections import Counter
from collections.abc import Sequence

from resnet_diagram.diagram.labels import block_word, count_words, plural, si_text
from resnet_diagram.diagram.options import Options, Show, View
from resnet_diagram.spec.measure import is_residual, params
from resnet_diagram.spec.model import Block, Network, Stage
from resnet_diagram.spec.shapes import shape_text


def caption(networks: Sequence[Network], options: Options) -> str:
    """A sentence of facts: the blocks of each stage, parameters, MACs, the input."""
    if options.view is View.COMPARE:
        sizes = "; ".join(map(_size, networks))
        return f"{_joined([called(one) for one in networks])} side by side: {sizes}."
    network = networks[0]
    name = options.title or called(network)
    if options.view is View.BLOCK and options.block:
        return f"{name}: the block {options.block}."
    facts = [*_blocks(network), _size(network), f"for an input of {shape_text(network.input_shape)}"]
    return f"{name}: {', '.join(facts[:-1])} {facts[-1]}."


def label(networks: Sequence[Network], options: Options) -> str:
    """A name for cross-references, such as "fig:resnet50" or "fig:resnet50-full"."""
    words = [network.name for network in networks]
    words += [options.view] if options.view not in (View.PAPER, View.COMPARE) else []
    return "fig:" + "-".join(re.sub(r"[^A-Za-z0-9]+", "-", word).strip("-") or "network" for word in words)


def called(network: Network) -> str:
    """What a network is called in a sentence: as in the papers, or by its own name."""
    found = re.fullmatch(r"resnet(\d+)([a-d]?)", network.name)
    return f"ResNet-{found[1]}{found[2].upper()}" if found else network.name


def _blocks(network: Network) -> list[str]:
    """How many blocks each stage has, and of what type they are."""
    stages = [stage for stage in network.body if isinstance(stage, Stage)]
    held = [[one for one in stage.body if isinstance(one, Block) and is_residual(one)] for stage in stages]
    counts = [str(len(blocks)) for blocks in held if blocks]
    kinds = Counter(block_word(block) for blocks in held for block in blocks)
    if not counts:
        return []
    kind = f"{next(iter(kinds)).removesuffix(' block')} blocks" if len(kinds) == 1 else "residual blocks"
    where = f"in {plural(len(counts), 'stage')}" if len(counts) > 1 else "in one stage"
    return [f"{_joined(counts)} {kind} {where}"]


def _size(network: Network) -> str:
    work = count_words(network, frozenset({Show.MACS}))
    return " and ".join([f"{si_text(params(network))} parameters", *work])


def _joined(words: Sequence[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
