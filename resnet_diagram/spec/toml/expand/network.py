"""From what a file says to the network."""

from collections.abc import Sequence
from typing import Any

from resnet_diagram.spec.model import Network, Shape, Stage
from resnet_diagram.spec.toml.expand.blocks import block_elements
from resnet_diagram.spec.toml.expand.chain import Chain
from resnet_diagram.spec.toml.expand.ends import build_head, build_stem, stem_of
from resnet_diagram.spec.toml.expand.settings import DEFAULTS, block_design
from resnet_diagram.spec.toml.schema.faults import DesignError
from resnet_diagram.spec.toml.schema.words import SETTINGS, table_of

Said = dict[str, Any]

INPUT = (3, 224, 224)
FIRST_WIDTH = 64


def build(said: Said, name: str = "") -> Network:
    """The network a valid table describes. `name` where it has none. Raises DesignError."""
    if "body" not in said and len(said.get("input", INPUT)) < 2:
        raise DesignError("expected channels and at least one size, such as [3, 224, 224].", "input")
    stages = [] if "body" in said else _stages(said)
    shape: Shape = tuple(said.get("input", INPUT))
    stem = _end(said, "stem", shape, _first_width(said, stages))
    body = _body(said, stages, stem.shape)
    head = _end(said, "head", body.shape, 0)
    return Network(
        name=said.get("name", name),
        input_shape=shape,
        stem=tuple(stem.elements),
        body=tuple(body.elements),
        head=tuple(head.elements),
        stopped_at=said.get("stopped_at"),
    )


def _end(said: Said, part: str, shape: Shape, width: int) -> Chain:
    """The stem or the head."""
    settings = DEFAULTS | said
    given = said.get(part, "imagenet" if part == "stem" else {})
    chain = Chain(shape, "", settings["norm"], settings["activation"], settings["norm_groups"])
    pre_activation = settings["pre_activation"]
    try:
        if isinstance(given, list):
            _put_written(chain, part, given)
        elif part == "stem":
            table = stem_of(given, width) if isinstance(given, str) else given
            build_stem(chain, table, width, pre_activation=pre_activation)
        else:
            build_head(chain, given, pre_activation=pre_activation)
    except DesignError as fault:
        raise fault if _is_common(fault) else fault.within(part) from None
    return chain


def _is_common(fault: DesignError) -> bool:
    """Whether a fault lies in what is said of the whole network."""
    return bool(fault.path) and fault.path[0] in SETTINGS


def _put_written(chain: Chain, part: str, written: Sequence[str | Said]) -> None:
    """Put what is written layer by layer."""
    from resnet_diagram.spec.toml.expand.elements import put_all  # the short form has no need of it

    chain.prefix = f"{part}."
    put_all(chain, written)


def _first_width(said: Said, stages: Sequence[Said]) -> int:
    """The width of the first stage, which the stem shares."""
    return int(stages[0]["width"]) if stages else FIRST_WIDTH


def _stages(said: Said) -> list[dict[str, Any]]:
    """What is said of each stage, by itself and by the lists for all of them."""
    given: list[Said] = said.get("stage", [{}] * len(said.get("depths", [])))
    common = {key: value for key, value in said.items() if key in SETTINGS}
    found = []
    for at, own in enumerate(given):
        stage = common | {"width": FIRST_WIDTH * 2**at, "stride": min(at, 1) + 1}
        for many, one in (("depths", "depth"), ("widths", "width"), ("strides", "stride"), ("names", "name")):
            if many in said:
                if len(said[many]) != len(given):
                    raise DesignError(
                        f"expected {len(given)} of them, one for each stage, found {len(said[many])}.", many
                    )
                stage[one] = said[many][at]
        if isinstance(own.get("block"), list):
            stage["blocks"] = own["block"]
            own = {key: value for key, value in own.items() if key != "block"}
        found.append(stage | own)
    return found


def _body(said: Said, stages: Sequence[Said], shape: Shape) -> Chain:
    body = Chain(shape)
    if "body" in said:
        try:
            _put_written(body, "body", said["body"])
        except DesignError as fault:
            raise fault.within("body") from None
    for at, stage in enumerate(stages):
        try:
            body.put(_stage(stage, f"layer{at + 1}", body.shape))
        except DesignError as fault:
            own = said["stage"][at] if "stage" in said else {}
            common = "stage" not in said or (_is_common(fault) and fault.path[0] not in own)
            raise fault if common else fault.within("stage", at) from None
    return body


def _stage(said: Said, name: str, shape: Shape) -> Stage:
    chain = Chain(shape, f"{name}.")
    if "blocks" in said:
        _put_listed(chain, said)
    elif "depth" in said:
        for _ in range(said["depth"]):
            _put_block(chain, said, {})
    else:
        raise DesignError("key 'depth' is missing; expected a whole number, or [[stage.block]] tables.")
    return Stage(name=said.get("name", name), body=tuple(chain.elements))


def _put_listed(chain: Chain, said: Said) -> None:
    """Put the entries of a stage's list of blocks."""
    listed: list[str | Said] = said["blocks"]
    count = sum(one.get("repeat", 1) for one in listed if isinstance(one, dict) and "op" not in one)
    if said.get("depth", count) != count:
        raise DesignError(f"expected {said['depth']} blocks, as depth says, found {count}.", "block")
    for at, one in enumerate(listed):
        try:
            _put_entry(chain, said, one)
        except DesignError as fault:
            raise fault.within("block", at) from None


def _put_entry(chain: Chain, stage: Said, one: str | Said) -> None:
    if isinstance(one, str) or table_of(one, in_stage=True) != "block":
        from resnet_diagram.spec.toml.expand.elements import put

        put(chain, one)
    else:
        for _ in range(one.get("repeat", 1)):
            _put_block(chain, stage, one)


def _put_block(chain: Chain, stage: Said, own: Said) -> None:
    """Put one block of a stage; `own` is what is said of it alone."""
    usual = {"width": stage["width"], "stride": stage["stride"] if chain.number == 0 else 1}
    said = {key: value for key, value in stage.items() if key in SETTINGS} | usual | own
    design = block_design(said, said["width"], said["stride"])
    for element in block_elements(design, chain.shape, f"{chain.prefix}{chain.number}"):
        chain.put(element)
    chain.number += 1
