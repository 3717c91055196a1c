"""The part each torch operator plays in a network."""

from enum import Enum, auto
from functools import cache


class Role(Enum):
    """What an operation does to the values that flow through."""

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


_NAMES: dict[Role, str] = {
    Role.CONV: (
        "conv1d conv2d conv3d convolution _convolution conv_transpose1d conv_transpose2d conv_transpose3d "
        "deform_conv2d"
    ),
    Role.LINEAR: "linear addmm lstm gru rnn_tanh rnn_relu embedding bilinear embedding_bag",
    Role.NORM: (
        "batch_norm native_batch_norm layer_norm native_layer_norm group_norm native_group_norm "
        "instance_norm rms_norm local_response_norm _native_batch_norm_legit "
        "_native_batch_norm_legit_no_training"
    ),
    Role.ACTIVATION: (
        "relu gelu silu hardswish sigmoid tanh leaky_relu elu prelu _prelu_kernel hardsigmoid hardtanh "
        "relu6 mish softplus selu celu softmax _softmax log_softmax _log_softmax glu rrelu threshold "
        "clamp clamp_min special_expit log_sigmoid hardshrink softsign rrelu_with_noise"
    ),
    Role.AVG_POOL: (
        "avg_pool1d avg_pool2d avg_pool3d adaptive_avg_pool1d adaptive_avg_pool2d adaptive_avg_pool3d "
        "_adaptive_avg_pool2d mean"
    ),
    Role.MAX_POOL: (
        "max_pool1d max_pool2d max_pool3d max_pool2d_with_indices max_pool3d_with_indices "
        "adaptive_max_pool1d adaptive_max_pool2d adaptive_max_pool3d amax"
    ),
    Role.UPSAMPLE: (
        "upsample_nearest1d upsample_nearest2d upsample_nearest3d upsample_bilinear2d upsample_bicubic2d "
        "upsample_linear1d upsample_trilinear3d _upsample_nearest_exact2d _upsample_bilinear2d_aa "
        "pixel_shuffle _upsample_bicubic2d_aa"
    ),
    Role.PAD: (
        "pad constant_pad_nd reflection_pad1d reflection_pad2d reflection_pad3d replication_pad1d "
        "replication_pad2d replication_pad3d"
    ),
    Role.VIEW: (
        "view reshape _unsafe_view permute transpose t unsqueeze squeeze flatten unflatten swapaxes "
        "movedim moveaxis numpy_T mT view_as reshape_as _reshape_alias ravel swapdims "
        "channel_shuffle pixel_unshuffle view_as_real view_as_complex chunk split split_with_sizes unbind "
        "unsafe_chunk unsafe_split tensor_split"
    ),
    Role.SLICE: "slice select narrow",
    Role.ATTENTION: "scaled_dot_product_attention",
    Role.PASS: (
        "contiguous clone _to_copy detach alias lift_fresh to type_as expand expand_as dropout "
        "feature_dropout alpha_dropout feature_alpha_dropout native_dropout float half bfloat16 identity "
        "resolve_conj resolve_neg broadcast_to fused_moving_avg_obs_fake_quant "
        "_fused_moving_avg_obs_fq_helper fake_quantize_per_tensor_affine fake_quantize_per_channel_affine "
        "_fake_quantize_learnable_per_tensor_affine _fake_quantize_learnable_per_channel_affine"
    ),
    Role.ADD: "add sub rsub lerp addcmul logaddexp",
    Role.MULTIPLY: "mul div true_divide",
    Role.CONCAT: "cat concat concatenate stack hstack vstack",
    Role.MATMUL: "matmul bmm mm einsum baddbmm dot mv addmv",
}
_ROLES = {name: role for role, names in _NAMES.items() for name in names.split()}
MERGES = frozenset({Role.ADD, Role.MULTIPLY, Role.CONCAT})
WEIGHTED = frozenset({Role.CONV, Role.LINEAR})


@cache
def base_name(op: str) -> str:
    """The operator's name without the underscore of its in-place form.

    >>> base_name("relu_"), base_name("__and__")
    ('relu', '__and__')
    """
    return op[:-1] if op.endswith("_") and not op.endswith("__") else op


@cache
def role_of(op: str) -> Role:
    """The role of an operator by its name."""
    return _ROLES.get(base_name(op), Role.OTHER)
