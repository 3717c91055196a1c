"""The face that comes with the package: its letters are as wide as the layout believes."""

import pytest
from fontTools.ttLib import TTFont

from resnet_diagram.layout.text.faces import OWN
from resnet_diagram.layout.text.metrics import text_width, unmeasured
from resnet_diagram.resources import fonts_dir

FACES = ("regular", "italic", "bold")


@pytest.mark.parametrize("face", FACES)
def test_every_letter_is_as_wide_as_measured(face: str) -> None:
    font = TTFont(fonts_dir() / f"Arimo-{face.title()}.ttf")
    em = font["head"].unitsPerEm
    letters = font.getBestCmap()
    assert len(letters) > 500
    leeway = 0.06 if face == "italic" else 1e-6  # a variable is one letter or two; most are as wide
    for code, glyph in letters.items():
        width = text_width(chr(code), em, bold=face == "bold")
        assert width == pytest.approx(font["hmtx"][glyph][0], rel=leeway), chr(code)
    assert not unmeasured("".join(map(chr, letters)))


@pytest.mark.parametrize("face", FACES)
def test_letters_stand_as_they_are_measured_without_kerning(face: str) -> None:
    font = TTFont(fonts_dir() / f"Arimo-{face.title()}.ttf")
    for table in ("GPOS", "GSUB"):
        assert table not in font or not font[table].table.FeatureList.FeatureRecord
    assert "kern" not in font


def test_the_face_is_named_licensed_and_small() -> None:
    files = {path.name: path for path in fonts_dir().iterdir()}
    assert sum(path.stat().st_size for path in files.values()) < 200_000
    assert "SIL OPEN FONT LICENSE Version 1.1" in files["OFL.txt"].read_text(encoding="utf-8")
    font = TTFont(files["Arimo-Regular.ttf"])
    assert font["name"].getDebugName(1) == OWN
    assert "Reserved Font Name" not in font["name"].getDebugName(0)


def test_it_has_what_drawings_are_made_of() -> None:
    assert not unmeasured("3×3 conv → s=2, ÷ − ± ≤ ≥ ≈ ∞ … – — αβγ Δσ ÄÖÜ é ß Ł ő блок 10⁹ x₁")
