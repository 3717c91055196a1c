"""What cannot be written is refused, with the part and the reason; it is never written wrong."""

from dataclasses import replace

import pytest

from resnet_diagram.codegen.code import code
from resnet_diagram.errors import CodeError
from resnet_diagram.spec import catalog
from resnet_diagram.spec.model import Block, Layer, LayerKind, Network, Stage
from resnet_diagram.spec.settings import with_settings
from resnet_diagram.spec.shapes import act, conv, linear, max_pool, norm

SHAPE = (8, 16, 16)


def net(*layers: Layer) -> Network:
    return Network(name="net", input_shape=layers[0].in_shape, body=layers)


def other(kind: LayerKind, op: str, shape: tuple[int, ...] = SHAPE) -> Layer:
    return Layer(kind=kind, op=op, in_shape=SHAPE, out_shape=shape, name="part")


@pytest.mark.parametrize(
    ("layer", "reason"),
    [
        (other(LayerKind.OPAQUE, "mystery"), "no PyTorch module is known"),
        (other(LayerKind.ATTENTION, "attention"), "no PyTorch module is known"),
        (other(LayerKind.RESHAPE, "permute"), "which value goes where"),
        (other(LayerKind.PAD, "zero_pad", (8, 17, 17)), "on which side the zeros are"),
        (other(LayerKind.PAD, "zero_pad", (12, 16, 16)), "which channels are the zeros"),
        (
            with_settings(act(SHAPE, "softmax", name="part"), {"dim": -1}),
            "the dimension it runs over is not recorded",
        ),
        (act(SHAPE, "swish42", name="part"), "no PyTorch module is known"),
        (linear((8, 16), 16, name="part"), "at many positions"),
        (replace(conv(SHAPE, 8, 3, padding=1, name="part"), params=0), "share its weights"),
        (replace(conv(SHAPE, 8, 3, padding=1, name="part"), params=585), "585 parameters .* make 576"),
        (replace(norm(SHAPE, name="part"), params=8), "8 parameters .* 0 or 16"),
        (replace(max_pool(SHAPE, 2, name="part"), out_shape=(8, 9, 9)), "another size"),
    ],
)
def test_the_part_and_the_reason_are_named(layer: Layer, reason: str) -> None:
    with pytest.raises(CodeError, match=rf"'part'.*: .*{reason}"):
        code(net(layer, act(layer.out_shape)))


def test_a_refused_layer_in_a_block_is_named() -> None:
    network = catalog.network("resnet18")
    stage = network.body[1]
    assert isinstance(stage, Stage)
    first, *others = stage.body
    assert isinstance(first, Block)
    conv1, *layers = first.branches[0]
    assert isinstance(conv1, Layer)
    broken = replace(first, branches=((replace(conv1, params=0), *layers),))
    body = (network.body[0], replace(stage, body=(broken, *others)), *network.body[2:])
    with pytest.raises(CodeError, match=r"layer2\.0\.conv1"):
        code(replace(network, body=body))
