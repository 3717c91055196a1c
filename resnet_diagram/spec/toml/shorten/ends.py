"""The stem and the head in short."""

from collections.abc import Iterator, Sequence
from typing import Any

from resnet_diagram.spec.measure import out_shape
from resnet_diagram.spec.model import Element, Layer, LayerKind, Network, Shape
from resnet_diagram.spec.signature import anonymous_run
from resnet_diagram.spec.toml.expand.chain import Chain
from resnet_diagram.spec.toml.expand.ends import HEAD_DEFAULTS, STEM_DEFAULTS, build_head, build_stem, stem_of
from resnet_diagram.spec.toml.schema.faults import DesignError
from resnet_diagram.spec.toml.schema.words import NONE, STEMS
from resnet_diagram.spec.toml.shorten.elements import spelled

Said = dict[str, Any]


def stem_said(network: Network, common: Said, width: int) -> Any:
    """Return the stem as a word, a table or a list of layers; `width` is the width of the first stage."""
    for shortened, settings in _stems(network.stem, width):
        chain = _chain(network.input_shape, common)
        try:
            build_stem(chain, settings, width, pre_activation=common["pre_activation"])
        except DesignError:
            continue
        if anonymous_run(chain.elements) == anonymous_run(network.stem):
            return shortened
    return spelled(network.stem)


def _stems(stem: Sequence[Element], width: int) -> Iterator[tuple[Any, Said]]:
    """Yield the possible notations of a stem, shortest first."""
    for word in STEMS:
        if word != "deep" or width % 2 == 0:
            yield word, stem_of(word, width)
    table = _stem_table(stem)
    default = STEM_DEFAULTS | {"width": width}
    yield {key: item for key, item in table.items() if default[key] != item}, table


def _stem_table(stem: Sequence[Element]) -> Said:
    convolutions = [
        item for item in stem if isinstance(item, Layer) and item.kind is LayerKind.CONV and item.kernel
    ]
    if not convolutions:
        return {}
    widths = [convolution.out_shape[0] for convolution in convolutions]
    last = stem[-1]
    return {
        "width": widths if len(widths) > 1 else widths[0],
        "kernel": convolutions[0].kernel[0],
        "stride": convolutions[0].stride[0],
        "pool": "max" if isinstance(last, Layer) and last.op == "max_pool" else NONE,
    }


def head_said(network: Network, common: Said) -> Any:
    """Return the head as a table, or as a list of layers."""
    head_table = _head_table(network.head)
    chain = _chain(out_shape((*network.stem, *network.body)), common)
    try:
        build_head(chain, head_table, pre_activation=common["pre_activation"])
    except DesignError:
        return spelled(network.head)
    if anonymous_run(chain.elements) != anonymous_run(network.head):
        return spelled(network.head)
    return {key: item for key, item in head_table.items() if key == "classes" or HEAD_DEFAULTS[key] != item}


def _head_table(head: Sequence[Element]) -> Said:
    layers = [item for item in head if isinstance(item, Layer)]
    ops = {layer.op for layer in layers}
    pool = next((word for word in ("avg", "max") if f"global_{word}_pool" in ops), NONE)
    if layers and layers[-1].op in ("linear", "flatten"):
        classifier = "linear" if layers[-1].op == "linear" else "conv"
        return {"pool": pool, "classes": layers[-1].out_shape[-1], "classifier": classifier}
    return {"pool": pool, "classifier": NONE}


def _chain(shape: Shape, common: Said) -> Chain:
    return Chain(shape, "", common["norm"], common["activation"], common["norm_groups"])
