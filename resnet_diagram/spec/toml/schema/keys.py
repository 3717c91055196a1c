"""Every key of the TOML format, with its allowed values and its meaning.

The reader, the JSON Schema and the writer all follow this table.
"""

from resnet_diagram.dataclass import dataclass
from resnet_diagram.spec.model import LayerKind, Merge, ShortcutKind
from resnet_diagram.spec.toml.schema.types import (
    Either,
    Elements,
    Many,
    Plain,
    Sizes,
    Table,
    Type,
    Whole,
    Word,
)
from resnet_diagram.spec.toml.schema.words import ACTIVATIONS, NONE, NORMS, OPS, STEMS, SYNONYMS


@dataclass(frozen=True, slots=True)
class Key:
    """Type and meaning of a key."""

    type: Type
    means: str
    required: bool = False


Keys = dict[str, Key]

_LAYERS = (
    "convolution",
    "linear",
    "pooling",
    "zero padding",
    "subsampling",
    "group norm",
    "plain layer",
    "any layer",
)
LAYERS = Elements(_LAYERS)
_ELEMENTS = (*_LAYERS, "gate", "written block", "written stage", "written graph")
ELEMENTS = Elements(_ELEMENTS)
SOME_ELEMENTS = Elements(_ELEMENTS, 1)

SETTING_KEYS: Keys = {
    "block": Key(Word(("basic", "bottleneck")), "Two k×k convolutions, or 1×1, k×k, 1×1. Default: basic."),
    "pre_activation": Key(Plain.FLAG, "Norm and activation before each convolution. Default: false."),
    "expansion": Key(
        Whole(), "Channels a block yields for each one of its width. Default: bottleneck 4, basic 1."
    ),
    "cardinality": Key(Whole(), "Groups of a bottleneck's k×k convolution. Default: 1."),
    "base_width": Key(
        Whole(), "Channels of a group in a bottleneck of width 64, and in proportion elsewhere. Default: 64."
    ),
    "kernel": Key(Whole(odd=True), "Kernel of the wide convolutions. Default: 3."),
    "dilation": Key(Whole(), "Dilation of the wide convolutions. Default: 1."),
    "stride_in": Key(
        Word(("first", "middle")),
        "Which convolution of a bottleneck strides: the first 1×1 (v1) or the k×k (v1.5). Default: middle.",
    ),
    "shortcut": Key(
        Word(("A", "B", "C", NONE)),
        "A: zero-padding where sizes differ. B: projection where sizes differ. C: projection everywhere. "
        "none: a plain network. Default: B.",
    ),
    "pooled_projection": Key(
        Plain.FLAG,
        "Projections that change the resolution average-pool before their convolution. Default: false.",
    ),
    "gate": Key(Word(("se", NONE)), "se: squeeze-and-excitation at the end of the branch. Default: none."),
    "reduction": Key(Whole(), "Reduction of the gate. Default: 16."),
    "norm": Key(
        Word((*NORMS, NONE)), "The normalisation; with none, convolutions have a bias. Default: batch_norm."
    ),
    "norm_groups": Key(Whole(), "Groups of a group_norm. Default: 32."),
    "activation": Key(Word((*ACTIVATIONS, *SYNONYMS)), "The activation; swish is silu. Default: relu."),
}
"""Keys of block settings, one for each of `SETTINGS`."""

_WINDOW: Keys = {
    "stride": Key(Sizes(), "Step. Default: 1; of a pooling its kernel."),
    "padding": Key(Sizes(least=0), "Padding. Default: keeps the size at stride 1; 0 for poolings."),
}
_COUNTS: Keys = {
    "params": Key(
        Whole(least=0), "Parameters, where they are not the usual ones (0: shared with an earlier layer)."
    ),
    "macs": Key(Whole(least=0), "Multiply-accumulates, where they are not the usual ones."),
}
_SETTINGS: Keys = {
    "settings": Key(
        Plain.SETTINGS,
        "Settings of the operation other than PyTorch's defaults, such as { eps = 0.001 }; `dropout` is the "
        "rate of a dropout behind it.",
    )
}
_REPEAT: Keys = {"repeat": Key(Whole(), "How many such blocks follow each other. Default: 1.")}


def _op(table: str) -> Keys:
    return {"op": Key(Word(OPS[table]), "The operation.", required=True)}


