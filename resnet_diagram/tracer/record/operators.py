"""The table of torch operators: role, shape rule, MACs, channel axis, effect on values and name of the layer.

A new operator is one entry here. Recorder, flow and structure read all properties that depend on an
operator's name from this table.
"""

from collections.abc import Callable
from enum import Enum, auto
from functools import cache

from resnet_diagram.dataclass import dataclass
from resnet_diagram.spec.model import LayerKind
from resnet_diagram.tracer.flow import macs as counters
from resnet_diagram.tracer.record.shapes import detection, joins, rules


class Role(Enum):
    """The part an operation plays for the values that flow through it."""

    SOURCE = auto()
    SINK = auto()
    CONV = auto()
    LINEAR = auto()
    NORM = auto()
    ACTIVATION = auto()
    AVG_POOL = auto()
    MAX_POOL = auto()
    UPSAMPLE = auto()
    PAD = auto()
    SCALE = auto()
    VIEW = auto()
    SLICE = auto()
    ATTENTION = auto()
    PASS = auto()
    ADD = auto()
    MULTIPLY = auto()
    CONCAT = auto()
    MATMUL = auto()
    GATHER = auto()
    OTHER = auto()

    __hash__ = object.__hash__  # the one Enum has is slow


LAYER_KINDS = {
    Role.CONV: LayerKind.CONV,
    Role.LINEAR: LayerKind.LINEAR,
    Role.NORM: LayerKind.NORM,
    Role.ACTIVATION: LayerKind.ACTIVATION,
    Role.AVG_POOL: LayerKind.POOL,
    Role.MAX_POOL: LayerKind.POOL,
    Role.UPSAMPLE: LayerKind.UPSAMPLE,
    Role.PAD: LayerKind.PAD,
    Role.VIEW: LayerKind.RESHAPE,
    Role.SLICE: LayerKind.RESHAPE,
    Role.ATTENTION: LayerKind.ATTENTION,
    Role.GATHER: LayerKind.OPAQUE,
}
"""The kind of layer that an operation of each role is; others are of kind OTHER."""
MERGES = frozenset({Role.ADD, Role.MULTIPLY, Role.CONCAT})
WEIGHTED = frozenset({Role.CONV, Role.LINEAR})


