"""Batches of one's own classes, arguments by name, whole numbers, items without a batch, lazy results."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import pytest

pytest.importorskip("torch")

import torch
from torch import Tensor, nn

import resnet_diagram as rd
from resnet_diagram.errors import TraceError
from resnet_diagram.tracer import deviation, load_model, parse_input, trace


class Body(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.stem, self.conv = nn.Conv2d(3, 8, 3, padding=1), nn.Conv2d(8, 8, 3, padding=1)

    def run(self, x: Tensor) -> Tensor:
        x = torch.relu(self.stem(x))
        return torch.relu(x + self.conv(x)).mean((2, 3))


class Plain(Body):
    def forward(self, x: Tensor) -> Tensor:
        return self.run(x)


@dataclass
class Batch:
    image: Tensor
    scale: float = 1.0

    def scaled(self) -> Tensor:
        return self.image * self.scale


class Sample(NamedTuple):
    image: Tensor
    scale: Tensor


class OfDataclass(Body):
    def forward(self, batch: Batch) -> Tensor:
        return self.run(batch.scaled())


class OfDataclasses(Body):
    def forward(self, batch: list[Batch]) -> Tensor:
        return sum((self.run(item.scaled()) for item in batch), torch.zeros(1))


class OfNamedTuple(Body):
    def forward(self, batch: Sample | None = None) -> Tensor:
        assert batch is not None
        image, scale = batch
        return self.run(image * scale)


class OfAttributes(Body):
    def forward(self, data):  # type: ignore[no-untyped-def]
        return self.run(data.image * getattr(data, "scale", 1.0))


class OfKeys(Body):
    def forward(self, data: Any) -> Tensor:
        return self.run(data["left.image"] * data["a-b"]["c"])


class ByName(Body):
    def forward(self, *, image: Tensor, scale: float = 1.0) -> Tensor:
        return self.run(image * scale)


class ByAnyName(Body):
    def forward(self, **inputs: Tensor) -> Tensor:
        return self.run(inputs["image"])


class Repeated(Body):
    def forward(self, x: Tensor, times: int, factor=1, dim: Any = 1) -> Tensor:  # type: ignore[no-untyped-def]
        for _ in range(times):
            x = x * factor
        return self.run(x).sum(dim)


EXPECTED = trace(Plain(), [parse_input("3x8x8")])


@pytest.mark.parametrize(
    ("model", "given"),
    [
        (OfDataclass(), ["batch.image=3x8x8"]),
        (OfDataclass(), ["image=3x8x8", "scale=2.0"]),
        (OfDataclasses(), ["batch[0].image=3x8x8"]),
        (OfNamedTuple(), ["batch.image=3x8x8", "batch.scale=1x1x1"]),
        (OfAttributes(), ["data.image=3x8x8"]),
        (OfKeys(), ['data["left.image"]=3x8x8', 'data["a-b"]["c"]=1x1x1']),
        (OfKeys(), ['["left.image"]=3x8x8', '["a-b"].c=1x1x1']),
        (OfAttributes(), ["data.image=3x8x8", "data.scale=1x1x1"]),
        (ByName(), ["image=3x8x8"]),
        (ByName(), []),
        (ByAnyName(), ["image=3x8x8"]),
        (Repeated(), ["3x8x8", "times=2"]),
        (Repeated(), ["3x8x8", "times=2", "factor=3", "dim=-1"]),
        (Repeated(), ["3x8x8", "times=0", "dim=0"]),
    ],
)
def test_a_forward_gets_its_arguments_in_the_form_it_takes(model: nn.Module, given: list[str]) -> None:
    found = rd.facts(trace(model, [parse_input(text) for text in given]))
    assert [one["shortcut"] for one in found["residuals"]] == ["identity"]
    assert found["params"] == rd.facts(EXPECTED)["params"]


def test_keys_in_python_are_any_text() -> None:
    inputs = {"left.image": (3, 8, 8), "a-b": {"c": (1, 1, 1)}}
    assert len(rd.facts(rd.trace(OfKeys(), inputs))["residuals"]) == 1
    assert len(rd.facts(rd.trace(OfKeys(), {"data": inputs}))["residuals"]) == 1


def test_inputs_by_any_name_are_asked_for() -> None:
    with pytest.raises(TraceError, match="inputs by name, as in --input image=3x224x224"):
        trace(ByAnyName())


def test_outputs_are_compared_for_the_same_forms() -> None:
    inputs = [parse_input("batch.image=3x8x8"), parse_input("batch.scale=1.0")]
    assert not deviation(OfDataclass(), OfDataclass(), inputs).differs
    assert not deviation(ByName(), Plain(), [parse_input("image=3x8x8")]).differs


class Stacked(Body):
    def forward(self, images: list[Tensor]) -> Tensor:
        return self.run(torch.stack([(image - 0.5) / 0.2 for image in images]))


class Resized(Body):
    def forward(self, images: list[Tensor]) -> list[Tensor]:
        same = [nn.functional.interpolate(image[None], (8, 8))[0] for image in images]
        return list(self.run(torch.stack(same)))


class Unsqueezed(Body):
    def forward(self, x: Tensor) -> Tensor:
        assert x.dim() == 3
        x = x.permute(1, 2, 0) / torch.tensor([0.1, 0.2, 0.3])
        x = x.permute(2, 0, 1)
        return self.run(torch.cat([x[:1], x[1:]]).unsqueeze(0)).squeeze(0)


class Viewed(Body):
    def forward(self, x: Tensor) -> Tensor:
        assert x.dim() == 3
        return self.run(x.flip(0).view(1, *x.shape))[0]


class NeverBatched(Body):
    def forward(self, x: Tensor) -> Tensor:
        assert x.dim() == 3
        x = torch.relu(self.stem(x))
        return torch.relu(x + self.conv(x)).mean((1, 2))


@pytest.mark.parametrize(
    ("model", "given"),
    [
        (Stacked(), "images[0]=3x8x8"),
        (Resized(), "images[0]=3x8x8"),
        (Unsqueezed(), "3x8x8"),
        (Viewed(), "3x8x8"),
        (NeverBatched(), "3x8x8"),
    ],
)
def test_the_channels_of_an_item_without_a_batch_are_no_batch(model: nn.Module, given: str) -> None:
    network = trace(model, [parse_input(given)])
    assert network.input_shape == (3, 8, 8)
    assert network.notes == ()
    assert rd.facts(network)["macs"] == rd.facts(EXPECTED)["macs"]
    assert [one["in_shape"] for one in rd.facts(network)["residuals"]] == [[8, 8, 8]]


def test_each_item_of_a_list_is_counted() -> None:
    two = trace(Stacked(), [parse_input("images[0]=3x8x8"), parse_input("images[1]=3x8x8")])
    assert rd.facts(two)["macs"] == 2 * rd.facts(EXPECTED)["macs"]


class Lazy(Body):
    def __init__(self, way: str) -> None:
        super().__init__()
        self.way = way

    def forward(self, x: Tensor) -> Any:
        if self.way == "map":
            return map(self.run, [x])
        return self.endless(x) if self.way == "generator" else self.later(x)

    def endless(self, x: Tensor) -> Iterator[Tensor]:
        while True:
            yield self.run(x)

    async def later(self, x: Tensor) -> Tensor:
        return self.run(x)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("way", ["map", "generator", "coroutine"])
def test_a_result_that_has_not_run_is_refused(way: str) -> None:
    with pytest.raises(TraceError, match=f"its forward gives a {way}, which runs nothing until it is read"):
        trace(Lazy(way), [parse_input("3x8x8")])


class Moved(Body):
    def __init__(self) -> None:
        super().__init__()
        self.to("cpu")

    def forward(self, x: Tensor) -> Tensor:
        return self.run(x.to(self.stem.weight.device))


def test_a_move_to_the_device_of_the_weights_needs_no_values() -> None:
    assert trace(Moved(), [parse_input("3x8x8")]).notes == ()


class Attends(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.attend = nn.MultiheadAttention(8, 2, batch_first=True)

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = x + self.attend(x, x, x, need_weights=False)[0]
        return result


def test_tokens_of_an_attention_are_no_batch() -> None:
    for given in (["5x8"], []):
        network = trace(Attends(), [parse_input(text) for text in given])
        assert network.input_shape == (8, 5 if given else 16)
        assert not any("batch" in note for note in network.notes)


def test_a_script_in_a_file_is_a_source(tmp_path: Any) -> None:
    (tmp_path / "net.py").write_text(
        "import torch\nnet = torch.jit.script(torch.nn.Sequential(torch.nn.Conv2d(3, 8, 3)))\n"
    )
    assert trace(load_model("net.py:net", folder=tmp_path).model).input_shape[0] == 3


class Chosen(Body):
    def forward(self, x: Tensor) -> Tensor:
        x = self.run(x)
        (places,) = torch.where(x[0] > 0)
        return x[:, places]


def test_a_search_for_places_is_no_choice_of_zeros() -> None:
    assert residuals_of(Chosen()) == 1


def residuals_of(model: nn.Module) -> int:
    return len(rd.facts(trace(model, [parse_input("3x8x8")]))["residuals"])


class Child(Plain):
    def __init__(self) -> None:
        super().__init__()
        self.conv.parent = self.conv


class OwnTrain(Plain):
    def train(self, mode: bool = True) -> "OwnTrain":
        raise RuntimeError("train with fit()")


def _failing(*args: Any, **options: Any) -> Any:
    raise RuntimeError


OwnLists = type(
    "OwnLists",
    (Plain,),
    dict.fromkeys(("parameters", "modules", "children"), _failing),
)


@pytest.mark.parametrize("model", [Child(), OwnTrain(), OwnLists()])
def test_methods_of_a_model_s_own_stop_no_drawing(model: nn.Module) -> None:
    before = [module.training for module in nn.Module.modules(model)]
    assert residuals_of(model) == 1
    assert [module.training for module in nn.Module.modules(model)] == before


class Unhashable(Plain):
    def __hash__(self) -> int:
        raise RuntimeError("compare by name")


def test_a_model_that_cannot_be_walked_over_is_refused() -> None:
    with pytest.raises(TraceError, match="cannot be listed: RuntimeError: compare by name"):
        residuals_of(Unhashable())