TABLES: dict[str, Keys] = {
    "network": {
        "name": Key(Plain.TEXT, "The network's name. Default: the file's name."),
        "input": Key(
            Many(Whole()), "Channels, then the size in each spatial dimension. Default: [3, 224, 224]."
        ),
        "inputs": Key(Many(Plain.TEXT), "Names of the inputs of the graph that begins the body."),
        "outputs": Key(Many(Plain.TEXT), "Names of the outputs of the graph that ends the network."),
        "idle": Key(Plain.SETTINGS, "Parameters of the modules that lead to no output, by name."),
        "stopped_at": Key(Plain.TEXT, "Path of the module in which a forward failed; the rest is missing."),
        **SETTING_KEYS,
        "depths": Key(Many(Whole()), "Blocks of each stage."),
        "widths": Key(Many(Whole()), "Width of each stage. Default: 64, then twice the one before."),
        "names": Key(Many(Plain.TEXT), "Name of each stage. Default: layer1, layer2, …"),
        "strides": Key(Many(Whole()), "Stride of each stage, in its first block. Default: 1, then 2."),
        "stem": Key(
            Either((Word(STEMS), Table("stem"), ELEMENTS)),
            "Layers before the first stage: a word, a table, or a list of layers. Default: imagenet.",
        ),
        "stage": Key(Many(Table("stage")), "One table for each stage, with its own settings."),
        "body": Key(SOME_ELEMENTS, "The body layer by layer, instead of stages."),
        "head": Key(Either((Table("head"), ELEMENTS)), "What follows: a table, or a list of layers."),
    },
    "stem": {
        "width": Key(
            Either((Whole(), Many(Whole()))),
            "Channels of the convolution; a list makes several. Default: the first stage's width.",
        ),
        "kernel": Key(Whole(odd=True), "Kernel of the convolutions. Default: 7."),
        "stride": Key(Whole(), "Stride of the first convolution. Default: 2."),
        "pool": Key(Word(("max", NONE)), "max: 3×3 max pooling, stride 2, at the end. Default: max."),
    },
    "head": {
        "pool": Key(Word(("avg", "max", NONE)), "Global pooling. Default: avg."),
        "classes": Key(Whole(), "Outputs of the classifier. Default: 1000."),
        "classifier": Key(
            Word(("linear", "conv", NONE)), "A linear layer, a 1×1 convolution, or none. Default: linear."
        ),
    },
    "stage": {
        "name": Key(Plain.TEXT, "The stage's name. Default: layer1, layer2, …"),
        "depth": Key(Whole(), "Number of blocks."),
        "width": Key(Whole(), "Width of the blocks."),
        "stride": Key(Whole(), "Stride of the first block."),
        **SETTING_KEYS,
        "block": Key(
            Either((SETTING_KEYS["block"].type, Elements(("block", *_ELEMENTS), 1))),
            "The type of all blocks; or a list of all blocks: a table each, or for a run of equal ones.",
        ),
    },
    "block": {
        **_REPEAT,
        "width": Key(Whole(), "Width of the block."),
        "stride": Key(Whole(), "Stride of the block. Default: the stage's for its first block, else 1."),
        **SETTING_KEYS,
    },
    "written block": {
        **_REPEAT,
        "before": Key(LAYERS, "Layers that branch and shortcut share."),
        "layers": Key(ELEMENTS, "The branch of a residual block."),
        "branches": Key(Many(ELEMENTS), "The branches of another block; an empty one hands its input on."),
        "shortcut": Key(
            Either((Word(("identity", NONE)), Table("written shortcut"), ELEMENTS)),
            "identity, none, or the layers on it. Default: identity beside `layers`, none beside `branches`.",
        ),
        "merge": Key(Word(tuple(Merge)), "How they come together. Default: add."),
        "signs": Key(
            Plain.SIGNS,
            "1 or -1 for each branch, then for the shortcut: -1 subtracts. Default: all are added.",
        ),
        "axis": Key(
            Whole(least=0), "Axis of a concatenation. Default: that in which shapes differ, or channels."
        ),
        "after": Key(LAYERS, "Layers behind the merge."),
    },
    "written shortcut": {
        "kind": Key(Word(tuple(ShortcutKind)), "The kind, if the layers do not imply it.", required=True),
        "layers": Key(SOME_ELEMENTS, "The layers on it.", required=True),
    },
    "written stage": {
        "name": Key(Plain.TEXT, "The stage's name."),
        "body": Key(SOME_ELEMENTS, "What is in the stage.", required=True),
    },
    "written graph": {
        "name": Key(Plain.TEXT, "The graph's name."),
        "nodes": Key(
            Many(Table("graph node")),
            "Its nodes, numbered from 0 in an order in which they can be run; inputs first.",
            required=True,
        ),
        "outputs": Key(
            Many(Whole(least=0)), "Numbers of the nodes whose values leave the graph.", required=True
        ),
    },
    "graph node": {
        "reads": Key(Many(Whole(least=0)), "Numbers of the nodes it reads. Without it the node is an input."),
        "shape": Key(
            Many(Whole()),
            "Shape of its value. Default: the shape of its input; required if that is ambiguous.",
        ),
        "merge": Key(Word(tuple(Merge)), "How the values it reads come together."),
        "body": Key(ELEMENTS, "The elements run on the value it reads; one layer where it reads several."),
        "shortcut": Key(
            Word(tuple(ShortcutKind)), "Kind of the shortcut, the last value read, of a residual addition."
        ),
        "signs": Key(Plain.SIGNS, "1 or -1 for each value read: -1 subtracts. Default: all are added."),
        "shares": Key(Whole(least=0), "Number of the earlier node whose modules it runs again."),
    },
    "convolution": {
        **_op("convolution"),
        "width": Key(Whole(), "Channels it yields. Default: as many as it takes."),
        "kernel": Key(Sizes(), "Kernel.", required=True),
        **_WINDOW,
        "dilation": Key(Sizes(), "Dilation. Default: 1."),
        "groups": Key(Whole(), "Groups. Default: 1."),
        "bias": Key(Plain.FLAG, "Whether it has a bias. Default: false."),
        **_SETTINGS,
        **_COUNTS,
    },
    "linear": {
        **_op("linear"),
        "width": Key(Whole(), "Features it yields.", required=True),
        "bias": Key(Plain.FLAG, "Whether it has a bias. Default: true."),
        **_SETTINGS,
        **_COUNTS,
    },
    "pooling": {
        **_op("pooling"),
        "kernel": Key(Sizes(), "Kernel.", required=True),
        **_WINDOW,
        "ceil_mode": Key(Plain.FLAG, "Round sizes up. Default: false."),
        **_SETTINGS,
    },
    "zero padding": {
        **_op("zero padding"),
        "width": Key(Whole(), "Channels it yields.", required=True),
        **_SETTINGS,
    },
    "subsampling": {**_op("subsampling"), "stride": Key(Sizes(), "Step.", required=True), **_SETTINGS},
    "group norm": {
        **_op("group norm"),
        "groups": Key(Whole(), "Groups. Default: 32."),
        **_SETTINGS,
        **_COUNTS,
    },
    "gate": {
        **_op("gate"),
        "reduction": SETTING_KEYS["reduction"],
    },
    "plain layer": {**_op("plain layer"), **_SETTINGS, **_COUNTS},
    "any layer": {
        "op": Key(Plain.TEXT, "The operation.", required=True),
        "kind": Key(Word(tuple(LayerKind)), "The sort of work it does.", required=True),
        "out": Key(Many(Whole()), "The shape it yields: channels, then sizes.", required=True),
        "kernel": Key(Sizes(), "Kernel."),
        "stride": Key(Sizes(), "Stride."),
        "padding": Key(Sizes(least=0), "Padding."),
        "dilation": Key(Sizes(), "Dilation."),
        "groups": Key(Whole(), "Groups. Default: 1."),
        "bias": Key(Plain.FLAG, "Whether it has a bias. Default: false."),
        **_SETTINGS,
        **_COUNTS,
    },
}  # fmt: skip

NEEDS_ONE = {"network": ("depths", "stage", "body"), "written block": ("layers", "branches")}
"""Tables that must have at least one of some keys."""
EXCLUDES = {
    "network": ("body", ("depths", "widths", "strides", "names", "stage")),
    "written block": ("layers", ("branches",)),
}
"""Tables in which a key leaves no place for others."""
