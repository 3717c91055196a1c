"""Legend notes on modules that run several times, or whose parameters are not drawn."""

from collections import Counter
from collections.abc import Sequence

from resnet_diagram.diagram.model import Content, Dag, Inset
from resnet_diagram.diagram.walk import content_items, nodes
from resnet_diagram.spec.counting.sharing import shared_modules
from resnet_diagram.spec.measure import walk
from resnet_diagram.spec.model import Network
from resnet_diagram.spec.paths import outer_paths, with_outer
from resnet_diagram.spec.settings import INPUT, setting
from resnet_diagram.wording.contents import modules_note, shared_notes
from resnet_diagram.wording.counts import counted
from resnet_diagram.wording.terms import Kind, Label, literal, phrase
from resnet_diagram.wording.vocabulary import Word


def run_notes(network: Network, drawings: Sequence[Content] = ()) -> tuple[Label, ...]:
    """Return notes on modules that run several times, and on undrawn modules with parameters.

    For drawings of blocks alone, only modules inside the blocks count. Boxes of graphs in lanes name shared
    modules themselves.
    """
    if drawings and all(isinstance(content, Inset) for content in drawings):
        boxes = (node for content in drawings for node in nodes(content_items(content)))
        around = {path for box in boxes for inner in box.origin.paths for path in with_outer(inner)}
        return shared_notes((name, count) for name, count in shared_modules(network) if name in around)
    in_lanes = any(isinstance(content, Dag) for content in drawings)
    shared = shared_notes(shared_modules(network, in_graphs=not in_lanes))
    # Inputs that join inside layers, such as the time step of a diffusion model.
    layers = (layer for layer in walk(network, repeats=False) if layer.settings)
    joined = Counter(filter(None, (str(setting(layer, INPUT) or "") for layer in layers)))
    layer = phrase(Kind.OPERATOR, Word.LAYER)
    notes = [
        phrase(Kind.LEGEND, Word.ANOTHER_INPUT, literal(name), counted(count, layer))
        for name, count in joined.items()
    ]
    return (*notes, *shared, *idle_notes(network))


def idle_notes(network: Network) -> tuple[Label, ...]:
    """Return a note on modules that are not drawn; of those within each other on the outermost."""
    if not network.idle:
        return ()
    running = {path for layer in walk(network) for path in with_outer(layer.name)}
    unused = dict.fromkeys(
        next((path for path in outer_paths(module.name) if path not in running), module.name)
        for module in network.idle
    )
    return modules_note(Word.NOT_ON_THE_WAY, [literal(path) for path in unused])
