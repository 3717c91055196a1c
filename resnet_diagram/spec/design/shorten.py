"""From a network to the shortest design that makes it again."""

from typing import Any

from resnet_diagram.spec.compare import differences, same
from resnet_diagram.spec.design.build import FIRST_WIDTH, build
from resnet_diagram.spec.design.faults import DesignError
from resnet_diagram.spec.design.reader import network_of
from resnet_diagram.spec.design.settings import DEFAULTS, EXPANSIONS
from resnet_diagram.spec.design.shorten_ends import head_said, stem_said
from resnet_diagram.spec.design.shorten_stage import SeenStage, common_settings
from resnet_diagram.spec.design.spell import spelled
from resnet_diagram.spec.design.words import NONE, SETTINGS
from resnet_diagram.spec.model import Network, Stage

Said = dict[str, Any]


def shortened(network: Network) -> Said:
    """The values of a TOML file that make the network again, names aside.

    Raises DesignError, with the first difference, where none does.
    """
    said = _designed(network)
    if said is None or not _makes(said, network):
        said = _written(network)
    made = network_of(said)
    if not same(made, network):
        raise DesignError(f"{differences(made, network)[0]}.")
    return said


def _makes(said: Said, network: Network) -> bool:
    try:
        return same(build(said), network)
    except DesignError:
        return False


def is_short(said: Said) -> bool:
    """Whether no block of a design is written layer by layer."""
    stages = said.get("stage", [])
    blocks = [one for stage in stages if isinstance(stage.get("block"), list) for one in stage["block"]]
    return "body" not in said and not any({"op", "body", "layers", "branches"} & one.keys() for one in blocks)


def _written(network: Network) -> Said:
    """Everything layer by layer."""
    return {
        **_opening(network),
        "stem": spelled(network.stem),
        "body": spelled(network.body),
        "head": spelled(network.head),
    }


def _opening(network: Network) -> Said:
    name = {"name": network.name} if network.name else {}
    return name | {"input": list(network.input_shape)}


def _designed(network: Network) -> Said | None:
    """A design with stages; None where the body has other elements."""
    stages = [SeenStage.of(stage) for stage in network.body if isinstance(stage, Stage) and stage.body]
    if not stages or len(stages) < len(network.body):
        return None
    seen = [one for stage in stages for one in stage.seen]
    common = common_settings(seen)
    tables = [stage.table(common) for stage in stages]
    for at, table in enumerate(tables):
        if table.get("name") == f"layer{at + 1}":
            del table["name"]
    settings = _settings(common) if seen else {}
    block = {key: settings.pop(key) for key in ("block",) if key in settings}
    stem = stem_said(network, common, tables[0].get("width", FIRST_WIDTH))
    return {
        **_opening(network),
        "stem": stem,
        **block,
        **_stages(tables),
        **settings,
        "head": head_said(network, common),
    }


def _settings(common: Said) -> Said:
    """The settings worth saying: those that differ from what is understood, and those a reader looks for."""
    usual = DEFAULTS | {"expansion": EXPANSIONS[common["block"]]}
    if common["block"] == "basic":
        usual["stride_in"] = common["stride_in"]
    always = ["block", "shortcut"]
    always += ["stride_in"] if common["block"] == "bottleneck" else []
    always += ["reduction"] if common["gate"] != NONE else []
    return {
        key: common[key]
        for key in SETTINGS
        if (key in always or common[key] != usual[key])
        and not (key == "reduction" and common["gate"] == NONE)
    }


def _stages(tables: list[Said]) -> Said:
    """Depths, widths and strides as lists where nothing else is special; else a table for each stage."""
    strides = [table.get("stride") for table in tables]
    usual = [min(at, 1) + 1 for at in range(len(tables))]
    if all(table.keys() == {"depth", "width", "stride"} for table in tables):
        found: Said = {
            "depths": [table["depth"] for table in tables],
            "widths": [table["width"] for table in tables],
        }
        return found if strides == usual else found | {"strides": strides}
    for table, stride in zip(tables, usual, strict=True):
        if table.get("stride") == stride:
            del table["stride"]
    return {"stage": tables}