class Effect(Enum):
    """The effect of an operation on the positions and values of its input."""

    NONE = auto()
    """Nothing is known."""
    SAME_VALUES = auto()
    """It copies the values to another type, memory or batch."""
    RESHAPE = auto()
    """It changes the shape and keeps the order of the values."""
    PERMUTE = auto()
    """It permutes the axes."""
    SPLIT = auto()
    """It returns several results, each a part of the values."""
    ZEROS = auto()
    """It returns zeros."""
    ONES = auto()
    """It returns ones."""
    FILL = auto()
    """It returns a constant, the argument named by `Operator.fill`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """A torch operator, whatever its overload; the in-place form `name_` is the same operator.

    The defaults apply to most operators.
    """

    name: str
    role: Role = Role.OTHER
    """Its role, unless the arguments imply another one (`flow.classify`)."""
    rule: rules.Rule | None = None
    """The result on meta tensors."""
    in_place: Callable[..., bool] | None = None
    """Whether the in-place form keeps shape and type, given the arguments."""
    macs: counters.Counter | None = None
    """The number of multiply-accumulates."""
    channels: int = 0
    """Channel axis: 1, -1 for the last, 0 for any."""
    drops_axes: bool = False
    """The axes in its argument `dim` are not in the result."""
    first_only: bool = False
    """It reads only shape or type of its second tensor."""
    shape_only: bool = False
    """It reads no values."""
    asks: type | None = None
    """Type of the Python value that it returns."""
    effect: Effect = Effect.NONE
    fill: str = ""
    """Name of the argument with the constant, for `Effect.FILL`."""
    neutral: float | None = None
    """Its neutral operand."""
    label: str = ""
    """The name of its layer, if it is not its own."""
    squashes: int = 0
    """Above zero for an activation whose result weighs other values; the larger, the more surely."""
    ends: bool = False
    """Whether an activation turns the value after a block into an output."""


def _each(names: str, **fields: object) -> list[Operator]:
    """Return one operator for each name, all with the same fields."""
    return [Operator(name=name, **fields) for name in names.split()]  # type: ignore[arg-type]


def _by_dims(name: str, make: Callable[[int], rules.Rule] | None, **fields: object) -> list[Operator]:
    """Return the operators for one, two and three spatial dimensions."""
    return [
        Operator(name=f"{name}{dims}d", rule=make(dims) if make else None, **fields)  # type: ignore[arg-type]
        for dims in (1, 2, 3)
    ]


_TABLE: list[Operator] = [
    # layers with weights
    *_by_dims("conv", rules.convolution, role=Role.CONV, channels=1, macs=counters.convolution, label="conv"),
    *_by_dims(
        "conv_transpose",
        rules.transposed_convolution,
        role=Role.CONV,
        channels=1,
        macs=counters.transposed_convolution,
        label="conv_transpose",
    ),
    *_each("convolution _convolution", role=Role.CONV, channels=1, macs=counters.convolution, label="conv"),
    Operator(
        name="deform_conv2d",
        role=Role.CONV,
        rule=detection.deform_conv2d,
        channels=1,
        macs=counters.convolution,
        label="conv",
    ),
    Operator(name="linear", role=Role.LINEAR, rule=joins.linear, channels=-1, macs=counters.linear),
    Operator(name="addmm", role=Role.LINEAR, channels=-1, macs=counters.product("mat1"), label="linear"),
    Operator(
        name="_grouped_mm",
        role=Role.LINEAR,
        rule=joins.grouped_product,
        channels=-1,
        macs=counters.product("self"),
        label="linear",
    ),
    *_each(
        "lstm gru rnn_tanh rnn_relu lstm_cell gru_cell rnn_tanh_cell rnn_relu_cell",
        role=Role.LINEAR,
        channels=-1,
        macs=counters.recurrent,
    ),
    Operator(name="embedding", role=Role.LINEAR, channels=-1),
    *_each("bilinear embedding_bag", role=Role.LINEAR),
    # norms
    Operator(name="batch_norm", role=Role.NORM, rule=rules.batch_norm, channels=1),
    *_each(
        "native_batch_norm _native_batch_norm_legit _native_batch_norm_legit_no_training",
        role=Role.NORM,
        channels=1,
        label="batch_norm",
    ),
    Operator(name="group_norm", role=Role.NORM, rule=rules.group_norm, channels=1),
    Operator(name="native_group_norm", role=Role.NORM, channels=1, label="group_norm"),
    Operator(name="instance_norm", role=Role.NORM, rule=rules.instance_norm, channels=1),
    Operator(name="layer_norm", role=Role.NORM, rule=rules.layer_norm),
    Operator(name="native_layer_norm", role=Role.NORM, label="layer_norm"),
    *_each("rms_norm local_response_norm", role=Role.NORM),
    # activations
    *_each(
        "relu gelu silu hardswish leaky_relu elu hardtanh relu6 mish selu celu",
        role=Role.ACTIVATION,
        rule=rules.pointwise,
        in_place=joins.always,
    ),
    *_each("hardshrink softshrink softplus", role=Role.ACTIVATION, rule=rules.pointwise),
    Operator(name="clamp_min", role=Role.ACTIVATION, rule=rules.pointwise, label="clamp"),
    *_each(
        "sigmoid", role=Role.ACTIVATION, rule=rules.pointwise, in_place=joins.always, squashes=2, ends=True
    ),
    *_each("tanh", role=Role.ACTIVATION, rule=rules.pointwise, in_place=joins.always, squashes=1, ends=True),
    *_each("hardsigmoid", role=Role.ACTIVATION, rule=rules.pointwise, in_place=joins.always, squashes=2),
    Operator(name="clamp", role=Role.ACTIVATION, rule=rules.pointwise),
    Operator(name="softmax", role=Role.ACTIVATION, rule=rules.softmax, squashes=2, ends=True),
    Operator(name="_softmax", role=Role.ACTIVATION, label="softmax", squashes=2, ends=True),
    Operator(name="log_softmax", role=Role.ACTIVATION, rule=rules.softmax, ends=True),
    Operator(name="_log_softmax", role=Role.ACTIVATION, label="log_softmax", ends=True),
    Operator(name="prelu", role=Role.ACTIVATION, rule=rules.pointwise),
    Operator(name="_prelu_kernel", role=Role.ACTIVATION, label="prelu"),
    *_each("log_sigmoid special_expit", role=Role.ACTIVATION, rule=rules.pointwise),
    *_each("glu rrelu threshold softsign rrelu_with_noise", role=Role.ACTIVATION),
    # pooling, resampling, padding
    *_by_dims("avg_pool", rules.avg_pool, role=Role.AVG_POOL, channels=1),
    *_by_dims("adaptive_avg_pool", rules.adaptive_pool, role=Role.AVG_POOL, channels=1),
    Operator(name="_adaptive_avg_pool2d", role=Role.AVG_POOL, channels=1),
    Operator(name="mean", role=Role.AVG_POOL, rule=rules.mean, drops_axes=True),
    *_by_dims("max_pool", rules.max_pool, role=Role.MAX_POOL, channels=1),
    *_by_dims("adaptive_max_pool", None, role=Role.MAX_POOL, channels=1),
    *_each("max_pool2d_with_indices max_pool3d_with_indices", role=Role.MAX_POOL, channels=1),
    Operator(name="amax", role=Role.MAX_POOL, rule=rules.mean, drops_axes=True),
    *[
        Operator(name=f"upsample_{mode}", role=Role.UPSAMPLE, rule=rules.upsample, channels=1, label=mode)
        for mode in "nearest1d nearest2d nearest3d bilinear2d bicubic2d linear1d trilinear3d".split()
    ],
    *[
        Operator(name=f"_upsample_{mode}", role=Role.UPSAMPLE, channels=1, label=mode)
        for mode in ("nearest_exact2d", "bilinear2d_aa", "bicubic2d_aa")
    ],
    Operator(name="pixel_shuffle", role=Role.UPSAMPLE, channels=1),
    Operator(name="pad", role=Role.PAD, rule=rules.pad),
    Operator(name="constant_pad_nd", role=Role.PAD),
    *_by_dims("reflection_pad", None, role=Role.PAD),
    *_by_dims("replication_pad", None, role=Role.PAD),
    # views
    *_each(
        "view reshape _unsafe_view flatten unflatten unsqueeze view_as_real view_as_complex _reshape_alias "
        "ravel",
        role=Role.VIEW,
        effect=Effect.RESHAPE,
    ),
    Operator(name="squeeze", role=Role.VIEW, effect=Effect.RESHAPE, drops_axes=True),
    *_each("view_as reshape_as", role=Role.VIEW, effect=Effect.RESHAPE, first_only=True),
    *_each(
        "permute transpose t numpy_T mT swapaxes swapdims movedim moveaxis channel_shuffle",
        role=Role.VIEW,
        effect=Effect.PERMUTE,
    ),
    Operator(name="pixel_unshuffle", role=Role.VIEW),
    *_each(
        "chunk split split_with_sizes unsafe_chunk unsafe_split tensor_split",
        role=Role.VIEW,
        effect=Effect.SPLIT,
    ),
    Operator(name="unbind", role=Role.VIEW, effect=Effect.SPLIT, drops_axes=True),
    *_each("slice narrow", role=Role.SLICE),
    Operator(name="select", role=Role.SLICE, drops_axes=True),
    # operations that change no value
    *_each(
        "contiguous clone _to_copy to expand broadcast_to detach alias lift_fresh float half bfloat16",
        role=Role.PASS,
        effect=Effect.SAME_VALUES,
    ),
    *_each("expand_as type_as", role=Role.PASS, effect=Effect.SAME_VALUES, first_only=True),
    *_each(
        "dropout feature_dropout alpha_dropout feature_alpha_dropout native_dropout "
        "identity resolve_conj resolve_neg fused_moving_avg_obs_fake_quant "
        "_fused_moving_avg_obs_fq_helper fake_quantize_per_tensor_affine fake_quantize_per_channel_affine "
        "_fake_quantize_learnable_per_tensor_affine _fake_quantize_learnable_per_channel_affine",
        role=Role.PASS,
    ),
    # merges
    *_each("add sub", role=Role.ADD, rule=joins.binary, in_place=joins.if_other_fits, neutral=0),
    Operator(name="rsub", role=Role.ADD, rule=joins.binary),
    Operator(name="neg", role=Role.SCALE, rule=rules.pointwise),
    *_each("addcmul addcdiv logaddexp", role=Role.ADD),
    *_each("mul div", role=Role.MULTIPLY, rule=joins.binary, in_place=joins.if_other_fits, neutral=1),
    Operator(name="true_divide", role=Role.MULTIPLY),
    Operator(name="cat", role=Role.CONCAT, rule=joins.cat),
    Operator(name="stack", role=Role.CONCAT, rule=joins.stack),
    *_each("concat concatenate hstack vstack", role=Role.CONCAT),
    # products of matrices
    Operator(name="matmul", role=Role.MATMUL, rule=joins.matmul, macs=counters.product("self")),
    Operator(name="bmm", role=Role.MATMUL, rule=joins.batched_matmul, macs=counters.product("self")),
    *_each("mm mv dot", role=Role.MATMUL, macs=counters.product("self")),
    Operator(name="baddbmm", role=Role.MATMUL, macs=counters.product("batch1")),
    Operator(name="addmv", role=Role.MATMUL),
    Operator(name="einsum", role=Role.MATMUL, macs=counters.einsum),
    Operator(
        name="scaled_dot_product_attention",
        role=Role.ATTENTION,
        rule=joins.attention,
        macs=counters.attention,
    ),
    # detection
    Operator(name="nms", rule=detection.nms),
    Operator(name="roi_align", role=Role.GATHER, rule=detection.roi_align),
    Operator(name="roi_pool", role=Role.GATHER, rule=detection.roi_pool),
    *_each("ps_roi_align ps_roi_pool", role=Role.GATHER, rule=detection.ps_roi),
    # constants
    *_each("zeros zero empty", effect=Effect.ZEROS),
    *_each("zeros_like empty_like new_zeros new_empty", effect=Effect.ZEROS, shape_only=True),
    Operator(name="ones", effect=Effect.ONES),
    *_each("ones_like new_ones", effect=Effect.ONES, shape_only=True),
    Operator(name="scalar_tensor", effect=Effect.FILL, fill="s"),
    Operator(name="full", effect=Effect.FILL, fill="fill_value"),
    Operator(name="fill", effect=Effect.FILL, fill="value"),
    *_each("full_like new_full", effect=Effect.FILL, fill="fill_value", shape_only=True),
    *_each(
        "rand_like randn_like randint_like new_empty_strided sym_size sym_stride sym_numel",
        shape_only=True,
    ),
    *_each("is_nonzero equal allclose is_same_size", asks=bool),
    *_each("item _local_scalar_dense", asks=float),
    # others whose shape is known
    *_each(
        "sqrt rsqrt exp abs sin cos square log sign erf reciprocal expm1 log1p floor ceil round trunc "
        "clamp_max",
        rule=rules.pointwise,
    ),
    Operator(name="pow", rule=joins.binary),
    Operator(name="sum", rule=rules.mean, drops_axes=True),
    Operator(name="amin", rule=rules.mean, drops_axes=True),
    *_each("var std", rule=rules.variance),
    *_each("var_mean std_mean", rule=rules.variance_and_mean),
    Operator(name="linalg_vector_norm", rule=rules.vector_norm),
    Operator(name="index", rule=joins.index),
]

OPERATORS = {operator.name: operator for operator in _TABLE}
"""All operators the tracer knows, by name."""


@cache
def operator_of(op: str) -> Operator:
    """Return the operator of a recorded name; one of which only the name is known for others.

    >>> operator_of("relu_").name, operator_of("__and__").name, operator_of("_prelu_kernel").label
    ('relu', '__and__', 'prelu')
    """
    name = op[:-1] if op.endswith("_") and not op.endswith("__") else op
    return OPERATORS.get(name) or Operator(name=name)
