"""Build a network from a parsed spec file."""

from collections.abc import Sequence

from resnet_diagram.errors import number_of
from resnet_diagram.spec.check.faults import FaultError, within
from resnet_diagram.spec.graph import graph_inputs
from resnet_diagram.spec.model import Element, Graph, Idle, Network, Port, Shape, Stage
from resnet_diagram.spec.toml.expand.blocks import block_elements
from resnet_diagram.spec.toml.expand.chain import Chain
from resnet_diagram.spec.toml.expand.ends import build_head, build_stem, stem_of
from resnet_diagram.spec.toml.expand.settings import DEFAULTS, activation_of, block_design
from resnet_diagram.spec.toml.schema.words import SETTINGS, TomlTable, table_of

INPUT = (3, 224, 224)
FIRST_WIDTH = 64


def build(settings: TomlTable, name: str = "") -> Network:
    """Return the network described by a valid table; `name` is its default name. Raises FaultError."""
    if "body" not in settings and len(settings.get("input", INPUT)) < 2:
        raise FaultError("expected channels and at least one size, such as [3, 224, 224].", "input")
    stages = [] if "body" in settings else _stages(settings)
    shape: Shape = tuple(settings.get("input", INPUT))
    if len(shape) == 3 and shape[0] == shape[1] > shape[2] in (1, 3, 4):
        raise FaultError(
            f"{list(shape)} has {number_of('channel', shape[0])} and an image of "
            f"{shape[1]}×{shape[2]}; was it meant as "
            f"height, width, channels? Channels come first: [{shape[2]}, {shape[0]}, {shape[1]}].",
            "input",
        )
    stem = _end(settings, "stem", shape, int(stages[0]["width"]) if stages else FIRST_WIDTH)
    body = _body(settings, stages, stem.shape)
    head = _end(settings, "head", body.shape, 0)
    return Network(
        name=settings.get("name", name),
        input_shape=shape,
        stem=tuple(stem.elements),
        body=tuple(body.elements),
        head=tuple(head.elements),
        stopped_at=settings.get("stopped_at"),
        idle=tuple(Idle(name=key, params=int(count)) for key, count in settings.get("idle", {}).items()),
        inputs=_ports(settings, "inputs", (*stem.elements, *body.elements)[:1]),
        outputs=_ports(settings, "outputs", (*stem.elements, *body.elements, *head.elements)[-1:]),
    )


def _ports(settings: TomlTable, key: str, ends: Sequence[Element]) -> tuple[Port, ...]:
    """Return the named inputs of the graph at a network's start, or the outputs of the one at its end.

    Raises FaultError without a graph, and for the wrong number of names.
    """
    if key not in settings:
        return ()
    graph = ends[0] if ends else None
    if not isinstance(graph, Graph):
        raise FaultError("expected a graph there, with 'nodes'.", key)
    shapes = graph_inputs(graph)
    if key == "outputs":
        shapes = tuple(graph.nodes[n].shape for n in graph.outputs if n < len(graph.nodes))
    if len(shapes) != len(settings[key]):
        raise FaultError(f"expected {number_of('name', len(shapes))}, found {len(settings[key])}.", key)
    return tuple(Port(name=name, shape=shape) for name, shape in zip(settings[key], shapes, strict=True))


def _end(text: TomlTable, part: str, shape: Shape, width: int) -> Chain:
    """Return the stem or the head. Raises FaultError."""
    settings = DEFAULTS | text
    value = text.get(part, "imagenet" if part == "stem" else {})
    chain = Chain(shape, "", settings["norm"], activation_of(settings), settings["norm_groups"])
    pre_activation = settings["pre_activation"]
    try:
        if isinstance(value, list):
            _put_written(chain, part, value)
        elif part == "stem":
            table = stem_of(value, width) if isinstance(value, str) else value
            build_stem(chain, table, width, pre_activation=pre_activation)
        else:
            build_head(chain, value, pre_activation=pre_activation)
    except FaultError as fault:
        fault.path = fault.path if _is_common(fault) else (part, *fault.path)
        raise
    return chain


