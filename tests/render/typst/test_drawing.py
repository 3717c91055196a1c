"""Native Typst: it compiles everywhere, and shows the same picture as the SVG."""

import re
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pypdf import PdfReader

from resnet_diagram.diagram.options import View
from resnet_diagram.errors import UnrenderedWarning
from resnet_diagram.render.conversion.png import render_png
from resnet_diagram.render.figure import Figure
from resnet_diagram.render.typst import render_typst
from resnet_diagram.resources import fonts_dir
from resnet_diagram.style.theme import load_theme
from tests.render.figures import named, samples, with_output
from tests.render.tikz.scenes import NASTY, nasty_figure

typst = pytest.importorskip("typst")

_SAMPLES = samples()
_SMALL = [name for name in _SAMPLES if not name.startswith("many blocks")]


@pytest.fixture(scope="module")
def fonts() -> object:
    """The one face that comes with the package."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[fonts_dir()])


def compiled(source: str, fonts: object, form: str = "pdf", **how: object) -> bytes:
    """What Typst makes of a document; it may complain of nothing but faces that are not there."""
    made, warnings = typst.compile_with_warnings(source.encode(), font_paths=fonts, format=form, **how)
    said = [warning.message for warning in warnings]
    assert [one for one in said if not one.startswith("unknown font family")] == []
    assert isinstance(made, bytes)
    return made


def words(pdf: bytes) -> str:
    (page,) = PdfReader(BytesIO(pdf)).pages
    return page.extract_text()


@pytest.mark.parametrize("name", _SMALL)
def test_every_sample_compiles(name: str, fonts: object) -> None:
    figure = with_output(_SAMPLES[name], standalone=True)
    (page,) = PdfReader(BytesIO(compiled(render_typst(figure), fonts))).pages
    size = (figure.scene.width, figure.scene.height)
    assert (float(page.mediabox.width), float(page.mediabox.height)) == pytest.approx(size, abs=0.02)


def test_a_scaled_one_takes_so_much_room(fonts: object) -> None:
    figure = with_output(_SAMPLES[_SMALL[0]], standalone=True, scale=0.5)
    (page,) = PdfReader(BytesIO(compiled(render_typst(figure), fonts))).pages
    size = (figure.scene.width / 2, figure.scene.height / 2)
    assert (float(page.mediabox.width), float(page.mediabox.height)) == pytest.approx(size, abs=0.02)


def difference(figure: Figure, fonts: object) -> float:
    """How far the native drawing is from the SVG's, as the mean over all pixels and channels, 0 to 255."""
    native = compiled(
        render_typst(with_output(figure, standalone=True)), fonts, "png", ppi=float(figure.output.dpi)
    )
    return apart(native, render_png(figure))


