"""PDF: vectors, embedded fonts, text where the scene has it, the same bytes on every machine."""

import sys
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pdfplumber
import pytest
from pypdf import PdfReader
from pypdf.generic import DictionaryObject

from resnet_diagram.diagram.model import Direction, Node, NodeRole
from resnet_diagram.diagram.options import View
from resnet_diagram.errors import RenderError, UnrenderedWarning
from resnet_diagram.layout.scene import Anchor, Box, Text, walk
from resnet_diagram.layout.text.metrics import CAPITAL_HEIGHT
from resnet_diagram.render.conversion import convert as conversion
from resnet_diagram.render.conversion.convert import render_pdf
from resnet_diagram.render.figure import Figure
from resnet_diagram.render.formats import format_named, write_as
from resnet_diagram.resources import fonts_dir
from resnet_diagram.style.theme import load_theme, theme_names
from resnet_diagram.wording.terms import literal
from tests.layout.samples import diagram
from tests.programs import bitmap_fonts, missing, run_latex
from tests.render.figures import figure, named, with_output

typst = pytest.importorskip("typst")


def page(figure: Figure) -> "pdfplumber.page.Page":
    (found,) = pdfplumber.open(BytesIO(render_pdf(figure))).pages
    return found


def level_texts(figure: Figure) -> list[Text]:
    """The texts of a scene that are not turned."""
    items = list(walk(figure.scene))
    texts = [item for item in items if isinstance(item, Text)]
    texts += [text for item in items if isinstance(item, Box) for text in item.texts]
    return [text for text in texts if not text.turned and text.text.strip()]


@pytest.mark.parametrize("theme", [name for name in theme_names() if name != "auto"])
def test_it_is_one_page_as_large_as_the_scene(theme: str) -> None:
    shown = named("resnet152", theme=theme)
    found = page(shown)
    assert (float(found.width), float(found.height)) == pytest.approx(
        (shown.scene.width, shown.scene.height), abs=0.02
    )
    assert not found.images
    assert len(found.rects) + len(found.curves) + len(found.lines) > 50


def test_a_scaled_one_is_a_page_of_that_size() -> None:
    shown = with_output(named("resnet18"), scale=1.5)
    found, usual = page(shown), page(named("resnet18"))
    assert float(found.width) == pytest.approx(1.5 * shown.scene.width, abs=0.02)
    assert sorted(word["text"] for word in found.extract_words()) == sorted(
        word["text"] for word in usual.extract_words()
    )
    sizes = [max(char["size"] for char in one.chars) for one in (found, usual)]
    assert sizes[0] == pytest.approx(1.5 * sizes[1], rel=0.01)


def test_fonts_are_embedded_and_text_can_be_found() -> None:
    reader = PdfReader(BytesIO(render_pdf(named("resnet152"))))
    (only,) = reader.pages
    assert "Stage 1" in only.extract_text()
    assert "7×7 conv, 64, s=2" in only.extract_text()
    assert bitmap_fonts(BytesIO(render_pdf(named("resnet152")))) == []
    fonts = faces(reader)
    assert {name.split("+")[1] for name, _ in fonts} == {"Arimo-Regular", "Arimo-Bold", "Arimo-Italic"}
    assert all(embedded for _, embedded in fonts)


def faces(reader: PdfReader) -> list[tuple[str, bool]]:
    """Name of each face, and whether its file is in the PDF."""
    objects = [reader.get_object(number) for number in range(1, len(reader.xref[0]) + 1)]
    dictionaries = [one for one in objects if isinstance(one, DictionaryObject)]
    found = [one for one in dictionaries if one.get("/Type") == "/FontDescriptor"]
    return [(str(one["/FontName"]), bool({"/FontFile2", "/FontFile3"} & set(one))) for one in found]


@pytest.mark.parametrize("direction", Direction)
def test_text_stands_where_the_scene_has_it(direction: Direction) -> None:
    shown = named("resnet152", View.PAPER, direction)
    letters = page(shown).chars
    for text in level_texts(shown):
        start = {Anchor.START: 0.0, Anchor.MIDDLE: 0.5, Anchor.END: 1.0}[text.anchor]
        left, base = text.x - start * text.width, text.y + CAPITAL_HEIGHT / 2 * text.size
        first = [
            one
            for one in letters
            if one["text"] == text.text[0]
            and abs(one["x0"] - left) < 0.05
            and abs(float(shown.scene.height) - one["matrix"][5] - base) < 0.05
        ]
        assert first, f"{text.text!r} does not begin at {left:.2f}, {base:.2f}"
        ends = [one["x1"] for one in letters if abs(one["matrix"][5] - first[0]["matrix"][5]) < 0.01]
        assert any(abs(end - left - text.width) < 0.05 for end in ends), f"{text.text!r} is not as wide"


