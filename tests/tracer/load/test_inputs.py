"""What a model is called with, read from text and guessed."""

import pytest

pytest.importorskip("torch")

import torch
from click.testing import CliRunner
from torch import Tensor, nn

from resnet_diagram.cli.main import main
from resnet_diagram.errors import TraceError, UsageError
from resnet_diagram.spec.measure import macs
from resnet_diagram.tracer import InputSpec, guess_inputs, parse_input, trace
from resnet_diagram.tracer.load.inputs import variants


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3x224x224", InputSpec(shape=(3, 224, 224))),
        ("1x3x224x224", InputSpec(shape=(1, 3, 224, 224))),
        ("3,224,224", InputSpec(shape=(3, 224, 224))),
        ("3×32×32", InputSpec(shape=(3, 32, 32))),
        (" (1, 3, 8, 8) ", InputSpec(shape=(1, 3, 8, 8))),
        ("1x128:int64", InputSpec(shape=(1, 128), dtype="int64")),
        ("mask=1x16:bool", InputSpec(shape=(1, 16), name="mask", dtype="bool")),
        ("16", InputSpec(shape=(16,))),
    ],
)
def test_a_shape_is_read(text: str, expected: InputSpec) -> None:
    assert parse_input(text) == expected


@pytest.mark.parametrize(
    "text", ["", "x", "3x", "3x-1", "3x0", "axb", "3x224x224:float8", "1 2=3", "=3", "3.5x2", "²x3"]
)
def test_wrong_text_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="input"):
        parse_input(text)


@pytest.mark.parametrize(
    ("layer", "text", "shape"),
    [
        (nn.Conv2d(3, 8, 3), "3x32x32", (1, 3, 32, 32)),
        (nn.Conv2d(3, 8, 3), "2x3x32x32", (2, 3, 32, 32)),
        (nn.Conv1d(4, 8, 3), "4x100", (1, 4, 100)),
        (nn.Conv3d(3, 8, 3), "3x8x32x32", (1, 3, 8, 32, 32)),
        (nn.Linear(16, 8), "16", (1, 16)),
        (nn.Linear(16, 8), "5x16", (5, 16)),
        (nn.Embedding(10, 8), "7:int64", (1, 7)),
        (nn.Sequential(nn.Linear(16, 8), nn.Conv2d(3, 8, 3)), "3x32x32", (1, 3, 32, 32)),
        (nn.Sequential(nn.Embedding(10, 8), nn.Conv1d(4, 8, 3)), "4x100", (1, 4, 100)),
        (nn.Sequential(nn.Conv2d(3, 8, 3), nn.Conv3d(3, 8, 3)), "3x8x32x32", (3, 8, 32, 32)),
        (nn.Sequential(nn.Linear(16, 8), nn.Conv2d(3, 8, 3)), "16", (1, 16)),
    ],
)
def test_the_first_layer_that_fits_determines_whether_a_batch_is_missing(
    layer: nn.Module, text: str, shape: tuple[int, ...]
) -> None:
    assert variants([parse_input(text)], nn.Sequential(layer))[0][0].shape == shape


@pytest.mark.parametrize(
    ("layer", "shape", "dtype"),
    [
        (nn.Conv2d(3, 64, 7, 2), (1, 3, 224, 224), "float32"),
        (nn.Conv2d(1, 16, 3), (1, 1, 32, 32), "float32"),
        (nn.Conv1d(2, 16, 3), (1, 2, 1024), "float32"),
        (nn.Linear(12, 3), (1, 12), "float32"),
        (nn.Embedding(12, 3), (1, 128), "int64"),
    ],
)
def test_the_first_guess_fits_the_first_layer(layer: nn.Module, shape: tuple[int, ...], dtype: str) -> None:
    guess = next(iter(guess_inputs(nn.Sequential(layer))))
    assert (guess.shape, guess.dtype) == (shape, dtype)


def test_many_classes_suggest_large_images() -> None:
    model = nn.Sequential(
        nn.Conv2d(3, 8, 3, padding=1), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 1000)
    )
    assert next(iter(guess_inputs(model))).shape == (1, 3, 224, 224)


