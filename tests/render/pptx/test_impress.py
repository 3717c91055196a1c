"""PowerPoint: what LibreOffice Impress makes of a presentation."""

import subprocess
import xml.etree.ElementTree as ElementTree
import zipfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import pdfplumber
import pytest
from PIL import Image, ImageChops, ImageFilter, ImageStat

from resnet_diagram.diagram.options import View
from resnet_diagram.layout.scene import boxes
from resnet_diagram.layout.units import Fit
from resnet_diagram.render.conversion.png import render_png
from resnet_diagram.render.figure import Figure
from resnet_diagram.render.pptx.deck import render_pptx
from tests.programs import require
from tests.render.figures import named, with_output
from tests.render.pptx.reading import ends, opened, place_of, scaled, shapes

pytestmark = pytest.mark.filterwarnings("ignore:The smallest type")

SHOWN = [
    ("resnet50", View.PAPER, "paper", Fit(height=1000.0)),
    ("resnet18", View.OVERVIEW, "dark", Fit(height=1000.0)),
    ("resnet20", View.FULL, "paper", Fit(480.0, 235.0)),
    ("resnet50d", View.PAPER, "gray", Fit(520.0, 300.0)),
]
_DPI = 144


@dataclass(frozen=True)
class Impress:
    """The figures of a presentation, its bytes, and what Impress converts it to."""

    figures: list[Figure]
    content: bytes
    pdf: Path
    odp: Path


@pytest.fixture(scope="module")
def impress(tmp_path_factory: pytest.TempPathFactory) -> Impress:
    program, folder = require("soffice"), tmp_path_factory.mktemp("impress")
    figures = [with_output(named(network, view, theme=theme), fit=fit) for network, view, theme, fit in SHOWN]
    content = render_pptx(*figures)
    (folder / "deck.pptx").write_bytes(content)
    for suffix in ("pdf", "odp"):
        command = [program, f"-env:UserInstallation=file://{folder}/profile", "--headless"]
        command += ["--convert-to", suffix, "--outdir", str(folder), str(folder / "deck.pptx")]
        subprocess.run(command, check=True, capture_output=True, timeout=180)
    return Impress(figures, content, folder / "deck.pdf", folder / "deck.odp")


def test_connectors_keep_their_shapes(impress: Impress) -> None:
    with zipfile.ZipFile(impress.odp) as archive:
        root = ElementTree.fromstring(archive.read("content.xml"))
    slides = [item for item in root.iter() if item.tag.endswith("}page")]
    for slide, original in zip(slides, opened(impress.content).slides, strict=True):
        kept = {
            item.attrib[f"{{{_draw(item)}}}name"]: {
                key.rpartition("}")[2] for key in item.attrib if key.endswith(("}start-shape", "}end-shape"))
            }
            for item in slide.iter()
            if item.tag.endswith("}connector")
        }
        expected = {
            shape.name: {{"stCxn": "start-shape", "endCxn": "end-shape"}[name] for name in ends(shape)}
            for shape in shapes(original)
            if shape.element.tag.endswith("}cxnSp")
        }
        assert kept == expected


def _draw(item: ElementTree.Element) -> str:
    return item.tag[1:].partition("}")[0]


def test_no_text_leaves_its_box(impress: Impress) -> None:
    with pdfplumber.open(impress.pdf) as document:
        for figure, page, slide in zip(
            impress.figures, document.pages, opened(impress.content).slides, strict=True
        ):
            place = place_of(slide, figure.scene)
            for box in boxes(figure.scene):
                if not (box.id and box.texts):
                    continue
                left, top, width, height = scaled(box, place)
                inside = [char for char in page.chars if _is_in(char, left, top, width, height)]
                found = "".join(sorted(char["text"] for char in inside)).replace(" ", "")
                words = "".join(text.text for text in box.texts).replace(" ", "")
                assert found == "".join(sorted(words)), box.id


def _is_in(char: dict[str, Any], left: float, top: float, width: float, height: float) -> bool:
    """Return whether all of a letter's width, and the middle of its height, is in a frame."""
    across = left - 0.3 <= char["x0"] and char["x1"] <= left + width + 0.3
    return bool(across and top <= (char["top"] + char["bottom"]) / 2 <= top + height)


def test_pixels_are_close_to_those_of_the_figure(impress: Impress, tmp_path: Path) -> None:
    program = require("pdftoppm")
    subprocess.run([program, "-r", str(_DPI), "-png", impress.pdf, tmp_path / "page"], check=True)
    pages = sorted(tmp_path.glob("page*.png"))
    for figure, path, slide in zip(impress.figures, pages, opened(impress.content).slides, strict=True):
        scene, place = figure.scene, place_of(slide, figure.scene)
        (x, y), zoom = place.at((0.0, 0.0)), _DPI / 72
        end = place.at((scene.width, scene.height))
        left, top, right, bottom = (round(side * zoom) for side in (x, y, *end))
        drawn = Image.open(path).convert("L").crop((left, top, right, bottom))
        wanted = Image.open(BytesIO(render_png(with_output(figure, dpi=300)))).convert("L").resize(drawn.size)
        soft = [image.filter(ImageFilter.GaussianBlur(2 * zoom)) for image in (drawn, wanted)]
        difference = ImageChops.difference(*soft)
        far = difference.point(lambda value: 255 * (value > 48))
        assert ImageStat.Stat(difference).mean[0] < 3.0, figure.scene.title
        assert ImageStat.Stat(far).mean[0] / 255 < 0.002, figure.scene.title
