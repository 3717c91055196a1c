"""Inputs as people pass them: dictionaries, lists, tuples, tensors, constants, a model's own example."""

from collections import namedtuple
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

pytest.importorskip("torch")

import torch
from torch import Tensor, nn

import resnet_diagram as rd
from resnet_diagram.errors import TraceError, UsageError
from resnet_diagram.tracer import parse_input, specs_of, trace

np = pytest.importorskip("numpy")


class Body(nn.Module):
    def __init__(self, channels: int = 3) -> None:
        super().__init__()
        self.stem = nn.Conv2d(channels, 8, 3, padding=1)
        self.conv = nn.Conv2d(8, 8, 3, padding=1)

    def run(self, x: Tensor) -> Tensor:
        x = torch.relu(self.stem(x))
        return torch.relu(x + self.conv(x))


class ByKey(Body):
    def forward(self, data: Mapping[str, Tensor]) -> Tensor:
        return self.run(data["image"]) * data["scale"][:, None, None]


class Pair(Body):
    def forward(self, pair: Sequence[Tensor]) -> Tensor:
        first, second = pair
        return self.run(first) - self.run(second)


class Samples(Body):
    def forward(self, batch: Sequence[Mapping[str, Tensor]]) -> list[Tensor]:
        return [self.run(sample["image"]) for sample in batch]


class WithOptions(Body):
    def forward(self, x: Tensor, options: Mapping[str, Any]) -> Tensor:
        return self.run(x) if options["deep"] else torch.relu(self.stem(x))


class Deep(Body):
    def forward(self, inputs: Mapping[str, Any], *, mask: Tensor) -> Tensor:
        return self.run(inputs["views"][1]["image"]) * mask


def residuals(network: rd.Network) -> int:
    return len(rd.facts(network)["residuals"])


@pytest.mark.parametrize(
    ("model", "given"),
    [
        (ByKey(), ["image=3x8x8", "scale=1"]),
        (ByKey(), ["data.image=3x8x8", "data.scale=1"]),
        (Pair(), ["3x8x8", "3x8x8"]),
        (Pair(), ["pair[0]=3x8x8", "pair[1]=3x8x8"]),
        (Samples(), ["[0].image=3x8x8"]),
        (Samples(), ["batch[0].image=3x8x8"]),
        (WithOptions(), ["3x8x8", "options.deep=True"]),
        (WithOptions(), ["x=3x8x8", "options.deep=True"]),
        (Deep(), ["inputs.views[0].image=3x8x8", "inputs.views[1].image=3x8x8", "mask=1x8x8"]),
    ],
)
def test_parts_of_an_argument_are_given_by_their_place(model: nn.Module, given: list[str]) -> None:
    assert residuals(trace(model, [parse_input(text) for text in given])) >= 1


@pytest.mark.parametrize(
    ("model", "given"),
    [
        (ByKey(), {"image": (3, 8, 8), "scale": torch.ones(1, 1)}),
        (ByKey(), {"data": {"image": "3x8x8", "scale": "1"}}),
        (ByKey(), ({"image": torch.ones(1, 3, 8, 8), "scale": torch.ones(1, 1)},)),
        (Pair(), [torch.ones(1, 3, 8, 8), torch.ones(1, 3, 8, 8)]),
        (Pair(), ((3, 8, 8), (3, 8, 8))),
        (Samples(), [{"image": torch.ones(1, 3, 8, 8)}, {"image": torch.ones(1, 3, 8, 8)}]),
        (WithOptions(), [torch.ones(1, 3, 8, 8), {"deep": True}]),
        (ByKey(), {"image": np.ones((1, 3, 8, 8)), "scale": np.ones(1, np.float32)}),
        (Pair(), [np.ones((1, 3, 8, 8)), torch.ones(1, 3, 8, 8)]),
        (WithOptions(), {"x": "3x8x8", "options": {"deep": True}}),
        (Deep(), {"inputs": {"views": [{"image": (3, 8, 8)}] * 2}, "mask": (1, 8, 8)}),
    ],
)
def test_python_takes_the_same_nests(model: nn.Module, given: Any) -> None:
    assert residuals(rd.trace(model, given)) >= 1


def test_a_constant_decides_what_is_drawn() -> None:
    shallow = trace(WithOptions(), [parse_input("3x8x8"), parse_input("options.deep=False")])
    assert residuals(shallow) == 0


@pytest.mark.parametrize(
    "example",
    [
        (3, 8, 8),
        [1, 3, 8, 8],
        torch.Size([3, 8, 8]),
        "3x8x8",
        torch.ones(1, 3, 8, 8),
        np.ones((1, 3, 8, 8)),
        tuple(np.array([3, 8, 8])),
        [np.ones((3, 8, 8), np.float32)],
        [(3, 8, 8)],
        ((3, 8, 8),),
    ],
)
def test_one_input_in_any_form(example: Any) -> None:
    (spec,) = specs_of(example)
    assert spec.shape[-3:] == (3, 8, 8)


@pytest.mark.parametrize("example", [3.5, object(), {1, 2}, True, np.array("text"), np.array(["text"])])
def test_what_is_no_input_is_refused(example: Any) -> None:
    with pytest.raises(UsageError, match="shape, an example tensor or array"):
        specs_of(example)


def test_the_type_of_an_example_is_kept() -> None:
    assert specs_of(torch.ones(1, 7, dtype=torch.int64))[0].dtype == "int64"
    assert specs_of(np.ones((1, 7), np.uint8))[0].dtype == "uint8"


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float64])
def test_an_array_of_the_default_type_of_numpy_takes_that_of_the_model(dtype: torch.dtype) -> None:
    model = Pair().to(dtype)
    assert residuals(rd.trace(model, [np.zeros((1, 3, 8, 8)), np.zeros((1, 3, 8, 8))])) >= 1


Example = namedtuple("Example", "attribute value")


@pytest.mark.parametrize(
    "example",
    [
        Example("example_input_array", torch.ones(2, 3, 20, 50)),
        Example("example_input_array", (torch.ones(1, 3, 20, 50),)),
        Example("example_inputs", {"x": torch.ones(1, 3, 20, 50)}),
        Example("dummy_input", torch.ones(1, 3, 20, 50)),
    ],
)
def test_the_model_s_own_example_is_its_input(example: Example) -> None:
    class Net(Body):
        def forward(self, x: Tensor) -> Tensor:
            return self.run(x)

    model = Net()
    setattr(model, example.attribute, example.value)
    network = trace(model)
    assert network.input_shape == (3, 20, 50)
    assert not any("guessed" in note for note in network.notes)


def test_an_example_that_does_not_fit_is_passed_over() -> None:
    class Net(Body):
        def forward(self, x: Tensor, y: int = 1) -> Tensor:
            return self.run(x)

    model = Net()
    vars(model)["example_input_array"] = [torch.ones(1, 3, 8, 8)] * 3
    assert "was guessed" in trace(model).notes[-1]


@pytest.mark.parametrize(
    ("model", "given", "words"),
    [
        (WithOptions(), ["3x8x8"], ["'options'", "options.key=3x32x32", "options=True"]),
        (Samples(), ["3x8x8"], ["dictionary", "batch[0].image=3x32x32"]),
        (ByKey(), ["image=3x8x8", "image.mask=3x8x8"], ["as a whole and in parts"]),
    ],
)
def test_a_way_in_is_named(model: nn.Module, given: list[str], words: list[str]) -> None:
    with pytest.raises((TraceError, UsageError)) as caught:
        trace(model, [parse_input(text) for text in given])
    assert [word for word in words if word not in str(caught.value)] == []
