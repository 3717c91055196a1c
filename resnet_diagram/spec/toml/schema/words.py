"""The words of the TOML format, and the recognition of tables by their keys."""

from collections.abc import Mapping
from typing import Any

TomlTable = dict[str, Any]
"""A table of a spec file."""

Written = str | TomlTable
"""An element of a list of layers: an operation as a word, or a table."""

NONE = "none"
STEMS = ("imagenet", "deep", "cifar")
NORMS = ("batch_norm", "group_norm")
ACTIVATIONS = tuple("relu relu6 leaky_relu elu silu gelu mish hardswish tanh sigmoid".split())
SYNONYMS = {"swish": "silu"}
"""Other names of activations."""
PLAIN_OPS = (
    *("batch_norm", "layer_norm", "instance_norm"),
    *ACTIVATIONS,
    *SYNONYMS,
    *("softmax", "dropout", "flatten", "global_avg_pool", "global_max_pool"),
)
"""Operations that need no more than their name."""
GATE = "se"
WORD_OPS = (*PLAIN_OPS, "group_norm", GATE)
"""Operations that may be written as a word."""

OPS = {
    "convolution": ("conv",),
    "linear": ("linear",),
    "pooling": ("max_pool", "avg_pool"),
    "zero padding": ("zero_pad",),
    "subsampling": ("subsample",),
    "group norm": ("group_norm",),
    "gate": (GATE,),
    "plain layer": PLAIN_OPS,
}
"""The operations each table describes; "any layer" describes all others."""
TABLE_OF_OP = {op: name for name, ops in OPS.items() for op in ops}

SETTINGS = (
    *("block", "pre_activation", "expansion", "cardinality", "base_width", "kernel", "dilation", "stride_in"),
    *("shortcut", "pooled_projection", "gate", "reduction", "norm", "norm_groups", "activation"),
)
"""Block settings: for the network, a stage, or one block."""


def table_of(value: Mapping[str, object], *, in_stage: bool = False) -> str:
    """Return the kind of table, from the keys that only one kind has.

    `in_stage`: directly in a stage, where a table without such a key is a "block". "" where an operation is
    given that is not known.
    """
    if "op" in value:
        return "any layer" if "kind" in value else TABLE_OF_OP.get(str(value["op"]), "")
    if "nodes" in value:
        return "written graph"
    if "body" in value:
        return "written stage"
    return "block" if in_stage and not {"layers", "branches"} & value.keys() else "written block"
