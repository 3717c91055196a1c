"""The stem and the head in short."""

from contextlib import suppress
from typing import Any

from resnet_diagram.spec.check.faults import FaultError
from resnet_diagram.spec.measure import out_shape
from resnet_diagram.spec.model import Layer, Network, Shape
from resnet_diagram.spec.signature import anonymous_run
from resnet_diagram.spec.toml.expand.chain import Chain
from resnet_diagram.spec.toml.expand.ends import HEAD_DEFAULTS, STEM_DEFAULTS, build_head, build_stem, stem_of
from resnet_diagram.spec.toml.schema.words import NONE, STEMS, TomlTable
from resnet_diagram.spec.toml.shorten.elements import spelled
from resnet_diagram.spec.toml.shorten.recognise import convolutions_of


def stem_entry(network: Network, common: TomlTable, width: int) -> Any:
    """Return the stem as a word, a table or a list of layers; `width` is the width of the first stage."""
    words = [word for word in STEMS if word != "deep" or width % 2 == 0]
    notations: list[tuple[Any, TomlTable]] = [(word, stem_of(word, width)) for word in words]
    table: TomlTable = {}
    if windowed := [layer for layer in convolutions_of(network.stem) if layer.kernel]:
        widths = [layer.out_shape[0] for layer in windowed]
        last = network.stem[-1]
        table = {
            "width": widths if len(widths) > 1 else widths[0],
            "kernel": windowed[0].kernel[0],
            "stride": windowed[0].stride[0],
            "pool": "max" if isinstance(last, Layer) and last.op == "max_pool" else NONE,
        }
    default = STEM_DEFAULTS | {"width": width}
    notations.append(({key: item for key, item in table.items() if default[key] != item}, table))
    for shortest, settings in notations:
        chain = _chain(network.input_shape, common)
        with suppress(FaultError):
            build_stem(chain, settings, width, pre_activation=common["pre_activation"])
            if anonymous_run(chain.elements) == anonymous_run(network.stem):
                return shortest
    return spelled(network.stem)


def head_entry(network: Network, common: TomlTable) -> Any:
    """Return the head as a table, or as a list of layers."""
    layers = [item for item in network.head if isinstance(item, Layer)]
    ops = {layer.op for layer in layers}
    pool = next((word for word in ("avg", "max") if f"global_{word}_pool" in ops), NONE)
    table: TomlTable = {"pool": pool, "classifier": NONE}
    if layers and layers[-1].op in ("linear", "flatten"):
        classifier = "linear" if layers[-1].op == "linear" else "conv"
        table = {"pool": pool, "classes": layers[-1].out_shape[-1], "classifier": classifier}
    chain = _chain(out_shape((*network.stem, *network.body)), common)
    with suppress(FaultError):
        build_head(chain, table, pre_activation=common["pre_activation"])
        if anonymous_run(chain.elements) == anonymous_run(network.head):
            return {
                key: item for key, item in table.items() if key == "classes" or HEAD_DEFAULTS[key] != item
            }
    return spelled(network.head)


def _chain(shape: Shape, common: TomlTable) -> Chain:
    return Chain(shape, "", common["norm"], common["activation"], common["norm_groups"])
