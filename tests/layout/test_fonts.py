"""The font of a theme: which one is used, how wide its text is, and what is said if it is absent."""

import json
import os
import re
import struct
import subprocess
import sys
from base64 import b64decode
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

import resnet_diagram as rd
from resnet_diagram.errors import UnrenderedWarning, UsageError
from resnet_diagram.layout.text import installed
from resnet_diagram.layout.text.faces import OWN, alternatives, face_of, families
from resnet_diagram.layout.text.metrics import measured_in, text_width
from resnet_diagram.resources import fonts_dir
from resnet_diagram.style.theme import load_theme
from tests.programs import missing

FAMILIES = {"DejaVu Serif": "DejaVuSerif", "Liberation Mono": "LiberationMono"}
"""Families of Debian's packages, and the stem of their files."""


def file_of(family: str, style: str = "") -> Path:
    names = (f"{FAMILIES[family]}{style}.ttf", f"{FAMILIES[family]}-Regular.ttf")
    files = [folder / name for folder in installed.folders_of(family) for name in names]
    return next((file for file in files if file.is_file()), None) or missing(f"the font {family}")


def theme(path: Path, font: str) -> Path:
    path = path / "theme.toml"
    path.write_text(f'extends = "paper"\nfont = "{font}"\n', encoding="utf-8")
    return path


@pytest.mark.parametrize("style", ["", "-Bold"])
@pytest.mark.parametrize("family", FAMILIES)
def test_text_is_measured_in_the_font_that_is_used(family: str, style: str) -> None:
    file = file_of(family, style)
    font = TTFont(file)
    em, glyphs = font["head"].unitsPerEm, font.getBestCmap()
    words = "3×3 conv, 64, s=2 → 56×56 αβ"
    expected = sum(font["hmtx"][glyphs[ord(letter)]][0] for letter in words) / em
    with measured_in(f"No Such Font, '{family}', serif"):
        assert text_width(words, 10, bold=bool(style)) == pytest.approx(10 * expected)
        assert text_width("残", 10) == 10
    assert text_width(words, 10) != pytest.approx(10 * expected)


def test_all_characters_of_an_installed_font_are_read() -> None:
    file = file_of("DejaVu Serif")
    font = TTFont(file)
    em = font["head"].unitsPerEm
    expected = {chr(code): font["hmtx"][glyph][0] / em for code, glyph in font.getBestCmap().items()}
    advances = installed.advances_of("dejavu serif", bold=False)
    assert advances is not None
    assert {letter: advances.get(letter) for letter in expected} == expected


def test_a_broken_font_file_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "short.ttf").write_bytes(b"\0\1\0\0\0\x20")
    (tmp_path / "empty.otf").write_bytes(b"")
    (tmp_path / "Good.ttf").write_bytes(file_of("DejaVu Serif").read_bytes())
    monkeypatch.setattr(installed, "font_folders", lambda: [tmp_path, tmp_path / "absent"])
    assert set(installed._installed.__wrapped__()) == {"dejavu serif"}


@pytest.mark.parametrize(
    "font", ["No Such Font", "No Such Font, Helvetica, sans-serif", "No Such Font, Other"]
)
def test_an_absent_font_is_replaced_with_a_warning(tmp_path: Path, font: str) -> None:
    pytest.importorskip("typst")
    pypdf = pytest.importorskip("pypdf")
    with pytest.warns(rd.UnrenderedWarning, match=rf"No Such Font.* is not available: .* drawn in {OWN}"):
        data = rd.to_bytes("resnet18", "pdf", theme=str(theme(tmp_path, font)))
    page = pypdf.PdfReader(BytesIO(data)).pages[0]
    assert "Stage 1" in page.extract_text()
    assert {name.split("+")[1].split("-")[0] for name in embedded(page)} == {OWN}


def test_an_installed_font_is_embedded(tmp_path: Path, recwarn: pytest.WarningsRecorder) -> None:
    pytest.importorskip("typst")
    pypdf = pytest.importorskip("pypdf")
    file_of("DejaVu Serif")
    data = rd.to_bytes("resnet18", "pdf", theme=str(theme(tmp_path, "DejaVu Serif")))
    names = embedded(pypdf.PdfReader(BytesIO(data)).pages[0])
    assert {name.split("+")[1].split("-")[0] for name in names} == {"DejaVuSerif"}
    assert not recwarn.list


def embedded(page: object) -> list[str]:
    """Return the names of the fonts that a page uses, all with their files."""
    names = []
    for font in page["/Resources"]["/Font"].values():  # type: ignore[index]
        inner = font["/DescendantFonts"][0]
        assert {"/FontFile2", "/FontFile3"} & inner["/FontDescriptor"].keys()
        names.append(str(inner["/BaseFont"])[1:])
    return names


