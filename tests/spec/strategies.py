"""Random valid networks for property tests.

`designs()` draws what a TOML file says, in the short form with stages; `networks()` the networks of such
designs. `written_designs()` and `written_networks()` say it layer by layer.
"""

from typing import Any

from hypothesis import reject
from hypothesis import strategies as st

from resnet_diagram.spec.check.faults import FaultError
from resnet_diagram.spec.model import Network
from resnet_diagram.spec.toml.reader import network_of

Said = dict[str, Any]

NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=12)
_COMMON = {
    "pre_activation": st.booleans(),
    "kernel": st.sampled_from([1, 3, 5]),
    "dilation": st.integers(1, 2),
    "reduction": st.sampled_from([2, 4]),
    "gate": st.sampled_from(["se", "none"]),
    "norm_groups": st.sampled_from([1, 2]),
    "norm": st.sampled_from(["batch_norm", "group_norm", "none"]),
    "activation": st.sampled_from(["relu", "silu", "gelu", "leaky_relu"]),
}
_BOTTLENECK = {
    "cardinality": st.sampled_from([1, 2, 4]),
    "base_width": st.sampled_from([32, 64, 128]),
    "stride_in": st.sampled_from(["first", "middle"]),
}


def sometimes(**keys: st.SearchStrategy[Any]) -> st.SearchStrategy[Said]:
    """A table with some of these keys."""
    return st.fixed_dictionaries({}, optional=keys)


@st.composite
def settings(draw: st.DrawFn) -> Said:
    """What is said of the blocks of a whole network."""
    block = draw(st.sampled_from(["basic", "bottleneck"]))
    shortcut = draw(st.sampled_from(["A", "B", "C", "none"]))
    said = draw(sometimes(expansion=st.sampled_from([1, 2, 4]), **_COMMON)) | {"block": block}
    said = {"reduction": 4, "norm_groups": 2} | said
    if block == "bottleneck":
        said |= draw(sometimes(**_BOTTLENECK))
    if shortcut in "BC":
        said |= draw(sometimes(pooled_projection=st.booleans()))
    return said | {"shortcut": shortcut} if shortcut != "B" or draw(st.booleans()) else said


_EVEN = st.integers(2, 6).map(lambda half: 2 * half)
_STEM_TABLES = sometimes(
    width=_EVEN | st.lists(_EVEN, min_size=1, max_size=3),
    kernel=st.sampled_from([1, 3, 7]),
    stride=st.integers(1, 2),
    pool=st.sampled_from(["max", "none"]),
)
_HEAD_TABLES = sometimes(
    pool=st.sampled_from(["avg", "max", "none"]),
    classes=st.integers(1, 20),
    classifier=st.sampled_from(["linear", "conv"]),
) | sometimes(pool=st.sampled_from(["avg", "max", "none"])).map(lambda said: said | {"classifier": "none"})
INPUTS = st.lists(st.integers(1, 4), min_size=1, max_size=1).flatmap(
    lambda channels: st.lists(st.integers(9, 40), min_size=1, max_size=3).map(lambda sizes: channels + sizes)
)


@st.composite
def designs(draw: st.DrawFn) -> Said:
    """What a TOML file says of a network with one to four stages."""
    said: Said = draw(settings()) | {"name": draw(NAMES), "input": draw(INPUTS)}
    count = draw(st.integers(1, 4))
    widths = st.lists(st.integers(2, 8).map(lambda n: 4 * n), min_size=count, max_size=count)
    said |= {
        "depths": draw(st.lists(st.integers(1, 4), min_size=count, max_size=count)),
        "widths": draw(widths),
    }
    said |= draw(sometimes(strides=st.lists(st.integers(1, 3), min_size=count, max_size=count)))
    said |= draw(
        sometimes(stem=st.sampled_from(["imagenet", "deep", "cifar"]) | _STEM_TABLES, head=_HEAD_TABLES)
    )
    said |= draw(sometimes(names=st.lists(NAMES, min_size=count, max_size=count)))
    if draw(st.booleans()):
        said["stage"] = [draw(_stage(said["block"])) for _ in range(count)]
        if draw(st.booleans()):
            del said["depths"]
            for stage in said["stage"]:
                stage.setdefault("depth", draw(st.integers(1, 3)))
    said = _with_base_width(said)
    return _growing(said) if said.get("shortcut") == "A" else said


def _with_base_width(said: Said) -> Said:
    """The same with the base width beside each cardinality: the usual one leaves narrow stages no channel."""
    stages = [
        {"base_width": 64} | stage if "cardinality" in stage else stage for stage in said.get("stage", [])
    ]
    whole = {"base_width": 64} | said if "cardinality" in said else said
    return whole | ({"stage": stages} if stages else {})


