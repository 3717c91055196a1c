"""Differences of two networks: each once, with the places of all blocks that have it."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from resnet_diagram.differences.align import Parts, Unit, take_apart
from resnet_diagram.differences.layers import Pair, Subject, layer_differences, setting_words
from resnet_diagram.differences.model import Difference, Ignored
from resnet_diagram.differences.units import shortcut_words, unit_differences, without_shortcuts
from resnet_diagram.errors import number_of
from resnet_diagram.spec.graph import graphs
from resnet_diagram.spec.measure import walk
from resnet_diagram.spec.model import GraphNode, Layer, Network, Setting
from resnet_diagram.spec.settings import defaults
from resnet_diagram.spec.shapes import shape_text
from resnet_diagram.spec.signature import rebuilt
from resnet_diagram.spec.traits import WEIGHTED
from resnet_diagram.wording.counts import counted
from resnet_diagram.wording.layers import operator_name
from resnet_diagram.wording.places import in_stages, places, ranges
from resnet_diagram.wording.terms import NOTHING, Kind, Label, literal, phrase
from resnet_diagram.wording.vocabulary import Word


def differences(left: Network, right: Network, ignore: Collection[str] = ()) -> tuple[Difference, ...]:
    """Return the differences of two networks from input to head, names aside; empty if they are the same.

    `ignore`: any of `Ignored`.
    """
    items: list[Difference] = []
    if left.input_shape != right.input_shape:
        shapes = (shape_text(network.input_shape) for network in (left, right))
        items.append(_difference("input", *shapes))
    if left.stopped_at is not None or right.stopped_at is not None:
        ends = (network.stopped_at for network in (left, right))
        words = ("runs to its end" if end is None else f"stopped in {end}" for end in ends)
        items.append(_difference("forward", *words))
    shared = _shared_settings(left, right)
    for (operator, name), values in shared.items():
        before_words, after_words = (setting_words(name, value) for value in values)
        items.append(_difference("everywhere", f"{before_words} in each {operator}", after_words))

    def without_shared(layer: Layer) -> Layer:
        settings = tuple(entry for entry in layer.settings if (operator_name(layer), entry[0]) not in shared)
        return replace(layer, settings=settings) if settings != layer.settings else layer

    before, after = (
        _reduced(take_apart(rebuilt(network, without_shared)), ignore) for network in (left, right)
    )
    if _have_other_stage_ends(before, after):
        runs = (
            [
                *parts.stem,
                *(layer for stage in parts.stages for layer in without_shortcuts(stage)),
                *parts.head,
            ]
            for parts in (before, after)
        )
        return (*items, *_in_run("layers", *runs))
    items += _in_run("stem", before.stem, after.stem)
    items += _in_stages(before, after)
    items += _in_run("head", before.head, after.head)
    return (*items, *_in_graphs(left, right))


def _in_graphs(left: Network, right: Network) -> Iterator[Difference]:
    """Yield the differences between the sources and merges of graph nodes."""
    before, after = list(graphs(left)), list(graphs(right))
    if len(before) != len(after):
        yield _difference("graphs", str(len(before)), str(len(after)))
    for number, (first, second) in enumerate(zip(before, after, strict=False), 1):
        place = f"graph {number}"
        sizes = [
            f"{number_of('node', len(graph.nodes))}, {number_of('output', len(graph.outputs))}"
            for graph in (first, second)
        ]
        if sizes[0] != sizes[1]:
            yield _difference(place, *sizes)
            continue
        if first.outputs != second.outputs:
            yield _difference(f"{place} outputs", *(_numbers(graph.outputs) for graph in (first, second)))
        for at, nodes in enumerate(zip(first.nodes, second.nodes, strict=True)):
            words = [_node_words(node) for node in nodes]
            if words[0] != words[1]:
                yield _difference(f"{place} node {at}", *words)


def _numbers(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, numbers))


def _node_words(node: GraphNode) -> str:
    """Return how a node of a graph joins the nodes it reads, in words."""
    words = [f"shape {shape_text(node.shape)}"] if not node.reads else [f"reads {_numbers(node.reads)}"]
    words += [node.merge.value] if node.merge else []
    words += [f"{node.shortcut.value} shortcut"] if node.shortcut else []
    words += [f"signs {_numbers(node.signs)}"] if node.signs else []
    return ", ".join([*words, *([f"shares {node.shares}"] if node.shares is not None else [])])


def _reduced(parts: Parts, ignore: Collection[str]) -> Parts:
    """Return the parts without the ignored ones."""
    if Ignored.HEAD in ignore:
        return replace(parts, head=())
    classifiers = [at for at, layer in enumerate(parts.head) if layer.kind in WEIGHTED]
    if Ignored.CLASSES not in ignore or not classifiers:
        return parts
    start = classifiers[-1]
    last = replace(parts.head[start], out_shape=(1, *parts.head[start].out_shape[1:]), params=0)
    return replace(parts, head=(*parts.head[:start], last, *parts.head[start + 1 :]))


def _difference(place: str, left: str, right: str) -> Difference:
    return Difference(where=place, left=left, right=right)


def _in_run(place: str, left: Sequence[Layer], right: Sequence[Layer]) -> Iterator[Difference]:
    """Yield the differences of two runs of layers."""
    for pair in dict.fromkeys(layer_differences(left, right)):
        yield _difference(place, pair.left, pair.right)


def _have_other_stage_ends(left: Parts, right: Parts) -> bool:
    """Return whether two networks without blocks end their stages at other places, which changes nothing."""
    if not all(_is_plain(stage) for parts in (left, right) for stage in parts.stages):
        return False
    ends = [
        [layers[-1].out_shape[1:] for layers in map(without_shortcuts, parts.stages) if layers]
        for parts in (left, right)
    ]
    return ends[0] != ends[1]


def _shared_settings(left: Network, right: Network) -> dict[tuple[str, str], tuple[Setting, Setting]]:
    """Return the settings that all layers of an operation share in each network, but not in both.

    The key is the operation in short and the setting; there are at least two such layers in each network.
    """
    columns: list[dict[tuple[str, str], list[Setting]]] = []
    for network in (left, right):
        column: dict[tuple[str, str], list[Setting]] = {}
        for layer in walk(network):
            for name, default in defaults(layer.kind, layer.op).items():
                value = dict(layer.settings).get(name, default)
                column.setdefault((operator_name(layer), name), []).append(value)
        columns.append(column)
    before, after = columns
    return {
        key: (values[0], after[key][0])
        for key, values in before.items()
        if key in after
        and min(len(values), len(after[key])) > 1
        and len(set(values)) == len(set(after[key])) == 1
        and values[0] != after[key][0]
    }


def _in_stages(left: Parts, right: Parts) -> list[Difference]:
    result = list(_in_counts(left, right))
    units_of: dict[Pair, list[Unit]] = {}
    contents: list[Unit] = []
    for number, (before, after) in enumerate(zip(left.stages, right.stages, strict=False), 1):
        if _is_plain(before) != _is_plain(after):
            for unit in after if _is_plain(before) else before:
                contents.append(unit)
                shortcut = shortcut_words(unit.block)
                pair = ("no shortcut", shortcut) if _is_plain(before) else (shortcut, "no shortcut")
                if shortcut != "no shortcut":
                    units_of.setdefault(Pair(*pair), []).append(unit)
            result += _in_run(f"stage {number}", without_shortcuts(before), without_shortcuts(after))
            continue
        for unit, counterpart in zip(before, after, strict=False):
            contents.append(unit)
            for difference in dict.fromkeys(unit_differences(unit, counterpart)):
                units_of.setdefault(difference, []).append(
                    unit if unit.path else replace(unit, path=counterpart.path)
                )
    return [*result, *_gathered(units_of, contents, len(left.stages))]


def _is_plain(units: Sequence[Unit]) -> bool:
    """Return whether no unit is a block."""
    return not any(unit.block for unit in units)


def _in_counts(left: Parts, right: Parts) -> Iterator[Difference]:
    """Yield the difference in the number of stages, else in the number of blocks of each stage."""
    depths = [f"{', '.join(map(str, parts.counts))} blocks" for parts in (left, right)]
    if len(left.stages) != len(right.stages):
        words = []
        for parts, listed in zip((left, right), depths, strict=True):
            count = counted(len(parts.stages), literal("stage"))
            words.append(count if all(map(_is_plain, parts.stages)) else f"{count} of {listed}")
        yield _difference("stages", *words)
        return
    uneven = [
        (number, units)
        for number, units in enumerate(zip(left.stages, right.stages, strict=True), 1)
        if len(units[0]) != len(units[1]) and _is_plain(units[0]) == _is_plain(units[1])
    ]
    if len(uneven) > 2:
        yield _difference("stages", *depths)
        return
    for number, units in uneven:
        counts = [parts.counts[number - 1] for parts in (left, right)]
        sizes = counts if counts[0] != counts[1] else [len(side) for side in units]
        noun = literal("block" if sizes is counts else "part")
        yield _difference(f"stage {number}", *(counted(size, noun) for size in sizes))


def _gathered(pairs: dict[Pair, list[Unit]], contents: Sequence[Unit], stages: int) -> Iterator[Difference]:
    """Yield one difference for each pair with all its places; widths of several stages are one.

    `contents`: all units. The module of a single one is named.
    """
    gathered: list[tuple[list[Unit], str, str]] = []
    widths = {pair: units for pair, units in pairs.items() if pair.subject is Subject.WIDTH}
    if len(widths) > 1:
        at = sorted((unit for units in widths.values() for unit in units), key=lambda unit: unit.place)
        left, right = (", ".join(pair[side] for pair in widths) for side in (0, 1))
        gathered.append((at, f"width {left} by stage", f"width {right}"))
    for pair, units in pairs.items():
        if pair not in widths:
            gathered.append((units, pair.left, pair.right))
        elif len(widths) == 1:
            gathered.append((units, f"width {pair.left}", f"width {pair.right}"))
    for units, left, right in gathered:
        paths = tuple(dict.fromkeys(unit.path for unit in units if unit.path))
        is_single = len(units) == len(paths) == 1 and not _is_plain(contents)
        where = f"{_where(units, contents, stages)}{f' ({paths[0]})' if is_single else ''}"
        yield Difference(where=where, left=left, right=right, paths=paths)


def _where(items: Sequence[Unit], contents: Sequence[Unit], stages: int) -> str:
    """Return the places of units in words; in networks without blocks, the places of stages."""
    if _is_plain(contents):
        if len(items) == len(contents):
            return "all stages" if len(items) > 1 else "stage 1"
        numbers = list(dict.fromkeys(unit.place[0] for unit in items))
        return f"{'stages' if len(numbers) > 1 else 'stage'} {ranges(numbers)}"
    blocks, every = (
        list(dict.fromkeys(unit.place for unit in units if all(unit.place))) for units in (items, contents)
    )
    layers = [unit.place[0] for unit in items if unit.place[0] and not unit.place[1]]
    here = places(blocks, every, stages) or literal("the block") if blocks else NOTHING
    between = in_stages(layers, stages) if layers else NOTHING
    is_outside = any(not unit.place[0] for unit in items)
    outside = phrase(Kind.PLACE, Word.OUTSIDE_STAGES) if is_outside else NOTHING
    return Label(here, between, outside, joint=Word.AND)
