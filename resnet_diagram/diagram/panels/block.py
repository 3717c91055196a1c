"""The view `block`: one block, or each type of block, drawn open and alone."""

from collections.abc import Sequence
from dataclasses import replace

from resnet_diagram.diagram.lanes.build import lanes
from resnet_diagram.diagram.model import Panel
from resnet_diagram.diagram.options import Options
from resnet_diagram.diagram.origin import origin
from resnet_diagram.diagram.panels.block_types import BlockType, Unit, types_of
from resnet_diagram.diagram.panels.insets import insets, unit_inset
from resnet_diagram.diagram.panels.network import has_graph
from resnet_diagram.diagram.panels.overview import overview
from resnet_diagram.errors import UsageError, closest, did_you_mean
from resnet_diagram.spec.counting.places import placed
from resnet_diagram.spec.measure import in_shape, out_shape
from resnet_diagram.spec.model import Block, Network, Stage
from resnet_diagram.wording.blocks import unit_title
from resnet_diagram.wording.shapes import change_label
from resnet_diagram.wording.terms import Kind, literal, phrase
from resnet_diagram.wording.vocabulary import Word


def block_panels(network: Network, options: Options) -> tuple[Panel, ...]:
    """Return a panel of the block `options.block`, or panels of block types.

    A single block shows its sizes, a type shows symbols. Without a name, each type has a panel. Raises
    UsageError if there is no such block.
    """
    units = (
        lanes(network, options, shapes=False).units
        if has_graph(network, options)
        else overview(network, options.names)[1]
    )
    stages = len({unit.stage for unit in units if unit.stage})
    result = types_of(units)
    if not result:
        raise UsageError(f"{network.name} has no blocks; --view block draws one. Take --view full.")
    if not options.block:
        return insets(result, units, stages, replace(options, opened=range(len(result))))[0]
    if unit := _named(network, units, options.block):
        shapes = change_label(in_shape(unit.elements), out_shape(unit.elements))
        first = unit.elements[0]
        name = first.name if isinstance(first, Stage) or unit.block else ""
        title = phrase(Kind.TITLE, Word.WITH, unit_title(unit.elements), shapes)
        return (
            Panel(
                id="block",
                title=phrase(Kind.TITLE, Word.NAMED, literal(name), title) if name else title,
                content=unit_inset(unit, "block", options.show),
                origin=origin(unit.elements),
            ),
        )
    return insets(_of_type(network, result, options.block), units, stages, options)[0]


def _named(network: Network, units: Sequence[Unit], target: str) -> Unit | None:
    """Return the block by its name in the model, or by its position, such as "stage2.block1"."""
    by_place = {f"stage{unit.stage}.block{unit.number}": unit for unit in units if unit.number == unit.last}
    if target in by_place:
        return by_place[target]
    for unit in units:
        if isinstance(unit.elements[0], Stage) and unit.elements[0].name == target:
            return unit
    for element, place in placed(network):
        if isinstance(element, Block) and target in (place.path, element.name):
            return next(
                (unit for unit in units if unit.block is element),
                Unit(elements=(element,), stage=1, number=0),
            )
    return None


def _of_type(network: Network, types: Sequence[BlockType], target: str) -> list[BlockType]:
    """Return the types whose title contains all words, such as "projection bottleneck" or "bottleneck".

    Raises UsageError if there are none.
    """
    words = set(target.lower().replace("-", " ").split())
    titles = [unit_title(kind.units[0].elements).lower() for kind in types]
    pairs = zip(types, titles, strict=True)
    selection = [kind for kind, title in pairs if words <= set(title.replace("-", " ").split())]
    if selection:
        return selection
    names = [place.path for element, place in placed(network) if isinstance(element, Block)]
    hint = did_you_mean(closest(target, [*names, *titles]))
    paths = f"by its path ({names[0]!r}), its place ('stage1.block1') or its type"
    available = ", ".join(dict.fromkeys(titles))
    raise UsageError(f"{network.name} has no block {target!r}.{hint} Name one {paths}: {available}.")