def apart(one: bytes, other: bytes, times: int = 4) -> float:
    """The mean difference of two pictures of one size, give or take a pixel at the right and the bottom.

    Each `times` × `times` pixels count as one, so that smoothed edges do not.
    """
    with Image.open(BytesIO(one)) as first, Image.open(BytesIO(other)) as second:
        width, height = min(first.width, second.width), min(first.height, second.height)
        assert max(first.width, second.width) - width <= 1
        assert max(first.height, second.height) - height <= 1
        found = []
        for image in (first, second):
            part = image.convert("RGB").crop((0, 0, width // times * times, height // times * times))
            found.append(np.asarray(part.reduce(times), dtype=np.int64))
    return float(np.abs(found[0] - found[1]).mean())


@pytest.mark.parametrize(
    ("network", "view", "theme"),
    [
        ("resnet152", View.PAPER, "paper"),
        ("resnet50-v2", View.OVERVIEW, "color"),
        ("resnet20", View.FULL, "dark"),
        ("resnet18", View.PAPER, "gray"),
    ],
)
def test_it_is_the_same_picture_as_the_svg(network: str, view: View, theme: str, fonts: object) -> None:
    assert difference(named(network, view, theme=theme), fonts) < 0.6


@pytest.mark.parametrize("dpi", [72, 110, 201])
def test_no_row_of_pixels_is_lost_at_any_resolution(dpi: int, fonts: object) -> None:
    assert difference(with_output(named("resnet50"), dpi=dpi), fonts) < 0.6


def test_another_picture_is_seen_to_be_another(fonts: object) -> None:
    figure = named("resnet20", View.FULL)
    moved = with_output(figure, standalone=True)
    source = render_typst(moved).replace('"conv": (fill: rgb("#E3EEF8")', '"conv": (fill: rgb("#E3AAF8")')
    shifted = re.sub(
        r"words\((\"[\w-]+\"), ([\d.]+)", lambda one: f"words({one[1]}, {float(one[2]) + 3}", source
    )
    native = compiled(shifted, fonts, "png", ppi=300.0)
    assert apart(native, render_png(figure)) > 2.0


def test_nasty_names_come_out_letter_by_letter(fonts: object) -> None:
    source = render_typst(nasty_figure())
    compiled(source, fonts)
    shown = re.findall(r'words\("[^"]*", [\d.]+, [\d.]+, "((?:[^"\\]|\\.)*)"', source)
    plain = {one.replace('\\"', '"').replace("\\\\", "\\") for one in shown}
    assert set(NASTY) <= plain


_PAPER = """#set page(width: 300mm, height: 297mm, margin: 20mm)
#set par(justify: true, first-line-indent: 2em)
#set text(size: 10pt, tracking: 0.5pt, style: "italic", weight: "bold", lang: "ar", dir: rtl)
#set rect(inset: 9pt, outset: 2pt)
#set box(inset: 3pt, stroke: red)
#set align(end)
"""


def test_a_document_changes_nothing_in_it(fonts: object, tmp_path: Path) -> None:
    figure = named("resnet20", View.OVERVIEW)
    (tmp_path / "figure.typ").write_text(render_typst(figure), encoding="utf-8")
    alone = compiled(render_typst(with_output(figure, standalone=True)), fonts, "png", ppi=144.0)
    document = tmp_path / "document.typ"
    size = "#set page(margin: 0pt, width: auto, height: auto)\n"
    for rules in ("", _PAPER):
        document.write_text(f'{rules}{size}#include "figure.typ"', encoding="utf-8")
        assert typst.compile(document, font_paths=fonts, format="png", ppi=144.0) == alone


def test_a_figure_of_a_document_holds_it(fonts: object, tmp_path: Path) -> None:
    (tmp_path / "figure.typ").write_text(render_typst(named("resnet20", View.OVERVIEW)), encoding="utf-8")
    document = tmp_path / "document.typ"
    text = f'{_PAPER}#figure(include "figure.typ", caption: [A network.])'
    document.write_text(text, encoding="utf-8")
    shown = words(typst.compile(document, font_paths=fonts))
    assert "resnet20" in shown
    assert "A network." in shown


def test_it_reads_like_a_drawing() -> None:
    text = render_typst(named("resnet152"))
    assert "#import" not in text
    head, body = text.split("#block(")
    assert head.count("#let styles = (") == 1
    statements = body.partition("// Stem")[2]
    assert len(statements.splitlines()) > 100
    assert not re.search(r"rgb\(|\bstroke:|\dpt\b", statements), "styles have names"
    assert not re.search(r"\.\d{3}", body), "two decimals are enough"
    assert max(len(line) for line in head.splitlines() if line.startswith("//")) < 110


def test_only_what_is_drawn_has_a_style() -> None:
    text = render_typst(named("resnet20", View.OVERVIEW))
    used = set(re.findall(r'(?:node|tapered|wire|words)\("([\w-]+)"', text))
    assert used == set(re.findall(r'^  "([\w-]+)": \(', text, flags=re.MULTILINE))


def test_the_same_figure_gives_the_same_text() -> None:
    assert render_typst(named("resnet50")) == render_typst(replace(named("resnet50")))


def test_the_faces_are_those_of_the_theme() -> None:
    own = replace(load_theme(), font="'My Face', Arial, serif")
    with pytest.warns(UnrenderedWarning, match="My Face is not available"):
        text = render_typst(replace(named("resnet18"), theme=own))
    assert '#let faces = ("My Face", "Arial", ' in text
