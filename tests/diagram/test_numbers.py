"""Each number in a drawing is true of every block it is printed for."""

import re
from collections.abc import Iterator
from functools import cache

import pytest

from resnet_diagram.diagram.model import WHOLE, Frame, Node, Panel
from resnet_diagram.diagram.options import Options
from resnet_diagram.diagram.panels.network import has_graph
from resnet_diagram.diagram.panels.network import panels as panels_of
from resnet_diagram.diagram.walk import content_items, nodes, overviews
from resnet_diagram.spec import catalog
from resnet_diagram.spec.measure import walk
from resnet_diagram.spec.model import Layer, Network
from resnet_diagram.spec.traits import WEIGHTED
from resnet_diagram.wording.terms import Label, literal
from tests.published import ALL, published, published_names

CATALOG = ["resnet50", "seresnet50", "resnet50d", "resnext50_32x4d", "preact-resnet164"]
NAMES = [*(f"catalog/{name}" for name in (catalog.names() if ALL else CATALOG)), *published_names()]
SIZED = re.compile(r"^(?:(?P<kernel>[\d×]+) )?[\w ]*(?:conv|fc)\b, (?P<sizes>.+)$")
REDUCTION = re.compile(r"^r(?P<sign>[=≈])(?P<least>[\d.]+)(?:–(?P<most>[\d.]+))?$")
SYMBOL = re.compile(r"(?P<times>\d*)(?P<symbol>C′?)(?:/(?P<part>\d+))?")


def network_of(name: str) -> Network:
    library, _, model = name.partition("/")
    return catalog.network(model) if library == "catalog" else published(name)


class Layers:
    """The layers of a network by path, and the values of the symbols in the frames of their stages."""

    def __init__(self, network: Network, panels: tuple[Panel, ...]) -> None:
        self.is_graph = has_graph(network, Options())
        self.of_path: dict[str, list[Layer]] = {}
        for layer in walk(network):
            self.of_path.setdefault(layer.name, []).append(layer)
        frames = [frame for panel in panels for strip in overviews(panel.content) for frame in strip.frames]
        self.frames = [frame for frame in frames if frame.role]

    def of(self, node: Node) -> list[Layer]:
        """Return the weighted layers of a node, but for those of a module that runs several."""
        several = [self.of_path.get(path, []) for path in node.origin.paths]
        weighted = [[layer for layer in layers if layer.kind in WEIGHTED] for layers in several]
        return [layers[0] for layers in weighted if len(layers) == 1]

    @cache  # noqa: B019
    def values(self, frame: Frame, symbol: str) -> tuple[int, ...] | None:
        """Return the values of a symbol in a frame; None where they are not listed in full."""
        found = [re.search(rf"(?:^|[,;=] ){symbol}(?: = C′)? = ([\d, …–]+)", note) for note in frame.notes]
        texts = [match[1] for match in found if match]
        return (
            None
            if set("…–") & set("".join(texts))
            else tuple(int(n) for text in texts for n in re.findall(r"\d+", text))
        )


def faults(network: Network) -> Iterator[str]:
    """Yield the numbers that are false of a layer they are printed for."""
    panels = panels_of(network, literal(network.name), Options(), with_insets=True)
    layers = Layers(network, panels)
    for panel in panels:
        if panel.id != WHOLE and "sizes of" not in panel.title:
            for node in nodes(content_items(panel.content)):
                yield from (f"{panel.title}: {fault}" for fault in false_reductions(node, layers))
                lines = [line for line in node.lines if SIZED.match(line)]
                for line in lines if len(lines) == 1 else ():  # else a line for each layer
                    yield from (
                        f"{panel.title}: {fault}" for fault in false_of(line, layers.of(node), layers)
                    )


def false_reductions(node: Node, layers: Layers) -> Iterator[str]:
    """Yield the reduction of a gate that is not that of all gates it is printed for."""
    ends = [(layer.in_shape[0], layer.out_shape[0]) for layer in layers.of(node)]
    ratios = sorted({max(pair) / min(pair) for pair in ends})
    for match in filter(None, map(REDUCTION.match, node.lines)):
        printed = [float(match["least"]), float(match["most"] or match["least"])]
        found = ratios if match["sign"] == "=" else [float(round(ratio)) for ratio in ratios]
        if ratios and printed != [found[0], found[-1]]:
            yield f"{match[0]} is said of reductions {ratios}"


def false_of(line: Label, mains: list[Layer], layers: Layers) -> Iterator[str]:
    """Yield what a line says of some layers that is not so."""
    match = SIZED.match(line)
    if not match or not mains:
        return
    words = match["sizes"].split(", ")
    kernels = {"×".join(map(str, layer.kernel)) for layer in mains}
    if match["kernel"] and kernels != {match["kernel"]}:
        yield f"{line} is said of kernels {sorted(kernels)}"
    strides = {"×".join(dict.fromkeys(map(str, layer.stride))) or "1" for layer in mains}
    printed = [word[2:] for word in words if re.fullmatch(r"s=[\d×]+", word)] or ["1"]
    if (
        "s" not in words
        and strides != {*printed}
        and strides != {"×".join(dict.fromkeys(printed[0].split("×")))}
    ):
        yield f"{line} is said of strides {sorted(strides)}"
    yield from false_channels(line, words[0], mains, layers)


def false_channels(line: Label, word: str, mains: list[Layer], layers: Layers) -> Iterator[str]:
    counts = sorted({layer.out_shape[0] for layer in mains})
    if word.isdigit() and counts != [int(word)]:
        yield f"{line} is said of channels {counts}"
    elif bounds := re.fullmatch(r"(\d+)–(\d+)", word):
        if (counts[0], counts[-1]) != (int(bounds[1]), int(bounds[2])):
            yield f"{line} is said of channels {counts}"
    elif symbol := SYMBOL.fullmatch(word):
        times, part = int(symbol["times"] or 1), int(symbol["part"] or 1)
        listed = [layers.values(frame, symbol["symbol"]) for frame in layers.frames]
        if None not in listed and not layers.is_graph:
            values = {value * times // part for found in listed if found for value in found}
            if not values.issuperset(counts):
                yield f"{line} is said of channels {counts}; the frames give {sorted(values)}"


@pytest.mark.parametrize("name", NAMES)
def test_each_number_is_true_of_every_block_it_is_printed_for(name: str) -> None:
    assert list(faults(network_of(name))) == []


def test_a_false_number_is_found() -> None:
    network = catalog.network("resnet18")
    layers = Layers(network, panels_of(network, literal(""), Options(), with_insets=True))
    mains = [layer for layer in walk(network) if layer.name in ("layer1.0.conv1", "layer2.0.conv1")]
    for text in ("3×3 conv, 64", "3×3 conv, 64–96", "3×3 conv, 2C", "5×5 conv, C, s", "3×3 conv, C, s=2"):
        assert list(false_of(literal(text), mains, layers)), text
    assert not list(false_of(literal("3×3 conv, C, s"), mains, layers))
