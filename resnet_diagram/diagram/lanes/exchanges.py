"""Find modules that exchange values between parallel branches, as those of HRNet do."""

from collections.abc import Collection
from math import log2, prod
from typing import NamedTuple

from resnet_diagram.diagram.chain.blocks import joined_layers, main_layer
from resnet_diagram.spec.graph import readers
from resnet_diagram.spec.measure import walk
from resnet_diagram.spec.model import Graph, Layer, Stage
from resnet_diagram.spec.traits import FOLLOWING, is_shown
from resnet_diagram.wording.layers import layer_lines, names_only, operator_name, sizes_of
from resnet_diagram.wording.terms import NOTHING, Kind, Label, phrase
from resnet_diagram.wording.vocabulary import Word


class Exchange(NamedTuple):
    """Nodes of a graph: layers on lines between branches, those behind the sums, and both in words."""

    ways: tuple[int, ...]
    behind: tuple[int, ...]
    words: tuple[Label, ...]


def exchange(graph: Graph, members: Collection[int]) -> Exchange | None:
    """Return the exchange of a module, by its nodes, whose sums read all its branches.

    Returns None for other modules, and for those whose lines in one direction have different layers.
    """
    nodes = graph.nodes
    sums = {number for number in members if nodes[number].merge}
    readings = readers(graph)
    layered = {at for at in members if all(isinstance(part, Layer) for part in nodes[at].body)}
    ways = tuple(
        at
        for at in members
        if len({*readings[at]}) == 1 and readings[at][0] in sums and nodes[at].body and at in layered
    )
    behind = tuple(at for at in members if at not in sums and sums.issuperset(nodes[at].reads))
    branches = set(members) - {*sums, *ways, *behind}
    read = [{nodes[at].reads[0] if at in ways else at for at in nodes[number].reads} for number in sums]
    framed = all(any(isinstance(part, Stage) for part in nodes[at].body) for at in branches)
    if not framed or len(branches) < 2 or any(values != branches for values in read):
        return None
    layers = [[layer for layer in walk(nodes[at].body) if is_shown(layer)] for at in behind]
    ends = {names_only(run) for run in layers}
    if len(ends) > 1 or any(layer.kind not in FOLLOWING for run in layers for layer in run):
        return None
    words = [phrase(Kind.LEGEND, Word.BEHIND_EXCHANGE, *ends)] if ends else []
    for word, sign in ((Word.TO_FINER, 1), (Word.TO_COARSER, -1)):
        lines = [_words(graph, way) for way in ways if sign * _levels(graph, way) > 0]
        texts, between = {text for text, _ in lines}, {names for _, names in lines if names}
        if len(texts) > 1 or len(between) > 1:
            return None
        for text in texts:
            text = phrase(Kind.LEGEND, Word.BETWEEN, text, *between) if between else text
            words.append(phrase(Kind.LEGEND, word, text))
    return Exchange(ways, behind, tuple(words))


def _levels(graph: Graph, way: int) -> int:
    """Return by how many doublings of the resolution, along one axis, layers on a line raise it."""
    before, after = (graph.nodes[at].shape[1:] for at in (graph.nodes[way].reads[0], way))
    return round(log2(prod(after) / prod(before)) / max(1, len(after)))


def _words(graph: Graph, way: int) -> tuple[Label, Label]:
    """Return the layers on a line, and the activations between them.

    The layers are "for each level" where they are as many as the levels that the line passes.
    """
    units = joined_layers([layer for layer in walk(graph.nodes[way].body) if is_shown(layer)])
    lines: dict[Label, Label] = {}
    between = NOTHING
    for unit in units:
        main = main_layer(unit)
        line = layer_lines(main, sizes_of(main)._replace(channels=NOTHING))[0]
        names = [operator_name(layer) for layer in unit if layer is not main]
        if line in lines:
            between = Label(*lines[line].parts[len(names) :], joint=", ")
        lines[line] = Label(*names, joint=", ")
    text = Label(*(part for line in lines.items() for part in line), joint=", ")
    each = len(lines) == 1 and len(units) == -_levels(graph, way)
    return (phrase(Kind.LEGEND, Word.FOR_EACH_LEVEL, text) if each else text), between