def _growing(said: Said) -> Said:
    """The same with no width smaller than the one before it: zero-padding only adds channels."""
    stages = [{key: one for key, one in stage.items() if key != "width"} for stage in said.get("stage", [])]
    stem = said.get("stem", "cifar")
    stem = "cifar" if isinstance(stem, dict) else stem
    return said | {"widths": sorted(said["widths"]), "stem": stem} | ({"stage": stages} if stages else {})


@st.composite
def _stage(draw: st.DrawFn, block: str) -> Said:
    """What is special of one stage; some of its blocks may be listed."""
    own = dict(_COMMON) if block == "basic" else _COMMON | _BOTTLENECK
    return draw(sometimes(name=NAMES, width=st.sampled_from([8, 16]), stride=st.integers(1, 2), **own))


def networks() -> st.SearchStrategy[Network]:
    """Valid networks of every sort the short form knows."""
    return designs().map(network_of)


_WORDS = st.sampled_from(["batch_norm", "layer_norm", "relu", "gelu", "dropout", "softmax"])
_KEEPING = _WORDS | st.one_of(
    sometimes(dilation=st.integers(1, 2), bias=st.booleans(), groups=st.sampled_from([1, 2, 4])).map(
        lambda said: {"op": "conv", "kernel": 3} | said
    ),
    st.sampled_from([1, 2, 4]).map(lambda reduction: {"op": "se", "reduction": reduction}),
    st.integers(1, 4).map(lambda groups: {"op": "group_norm", "groups": 2 ** (groups % 3)}),
    st.integers(0, 9).map(lambda count: {"op": "relu", "params": count}),
)
"""Layers and gates that keep a shape of a multiple of four channels."""
_RUNS = st.lists(_KEEPING, min_size=1, max_size=4)
_CHANGING = st.one_of(
    st.builds(
        lambda width, kernel, stride: {"op": "conv", "width": 4 * width, "kernel": kernel, "stride": stride},
        st.integers(1, 4),
        st.sampled_from([1, 2, 3]),
        st.integers(1, 2),
    ),
    st.just({"op": "max_pool", "kernel": 3, "stride": 2, "padding": 1}),
    st.just({"op": "avg_pool", "kernel": 2, "ceil_mode": True}),
)
_PLAIN_RUNS = st.lists(_WORDS, min_size=1, max_size=2)


def _blocks(elements: st.SearchStrategy[Any]) -> st.SearchStrategy[Said]:
    """Blocks whose arms hold such elements."""
    runs = st.lists(elements, min_size=1, max_size=3)
    residual = st.builds(lambda layers, more: {"layers": layers} | more, runs, _around())
    several = st.builds(
        lambda branches, merge: {"branches": branches, "merge": merge},
        st.lists(runs | st.just([]), min_size=2, max_size=3).filter(any),
        st.sampled_from(["add", "concat", "multiply"]),
    )
    return residual | several.filter(lambda said: said["merge"] != "concat" or len(said["branches"]) == 2)


def _around() -> st.SearchStrategy[Said]:
    """What a residual block may have beside its branch."""
    return sometimes(
        before=_PLAIN_RUNS,
        after=_PLAIN_RUNS,
        shortcut=st.just("identity") | st.just([{"op": "conv", "kernel": 1}, "batch_norm"]),
        repeat=st.integers(1, 3),
    )


_INNER = st.recursive(
    _KEEPING, lambda inner: _blocks(inner).filter(lambda said: said.get("merge") != "concat"), max_leaves=4
)
_ELEMENTS = _KEEPING | _CHANGING | _blocks(_INNER)


def written_designs() -> st.SearchStrategy[Said]:
    """What a TOML file says of a network layer by layer: stages and other elements one behind another."""
    runs = st.lists(_ELEMENTS, min_size=1, max_size=4)
    stages = st.builds(lambda name, body: {"name": name, "body": body}, NAMES, runs)
    return st.fixed_dictionaries(
        {
            "name": NAMES,
            "input": st.lists(st.integers(12, 24), min_size=1, max_size=3).map(lambda sizes: [4, *sizes]),
            "stem": st.just([]) | runs,
            "body": st.lists(stages | _ELEMENTS, min_size=1, max_size=3),
            "head": st.sampled_from([[], ["global_avg_pool", "flatten", {"op": "linear", "width": 3}]]),
        }
    )


def written_networks() -> st.SearchStrategy[Network]:
    """Valid networks of sorts the short form has no words for."""
    return written_designs().map(_network_or_reject)


def _network_or_reject(design: Said) -> Network:
    """Build the network, and reject a design whose maps become smaller than a window."""
    try:
        return network_of(design)
    except FaultError:
        reject()
