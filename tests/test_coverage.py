"""A few rows of the coverage page, and the page itself."""

import pytest

pytest.importorskip("torch")

from docs.coverage import PAGE, Subject, page, row, torchvision_subjects
from tests.tracer.models.libraries import timm_module, torchvision_models


@pytest.mark.parametrize(
    ("name", "stages", "shortcuts", "counts"),
    [
        ("resnet18", "2, 2, 2, 2", "5 identity, 3 projection", ("11.69", "1.81")),
        ("resnext50_32x4d", "3, 4, 6, 3", "12 identity, 4 projection", ("25.03", "4.23")),
        ("shufflenet_v2_x0_5", "4, 8, 4 (concat)", "", ("1.37", "0.04")),
    ],
)
def test_a_row_of_torchvision(name: str, stages: str, shortcuts: str, counts: tuple[str, str]) -> None:
    torchvision_models()
    (subject,) = [one for one in torchvision_subjects("classification") if one.name == name]
    found = row(subject)
    assert found[:6] == (name, stages, shortcuts, "", "all", "")
    assert all(0 < float(height.split(",")[0]) <= 9 for height in found[6:8])
    assert found[8:] == (*counts, "")


def test_a_row_of_timm() -> None:
    timm_module()
    found = row(Subject(name="resnet", source="timm:resnet50"))
    assert found[:6] == ("resnet", "3, 4, 6, 3", "12 identity, 4 projection", "", "all", "")
    assert found[8:] == ("25.56", "4.09", "")


def test_opaque_layers_are_named() -> None:
    timm_module()
    found = row(Subject(name="efficientvim", source="timm:efficientvim_m1"))
    assert found[3] == "3 hsmssd"


def test_what_cannot_be_drawn_says_why() -> None:
    assert "not drawn" in row(Subject(name="none", source="nowhere.py:Net"))[-1]


def test_the_page_counts_what_is_drawn() -> None:
    rows = [
        ("a", "2", "2 identity", "", "all", "", "5.0", "8.0", "1", "2", ""),
        ("b", *[""] * 9, "**not drawn**: x | y"),
    ]
    text = page([("library", rows)])
    assert "1 of 2 models drawn" in text
    assert "**not drawn**: x / y |" in text


def test_every_model_on_the_page_is_drawn() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert "resnet152" in text
    assert "all but" not in text
    assert "**not drawn**" not in text