class Two(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.a = nn.Conv2d(3, 8, 3, padding=1)
        self.b = nn.Conv2d(8, 8, 3, padding=1)

    def forward(self, image: Tensor, mask: Tensor, scale: float = 1.0) -> Tensor:
        result: Tensor = self.b(torch.relu(self.a(image) * mask))
        return result


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ([], ["'mask'", "repeat --input", "image, mask, scale=1.0", "--input mask="]),
        (["3x16x16"], ["'mask'", "repeat --input"]),
        (["3x16x16", "masque=1x16x16"], ["no input is named 'masque'", "image, mask"]),
        (["3x16x16", "1x16x16", "1x3", "1x3"], ["too many", "image, mask"]),
    ],
)
def test_inputs_that_are_not_the_model_s(given: list[str], words: list[str]) -> None:
    with pytest.raises(TraceError) as caught:
        trace(Two(), [parse_input(text) for text in given])
    assert [word for word in words if word not in str(caught.value)] == []


@pytest.mark.parametrize(
    "given",
    [["picture=3x16x16"], ["batch.picture=3x16x16"], ["3x16x16", "3x16x16"], ["x[0]=3x16x16"], ["a=True"]],
)
def test_parts_of_an_argument_that_is_one_tensor(given: list[str]) -> None:
    class One(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv = nn.Conv2d(3, 8, 3)

        def forward(self, x: Tensor) -> Tensor:
            result: Tensor = self.conv(x)
            return result

    with pytest.raises(TraceError) as caught:
        trace(One(), [parse_input(text) for text in given])
    assert "has one argument, and the inputs were given to it as parts" in str(caught.value)
    assert "Fields" not in str(caught.value)
    assert "  " not in str(caught.value)


@pytest.mark.parametrize(
    "given",
    [
        ["3x16x16", "1x16x16"],
        ["3x16x16", "mask=1x16x16:bool"],
        ["1x3x16x16", "1x1x16x16"],
        ["image=3x16x16", "mask=1x16x16"],
    ],
)
def test_inputs_by_order_and_by_name(given: list[str]) -> None:
    assert trace(Two(), [parse_input(text) for text in given]).input_shape == (3, 16, 16)


def test_a_batch_is_explained_and_counts_are_for_one() -> None:
    model = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), nn.ReLU(), nn.Conv2d(8, 8, 3))
    one, two = (trace(model, [parse_input(f"{n}x3x16x16")]) for n in (1, 2))
    assert one.notes == ()
    assert ["2, is taken for the batch" in note for note in two.notes] == [True]
    assert macs(one) == macs(two)
    assert one.input_shape == two.input_shape


def test_the_command_line_asks_for_the_second_input() -> None:
    source = "tests.tracer.load.test_inputs:Two"
    fails = CliRunner().invoke(main, ["describe", source, "--input", "3x16x16"])
    assert (fails.exit_code, fails.stdout) == (1, "")
    assert "repeat --input" in fails.stderr
    works = CliRunner().invoke(
        main, ["describe", source, "--input", "3x16x16", "--input", "mask=1x16x16:bool"]
    )
    assert works.exit_code == 0, works.output


class Halves(nn.Module):
    """Two convolutions that a cast before them may or may not prepare for."""

    def __init__(self, cast: bool) -> None:
        super().__init__()
        self.first, self.second, self.cast = nn.Conv2d(3, 4, 3), nn.Conv2d(4, 4, 3), cast

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if self.cast:
            if x.dtype is not torch.float32:
                raise TypeError("float32 only")
            x = x.to(self.first.weight.dtype)
        return torch.relu(self.second(torch.relu(self.first(x))))


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
@pytest.mark.parametrize("cast", [False, True])
def test_a_model_of_another_type_gets_inputs_of_its_type(dtype: torch.dtype, cast: bool) -> None:
    network = trace(Halves(cast).to(dtype), [parse_input("3x16x16")])
    expected = trace(Halves(cast=False), [parse_input("3x16x16")])
    assert (network.stem, network.body, network.head) == (expected.stem, expected.body, expected.head)
    assert not network.notes
    assert trace(Halves(cast).to(dtype)).notes[-1].startswith("input 3x32x32 was guessed")


@pytest.mark.parametrize("size", [1, 2, 9])
def test_made_up_whole_numbers_are_rows_of_the_table(size: int) -> None:
    class Lookup(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.table, self.after = nn.Embedding(size, 8), nn.Linear(8, 8)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return torch.relu(self.after(self.table.weight[x[x >= 0]]))

    assert not any("forward stopped" in note for note in trace(Lookup(), [parse_input("1x6:int64")]).notes)