def _is_common(fault: FaultError) -> bool:
    """Return whether an error concerns settings of the whole network."""
    return bool(fault.path) and fault.path[0] in SETTINGS


def _put_written(chain: Chain, part: str, written: Sequence[str | TomlTable]) -> None:
    """Append the elements of a list of layers."""
    from resnet_diagram.spec.toml.expand.elements import put_all  # the short form has no need of it

    chain.prefix = f"{part}."
    put_all(chain, written)


def _stages(settings: TomlTable) -> list[TomlTable]:
    """Return the keys of each stage, its own and those listed for all stages."""
    argument: list[TomlTable] = settings.get("stage", [{}] * len(settings.get("depths", [])))
    common = {key: value for key, value in settings.items() if key in SETTINGS}
    items = []
    for at, left in enumerate(argument):
        stage = common | {"width": FIRST_WIDTH * 2**at, "stride": min(at, 1) + 1}
        for many, item in (
            ("depths", "depth"),
            ("widths", "width"),
            ("strides", "stride"),
            ("names", "name"),
        ):
            if many in settings:
                if len(settings[many]) != len(argument):
                    raise FaultError(
                        f"expected {len(argument)} of them, one for each stage, found {len(settings[many])}.",
                        many,
                    )
                stage[item] = settings[many][at]
        if isinstance(left.get("block"), list):
            stage["blocks"] = left["block"]
            left = {key: value for key, value in left.items() if key != "block"}
        items.append(stage | left)
    return items


def _body(settings: TomlTable, stages: Sequence[TomlTable], shape: Shape) -> Chain:
    body = Chain(shape)
    if "body" in settings:
        with within("body"):
            _put_written(body, "body", settings["body"])
    for at, stage in enumerate(stages):
        try:
            body.put(_stage(stage, f"layer{at + 1}", body.shape))
        except FaultError as fault:
            left = settings["stage"][at] if "stage" in settings else {}
            common = "stage" not in settings or (_is_common(fault) and fault.path[0] not in left)
            fault.path = fault.path if common else ("stage", at, *fault.path)
            raise
    return body


def _stage(settings: TomlTable, name: str, shape: Shape) -> Stage:
    chain = Chain(shape, f"{name}.")
    if "blocks" in settings:
        _put_listed(chain, settings)
    elif "depth" in settings:
        for _ in range(settings["depth"]):
            _put_block(chain, settings, {})
    else:
        raise FaultError("key 'depth' is missing; expected a whole number, or [[stage.block]] tables.")
    return Stage(name=settings.get("name", name), body=tuple(chain.elements))


def _put_listed(chain: Chain, settings: TomlTable) -> None:
    """Put the entries of a stage's list of blocks."""
    listed: list[str | TomlTable] = settings["blocks"]
    count = sum(entry.get("repeat", 1) for entry in listed if isinstance(entry, dict) and "op" not in entry)
    if settings.get("depth", count) != count:
        raise FaultError(
            f"expected {number_of('block', settings['depth'])}, as depth says, found {count}.", "block"
        )
    for at, item in enumerate(listed):
        with within("block", at):
            if isinstance(item, str) or table_of(item, in_stage=True) != "block":
                from resnet_diagram.spec.toml.expand.elements import put

                put(chain, item)
            else:
                for _ in range(item.get("repeat", 1)):
                    _put_block(chain, settings, item)


def _put_block(chain: Chain, stage: TomlTable, left: TomlTable) -> None:
    """Append one block of a stage; `left` holds its own settings."""
    default = {"width": stage["width"], "stride": stage["stride"] if chain.number == 0 else 1}
    settings = {key: value for key, value in stage.items() if key in SETTINGS} | default | left
    design = block_design(settings, settings["width"], settings["stride"])
    for element in block_elements(design, chain.shape, f"{chain.prefix}{chain.number}"):
        chain.put(element)
    chain.number += 1