def test_boxes_hold_the_text_of_a_wider_font(tmp_path: Path) -> None:
    file_of("Liberation Mono")
    scenes = {
        font: json.loads(rd.to_text("resnet50", "scene", theme=str(theme(tmp_path, font))))
        for font in ("Arial", "Liberation Mono")
    }
    widths = {font: [text["width"] for text in texts_in(scene)] for font, scene in scenes.items()}
    assert sum(widths["Liberation Mono"]) > 1.1 * sum(widths["Arial"])


def texts_in(value: object) -> Iterator[dict[str, float]]:
    """Yield the texts of a scene written as JSON."""
    if isinstance(value, dict):
        if {"text", "width"} <= value.keys():
            yield value
        for item in value.values():
            yield from texts_in(item)
    elif isinstance(value, list):
        for item in value:
            yield from texts_in(item)


def test_tikz_is_set_in_the_font_of_the_document(tmp_path: Path, recwarn: pytest.WarningsRecorder) -> None:
    plain = rd.to_text("resnet18", "tikz")
    assert rd.to_text("resnet18", "tikz", theme=str(theme(tmp_path, "DejaVu Serif"))) == plain
    assert rd.to_text("resnet18", "tikz", theme=str(theme(tmp_path, "No Such Font"))) == plain
    assert not recwarn.list


def test_typst_sources_name_alternatives(tmp_path: Path) -> None:
    with pytest.warns(rd.UnrenderedWarning):
        text = rd.to_text("resnet18", "typst", theme=str(theme(tmp_path, "No Such Font")))
    assert 'let faces = ("No Such Font", "Arimo", "Arial", "Liberation Sans")' in text


def test_generic_names_are_resolved() -> None:
    assert face_of("sans-serif").own
    assert face_of("No Such Font, sans-serif").absent == ("No Such Font",)
    assert "Liberation Serif" in alternatives("Georgia, serif")


def test_a_condensed_face_is_not_taken_by_its_name() -> None:
    assert face_of("Liberation Sans Narrow").own


def test_the_command_warns_once(tmp_path: Path) -> None:
    own = str(theme(tmp_path, "No Such Font"))
    files = ("-o", str(tmp_path / "a.svg"), "-o", str(tmp_path / "a.typ"))
    command = (sys.executable, "-m", "resnet_diagram", "draw", "resnet18", "--theme", own, *files)
    result = subprocess.run(command, capture_output=True, encoding="utf-8", check=True)
    assert result.stderr.count("not available") == 1


def own_font(folder: Path, family: str = "Author Serif") -> Path:
    """Write an installed font under a family of its own, in two weights; return the path of the first."""
    folder.mkdir()
    for style in ("", "-Bold"):
        font = TTFont(file_of("DejaVu Serif", style))
        for record in font["name"].names:
            if record.nameID in (1, 16):
                record.string = family
            elif record.nameID == 6:
                record.string = f"{family.replace(' ', '')}{style}"
        font.save(folder / f"author{style}.ttf")
    return folder / "author.ttf"


@pytest.mark.parametrize("style", ["", "-Bold"])
def test_a_theme_may_bring_its_font(tmp_path: Path, style: str) -> None:
    file = own_font(tmp_path / "fonts")
    font = TTFont(file.with_stem(f"author{style}"))
    glyphs = font.getBestCmap()
    expected = sum(font["hmtx"][glyphs[ord(letter)]][0] for letter in "3×3 conv") / font["head"].unitsPerEm
    loaded = load_theme(theme(tmp_path, "'fonts/author.ttf', serif"))
    assert families(loaded.font) == ["Author Serif", "serif"]
    with measured_in(loaded.font):
        assert text_width("3×3 conv", 10, bold=bool(style)) == pytest.approx(10 * expected)


def test_a_font_of_a_theme_is_embedded(tmp_path: Path, recwarn: pytest.WarningsRecorder) -> None:
    pytest.importorskip("typst")
    pypdf = pytest.importorskip("pypdf")
    own_font(tmp_path / "fonts")
    data = rd.to_bytes("resnet18", "pdf", theme=str(theme(tmp_path, "fonts/author.ttf")))
    names = embedded(pypdf.PdfReader(BytesIO(data)).pages[0])
    assert {name.split("+")[1] for name in names} == {"AuthorSerif", "AuthorSerif-Bold"}
    assert not recwarn.list


