"""Widths of texts: facts of the Arial-compatible faces."""

import pytest

from resnet_diagram.layout.text.metrics import text_width
from resnet_diagram.layout.text.wrap import narrow_lines, wrap_label, wrap_lines


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("0", 1139),
        (" ", 569),
        ("×", 1196),
        ("→", 2048),
        ("W", 1933),
        ("i", 455),
        ("ReLU", 1479 + 1139 + 1139 + 1479),
    ],
)
def test_regular_widths_are_the_faces_own(text: str, units: int) -> None:
    assert text_width(text, 2048) == pytest.approx(units, abs=1)


def test_bold_is_wider() -> None:
    assert text_width("Stage 1", 10, bold=True) > text_width("Stage 1", 10)


def test_width_grows_with_size() -> None:
    assert text_width("conv", 20) == pytest.approx(2 * text_width("conv", 10))


def test_unknown_characters_have_a_width_and_marks_have_none() -> None:
    assert text_width("注", 10) == 10
    assert text_width("\u20dd", 10) == 0
    assert 3 < text_width("ⴰ", 10) < 10


def test_short_lines_stay_whole() -> None:
    assert wrap_lines(("BN, ReLU",), 6.4) == ("BN, ReLU",)


def test_long_lines_break_in_two() -> None:
    assert wrap_lines(("3×3 conv, 128, s=2",), 6.4) == ("3×3 conv", "128, s=2")


def test_no_letter_is_lost() -> None:
    word = "layer.with_a_very_long-name" * 9
    for lines in (narrow_lines((word,), 6.4, 96.0), wrap_lines((word,), 6.4), wrap_label(word, 6.4, 10.0)):
        assert "".join(lines) == word
        assert max(text_width(line, 6.4) for line in lines) <= 15 * 6.4 + 0.01
