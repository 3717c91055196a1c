"""The table of operators: one entry is enough, and a forgotten table elsewhere is noticed."""

import ast
from pathlib import Path

import pytest

pytest.importorskip("torch")

import torch
from torch import Tensor, nn

from resnet_diagram import tracer
from resnet_diagram.codegen import layers as code
from resnet_diagram.spec.model import Layer, LayerKind
from resnet_diagram.spec.toml.schema import words as toml
from resnet_diagram.tracer import parse_input, trace
from resnet_diagram.tracer.flow.rewrites import formulas
from resnet_diagram.tracer.record.operators import (
    LAYER_KINDS,
    MERGES,
    OPERATORS,
    Effect,
    Operator,
    Role,
    operator_of,
)
from resnet_diagram.wording import layers as wording
from tests.tracer.facts import layers

ACTIVATIONS = {o.label or o.name: o for o in OPERATORS.values() if o.role is Role.ACTIVATION}
TORCH_NAMES = {
    *("sigmoid", "tanh", "softmax", "softplus", "softsign", "threshold", "clamp"),
    *("special_expit", "rrelu", "rrelu_with_noise", "hardshrink", "softshrink", "hardtanh"),
    *("log_sigmoid", "log_softmax", "clamp_min"),
}
"""Activations that are drawn under the name that torch gives them."""
WITHOUT_CODE = {
    "prelu": "it has a parameter",
    "glu": "it halves the channels",
    "softmax": "it has a maker of its own",
    "log_softmax": "it needs a dimension",
    "clamp": "it needs its limits",
    "clamp_min": "it needs its limit",
    "threshold": "it needs its limit",
    "hardtanh": "it needs its limits",
    "hardshrink": "it needs its limit",
    "rrelu": "it is random in training",
    "rrelu_with_noise": "it is random in training",
    "special_expit": "the formula is recognized as sigmoid",
}
"""Activations that generated code refuses, with the reason."""


@pytest.mark.parametrize("name", sorted(ACTIVATIONS))
def test_each_activation_has_a_usual_name_and_code(name: str) -> None:
    assert name in wording._OPERATORS or name in TORCH_NAMES
    assert name in code.ACTIVATIONS or name in WITHOUT_CODE


def test_other_tables_name_only_operators_of_the_table() -> None:
    assert set(toml.ACTIVATIONS) <= ACTIVATIONS.keys()
    assert set(code.ACTIVATIONS) <= ACTIVATIONS.keys()
    aten = {name for name in formulas.ACTIVATIONS if hasattr(torch.ops.aten, name)}
    assert aten <= OPERATORS.keys()


def test_activations_are_named_in_one_table_of_the_tracer() -> None:
    root = Path(tracer.__file__).parent
    homes = {root / "record" / "operators.py", root / "flow" / "rewrites" / "formulas.py"}
    names = {name for name in OPERATORS if OPERATORS[name].role is Role.ACTIVATION}
    allowed = {
        "relu",
        "relu6",
        "hardtanh",
        "softmax",
        "clamp",
        "clamp_min",
        "threshold",
    }  # told by their arguments
    repeated = {
        (path.name, node.value)
        for path in root.rglob("*.py")
        if path not in homes
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in names - allowed
    }
    assert repeated == set()


@pytest.mark.parametrize("name", [n for n, o in OPERATORS.items() if o.role is not Role.OTHER])
def test_each_operator_is_one_of_torch(name: str) -> None:
    composite = {"softsign", "local_response_norm", "identity", "float", "half", "bfloat16"}
    torchvision = {"deform_conv2d", "roi_align", "roi_pool", "ps_roi_align", "ps_roi_pool"}
    others = composite | torchvision
    assert hasattr(torch.ops.aten, name) or name in others


def test_each_role_has_a_layer_kind_or_none_on_purpose() -> None:
    flow = {Role.SOURCE, Role.SINK, Role.PASS, *MERGES}
    assert set(Role) - LAYER_KINDS.keys() - flow == {Role.SCALE, Role.MATMUL, Role.OTHER}


def test_each_field_fits_the_role() -> None:
    for operator in OPERATORS.values():
        assert not operator.squashes or operator.role is Role.ACTIVATION
        assert not operator.ends or operator.role is Role.ACTIVATION
        assert operator.neutral is None or operator.role in (Role.ADD, Role.MULTIPLY)
        assert bool(operator.fill) == (operator.effect is Effect.FILL)
        assert operator.effect is not Effect.PERMUTE or operator.role is Role.VIEW
        assert operator.role is not Role.CONV or operator.macs


def test_a_new_operator_needs_one_entry(monkeypatch: pytest.MonkeyPatch) -> None:
    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first, self.second = nn.Conv2d(3, 3, 3, padding=1), nn.Conv2d(3, 3, 3, padding=1)

        def forward(self, x: Tensor) -> Tensor:
            y: Tensor = self.second(torch.special.i0(self.first(x)))
            return x + y

    def found() -> Layer:
        operator_of.cache_clear()
        network = trace(Net(), [parse_input("3x8x8")])
        (layer,) = [layer for layer in layers(network) if "i0" in layer.op or layer.op == "bessel"]
        return layer

    assert found().kind is LayerKind.OTHER
    entry = Operator(name="special_i0", role=Role.ACTIVATION, label="bessel")
    monkeypatch.setitem(OPERATORS, "special_i0", entry)
    try:
        assert (found().kind, found().op) == (LayerKind.ACTIVATION, "bessel")
    finally:
        operator_of.cache_clear()