@pytest.mark.parametrize("to", ["svg", "typst", "drawio", "dot", "scene", "mermaid", "tikz"])
def test_the_path_of_a_font_is_in_no_file(tmp_path: Path, to: str) -> None:
    own_font(tmp_path / "fonts")
    text = rd.to_text("resnet18", to, theme=str(theme(tmp_path, "fonts/author.ttf, serif")))
    assert "author.ttf" not in text
    assert to in ("scene", "mermaid", "tikz") or "Author Serif" in text


def test_a_font_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no font file 'mine\.ttf'"):
        load_theme(theme(tmp_path, "mine.ttf, serif"))


def harmed(table: str, at: int, change: bytes) -> bytes:
    """Return the package's font with other bytes at a place in one of its tables."""
    data = bytearray((fonts_dir() / "Arimo-Regular.ttf").read_bytes())
    entry = data.index(table.encode(), 12)
    start = struct.unpack_from(">L", data, entry + 8)[0] + at
    data[start : start + len(change)] = change
    return bytes(data)


ENDLESS = struct.pack(">HHHHL", 0, 1, 3, 1, 12) + struct.pack(">HHLLL", 12, 0, 9_999, 0, 300)
"""A table `cmap` of 300 groups with each character that a group can have."""
HARMED = {
    "no units": lambda: harmed("head", 18, b"\0\0"),
    "no widths": lambda: harmed("hhea", 34, b"\0\0"),
    "a subtable behind the end": lambda: harmed("cmap", 4, b"\0\3\0\1\xff\xff\xff\xff"),
    "endless groups": lambda: harmed("cmap", 0, ENDLESS + struct.pack(">LLL", 0, 2**32 - 1, 0) * 300),
}


@pytest.mark.parametrize("harm", HARMED)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_a_font_with_damaged_tables_stops_nothing(tmp_path: Path, harm: str) -> None:
    (tmp_path / "mine.ttf").write_bytes(HARMED[harm]())
    os.mkfifo(tmp_path / "pipe.ttf")
    text = rd.to_text("resnet18", "svg", theme=str(theme(tmp_path, "mine.ttf, sans-serif")))
    assert text.endswith("</svg>\n")


def test_a_broken_font_of_a_theme_is_replaced_with_a_warning(tmp_path: Path) -> None:
    (tmp_path / "mine.ttf").write_bytes(b"no font")
    with pytest.warns(UnrenderedWarning, match="font mine is not available"):
        rd.to_text("resnet18", "svg", theme=str(theme(tmp_path, "mine.ttf, sans-serif")))


def fonts_in(svg: str) -> dict[str, TTFont]:
    """Return the fonts in an SVG by their weight and slant."""
    rule = r"font-weight: (\w+); font-style: (\w+); src: url\(data:font/woff;base64,([^)]*)\)"
    return {
        f"{weight} {style}": TTFont(BytesIO(b64decode(data))) for weight, style, data in re.findall(rule, svg)
    }


def test_an_svg_holds_the_letters_of_a_font_of_the_author_s_own(tmp_path: Path) -> None:
    for style in ("", "-Bold"):
        file = file_of("DejaVu Serif", style)
        (tmp_path / file.name).write_bytes(file.read_bytes())
    look = str(theme(tmp_path, f"{file_of('DejaVu Serif').name}, serif"))
    svg = rd.to_text("resnet18", "svg", theme=look)
    fonts = fonts_in(svg)
    assert set(fonts) >= {"normal normal", "bold normal"}
    assert set("3×3 conv, 64") <= set(map(chr, fonts["normal normal"].getBestCmap()))
    assert "Z" not in map(chr, fonts["normal normal"].getBestCmap())
    assert len(svg) < len(rd.to_text("resnet18", "svg")) + 20_000 * len(fonts)
    assert svg == rd.to_text("resnet18", "svg", theme=look)


def test_an_installed_font_is_named_alone(tmp_path: Path) -> None:
    file_of("DejaVu Serif")
    assert not fonts_in(rd.to_text("resnet18", "svg", theme=str(theme(tmp_path, "DejaVu Serif"))))


@pytest.mark.parametrize("reason", ["permit", r"resnet-diagram\[fonts\]"])
def test_a_font_that_is_not_embedded_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reason: str
) -> None:
    font = TTFont(file_of("DejaVu Serif"))
    font["OS/2"].fsType = 2 if reason == "permit" else 0
    font.save(tmp_path / "mine.ttf")
    if reason != "permit":
        monkeypatch.setitem(sys.modules, "fontTools.subset", None)
    with pytest.warns(UnrenderedWarning, match=rf"mine.ttf, but does not hold it.*{reason}"):
        svg = rd.to_text("resnet18", "svg", theme=str(theme(tmp_path, "mine.ttf")))
    assert not fonts_in(svg)