def test_the_same_figure_gives_the_same_bytes() -> None:
    assert render_pdf(named("resnet50")) == render_pdf(replace(named("resnet50")))


def test_it_needs_no_font_of_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = render_pdf(named("resnet50"))
    conversion._fonts.cache_clear()
    asked: list[bool] = []
    real = typst.Fonts

    def bare(**how: object) -> object:
        asked.append(bool(how["include_system_fonts"]))
        return real(**{**how, "include_system_fonts": False})

    monkeypatch.setattr(typst, "Fonts", bare)
    assert render_pdf(named("resnet50")) == wanted
    assert asked == [False]
    conversion._fonts.cache_clear()


def written(*lines: str) -> Figure:
    """A figure of one box with these lines in it."""
    node = Node(id="a", role=NodeRole.CONV, lines=tuple(map(literal, lines)))
    return figure(diagram(node))


def test_letters_that_no_font_has_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    bare = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[fonts_dir()])
    monkeypatch.setattr(conversion, "_fonts", lambda installed, folders: bare)
    with pytest.warns(UnrenderedWarning, match="No installed font has '残"):
        render_pdf(written("3×3 conv", "残差"))


def test_letters_that_our_face_has_are_not(recwarn: pytest.WarningsRecorder) -> None:
    render_pdf(written("3×3 conv", "блок αβ", "10⁹"))
    assert not recwarn.list


def test_letters_that_an_installed_font_has_are_shown_in_it(recwarn: pytest.WarningsRecorder) -> None:
    if not any("CJK" in family for family in typst.Fonts().families()):
        missing("a face with Chinese letters")
    reader = PdfReader(BytesIO(render_pdf(written("残差"))))
    assert "残差" in reader.pages[0].extract_text()
    assert all(embedded for _, embedded in faces(reader))
    assert not recwarn.list


def test_it_has_a_title_and_no_date() -> None:
    reader = PdfReader(BytesIO(render_pdf(named("resnet50"))))
    assert reader.metadata is not None
    assert reader.metadata.title == "resnet50"
    assert not reader.metadata.creation_date
    assert reader.pdf_header == "%PDF-1.5"


def test_pdflatex_includes_it_without_a_warning(tmp_path: Path) -> None:
    (tmp_path / "drawing.pdf").write_bytes(render_pdf(named("resnet50")))
    body = r"\includegraphics{drawing.pdf}"
    head = r"\documentclass{article}\usepackage{graphicx}"
    made = run_latex(rf"{head}\begin{{document}}{body}\end{{document}}", "pdflatex", tmp_path)
    assert "PDF inclusion" not in made.log
    assert "pdfTeX warning" not in made.log
    assert "Stage 3" in PdfReader(made.pdf).pages[0].extract_text()


def test_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(RenderError, match=r"pip install 'typst>=0.15'"):
        render_pdf(named("resnet50"))


def test_a_broken_template_is_told(tmp_path: Path) -> None:
    (tmp_path / "svg").mkdir()
    (tmp_path / "svg" / "figure.svg.jinja").write_text("<svg>", encoding="utf-8")
    with pytest.raises(RenderError, match="typst cannot turn the SVG into PDF"):
        render_pdf(with_output(named("resnet50"), templates=tmp_path))


def test_a_theme_that_follows_the_reader_gives_its_light_colours_and_a_warning() -> None:
    plain = render_pdf(replace(named("resnet50")))
    with pytest.warns(UnrenderedWarning, match="pdf has no dark mode"):
        assert write_as(format_named("pdf"), named("resnet50", theme="auto")) == plain


def test_another_face_is_taken_where_the_theme_says_so() -> None:
    serif = replace(load_theme(), font="'Liberation Serif', serif")
    if "Liberation Serif" not in typst.Fonts().families():
        missing("the face Liberation Serif")
    reader = PdfReader(BytesIO(render_pdf(replace(named("resnet50"), theme=serif))))
    assert {name.split("+")[1] for name, _ in faces(reader)} == {
        "LiberationSerif",
        "LiberationSerif-Bold",
        "LiberationSerif-Italic",
    }
