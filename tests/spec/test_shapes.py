"""Constructors of layers, against PyTorch where it computes the same."""

from itertools import product

import pytest

from resnet_diagram.spec.model import Layer, LayerKind, Shape
from resnet_diagram.spec.shapes import (
    act,
    avg_pool,
    conv,
    flatten,
    global_avg_pool,
    linear,
    max_pool,
    norm,
    subsample,
    zero_pad,
)


def test_a_convolution_counts_weights_and_multiplications() -> None:
    layer = conv((3, 224, 224), 64, 7, stride=2, padding=3, name="conv1")
    assert layer == Layer(
        kind=LayerKind.CONV,
        op="conv",
        name="conv1",
        in_shape=(3, 224, 224),
        out_shape=(64, 112, 112),
        kernel=(7, 7),
        stride=(2, 2),
        padding=(3, 3),
        dilation=(1, 1),
        params=3 * 64 * 49,
        macs=3 * 64 * 49 * 112 * 112,
    )


def test_groups_and_bias() -> None:
    layer = conv((128, 8, 8), 128, 3, padding=1, groups=32, bias=True)
    assert (layer.params, layer.macs) == (128 * 4 * 9 + 128, 128 * 4 * 9 * 64)


@pytest.mark.parametrize(
    ("shape", "kernel", "out"), [((2, 9), (3,), (4, 7)), ((2, 9, 9, 9), (1, 2, 3), (4, 9, 8, 7))]
)
def test_one_and_three_dimensions(shape: Shape, kernel: Shape, out: Shape) -> None:
    layer = conv(shape, 4, kernel)
    assert (layer.out_shape, layer.stride) == (out, (1,) * len(kernel))
    assert max_pool(shape, kernel, stride=1).out_shape == (2, *out[1:])
    assert subsample(shape, 2).out_shape == (2, *((5,) * len(kernel)))


def test_windows_are_those_of_torch() -> None:
    torch = pytest.importorskip("torch")
    pools = torch.nn.functional
    for size, kernel, stride, padding, dilation in product(range(4, 9), (1, 2, 3), (1, 2, 3), (0, 1), (1, 2)):
        if 2 * padding > kernel:
            continue
        x = torch.zeros(1, 2, size, size + 1)
        window = {"stride": stride, "padding": padding}
        if size + 2 * padding > dilation * (kernel - 1):
            weights = torch.zeros(3, 2, kernel, kernel)
            expected = pools.conv2d(x, weights, **window, dilation=dilation).shape[1:]
            layer = conv((2, size, size + 1), 3, kernel, stride=stride, padding=padding, dilation=dilation)
            assert layer.out_shape == tuple(expected)
        for ceil_mode in (False, True):
            shape = (2, size, size + 1)
            greatest = max_pool(shape, kernel, stride=stride, padding=padding, ceil_mode=ceil_mode)
            average = avg_pool(shape, kernel, stride=stride, padding=padding, ceil_mode=ceil_mode)
            for layer, run in ((greatest, pools.max_pool2d), (average, pools.avg_pool2d)):
                assert layer.out_shape == tuple(run(x, kernel, **window, ceil_mode=ceil_mode).shape[1:])


def test_pools_have_no_dilation_and_stride_by_their_size() -> None:
    layer = max_pool((8, 6, 6), 3)
    assert (layer.out_shape, layer.stride, layer.dilation, layer.params) == ((8, 2, 2), (3, 3), (), 0)


def test_global_pooling_has_no_window() -> None:
    layer = global_avg_pool((8, 6, 6))
    assert (layer.op, layer.out_shape, layer.kernel) == ("global_avg_pool", (8, 1, 1), ())
    assert global_avg_pool((8, 6, 6), keep_dims=False).out_shape == (8,)


def test_linear_works_on_the_last_dimension() -> None:
    layer = linear((2048,), 1000)
    assert (layer.out_shape, layer.params, layer.macs) == ((1000,), 2_049_000, 2_048_000)
    tokens = linear((197, 768), 10, bias=False)
    assert (tokens.out_shape, tokens.params, tokens.macs) == ((197, 10), 7680, 197 * 7680)


def test_the_rest() -> None:
    shape = (8, 5, 5)
    assert (norm(shape).params, norm(shape).op) == (16, "batch_norm")
    assert (act(shape, "gelu").op, act(shape).out_shape) == ("gelu", shape)
    assert flatten(shape).out_shape == (200,)
    assert (zero_pad(shape, 16).out_shape, zero_pad(shape, 16).kind) == ((16, 5, 5), LayerKind.PAD)
    step = subsample(shape, 2)
    assert (step.kind, step.out_shape, step.kernel, step.stride, step.padding) == (
        LayerKind.RESHAPE, (8, 3, 3), (1, 1), (2, 2), (),
    )  # fmt: skip
