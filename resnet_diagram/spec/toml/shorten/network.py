"""Find the shortest design of a network."""

from contextlib import suppress

from resnet_diagram.errors import SpecError
from resnet_diagram.spec.check.faults import FaultError
from resnet_diagram.spec.measure import out_shape
from resnet_diagram.spec.model import Network, Stage
from resnet_diagram.spec.signature import differences, same
from resnet_diagram.spec.toml.expand.network import FIRST_WIDTH
from resnet_diagram.spec.toml.expand.settings import DEFAULTS, EXPANSIONS, default_base_width
from resnet_diagram.spec.toml.reader import network_of
from resnet_diagram.spec.toml.schema.words import NONE, SETTINGS, TomlTable
from resnet_diagram.spec.toml.shorten.elements import spelled
from resnet_diagram.spec.toml.shorten.ends import head_entry, stem_entry
from resnet_diagram.spec.toml.shorten.stage import InferredStage, common_settings

_LISTED = frozenset({"depth", "width", "stride"})
_ORDER = ("name", "depth", "width", "stride")
"""Keys that may be lists with one value per stage."""


def shortened(network: Network) -> TomlTable:
    """Return the values of a TOML file that describes the network, without the names of its parts.

    Raises FaultError, with the first difference, if there is no such file; SpecError if the network is
    inconsistent.
    """
    designed = _designed(network)
    if designed is not None:
        with suppress(FaultError, SpecError):
            if same(network_of(designed), network):
                return designed
    designed = {
        **_opening(network),
        "stem": spelled(network.stem),
        "body": spelled(network.body),
        "head": spelled(network.head),
    }
    result = network_of(designed)
    if not same(result, network):
        raise FaultError(f"{differences(result, network)[0]}.")
    return designed


def is_short(settings: TomlTable) -> bool:
    """Return whether no block of a design is written layer by layer."""
    stages = settings.get("stage", [])
    blocks = [item for stage in stages if isinstance(stage.get("block"), list) for item in stage["block"]]
    return "body" not in settings and not any(
        {"op", "body", "nodes", "layers", "branches"} & block.keys() for block in blocks
    )


def _opening(network: Network) -> TomlTable:
    name = {"name": network.name} if network.name else {}
    stopped = {} if network.stopped_at is None else {"stopped_at": network.stopped_at}
    ports = {key: [port.name for port in getattr(network, key)] for key in ("inputs", "outputs")}
    ports_named: TomlTable = {key: names for key, names in ports.items() if names}
    if network.idle:
        ports_named["idle"] = {module.name: module.params for module in network.idle}
    return {**name, "input": list(network.input_shape), **ports_named, **stopped}


def _designed(network: Network) -> TomlTable | None:
    """Return the network as a design with stages; None if the body has other elements."""
    stages = [InferredStage.of(stage) for stage in network.body if isinstance(stage, Stage) and stage.body]
    if not stages or len(stages) < len(network.body):
        return None
    visited = [item for stage in stages for item in stage.inferred]
    common = common_settings(visited)
    tables = [stage.table(common) for stage in stages]
    if [table.get("name") for table in tables] == [f"layer{at}" for at in range(1, len(tables) + 1)]:
        tables = [{key: entry for key, entry in table.items() if key != "name"} for table in tables]
    common, tables = _expanded(common, tables, out_shape(network.stem)[0] if network.stem else 0)
    settings = _settings(common) if visited else {}
    block = {key: settings.pop(key) for key in ("block",) if key in settings}
    stem = stem_entry(network, common, tables[0].get("width", FIRST_WIDTH))
    return {
        **_opening(network),
        "stem": stem,
        **block,
        **_stages(tables),
        **settings,
        "head": head_entry(network, common),
    }


def _expanded(common: TomlTable, tables: list[TomlTable], entering: int) -> tuple[TomlTable, list[TomlTable]]:
    """Express a larger base width by a smaller expansion if the first width then equals the stem's."""
    factor = common["base_width"] // DEFAULTS["base_width"]
    default = (common["cardinality"], common["expansion"]) == (1, EXPANSIONS["bottleneck"])
    simple = default and all(table.keys() <= {*_ORDER} for table in tables)
    if factor not in (2, 4) or not simple or tables[0]["width"] * factor != entering:
        return common, tables
    narrower = {"base_width": DEFAULTS["base_width"], "expansion": common["expansion"] // factor}
    return common | narrower, [table | {"width": table["width"] * factor} for table in tables]


def _settings(common: TomlTable) -> TomlTable:
    """Return the settings to write: those that differ from the default, and a few that are always written."""
    default = DEFAULTS | {"expansion": EXPANSIONS[common["block"]]}
    default["base_width"] = default_base_width(common["cardinality"])
    if common["block"] == "basic":
        default["stride_in"] = common["stride_in"]
    always = ["block", "shortcut"]
    always += ["stride_in"] if common["block"] == "bottleneck" else []
    always += ["reduction"] if common["gate"] != NONE else []
    return {
        key: common[key]
        for key in SETTINGS
        if (key in always or common[key] != default[key])
        and not (key == "reduction" and common["gate"] == NONE)
    }


def _stages(tables: list[TomlTable]) -> TomlTable:
    """Return names, depths, widths and strides as lists if that is all; else a table for each stage."""
    default = [min(at, 1) + 1 for at in range(len(tables))]
    keys = {frozenset(table) for table in tables}
    if keys <= {_LISTED} or keys <= {_LISTED | {"name"}}:
        entries = {f"{key}s": [table[key] for table in tables] for key in _ORDER if key in tables[0]}
        return {key: value for key, value in entries.items() if (key, value) != ("strides", default)}
    for table, stride in zip(tables, default, strict=True):
        if table.get("stride") == stride:
            del table["stride"]
    return {"stage": tables}
