"""PNG: the size asked for, and what it says of itself."""

from dataclasses import replace
from io import BytesIO

import pytest
from PIL import Image, ImageChops, ImageStat

from resnet_diagram.diagram.options import View
from resnet_diagram.errors import RenderError
from resnet_diagram.render.conversion.png import render_png, with_metadata
from tests.render.figures import named, with_output

pytest.importorskip("typst")


@pytest.mark.parametrize("dpi", [72, 300, 601])
def test_it_has_the_pixels_asked_for_and_says_so(dpi: int) -> None:
    shown = with_output(named("resnet18"), dpi=dpi)
    with Image.open(BytesIO(render_png(shown))) as image:
        assert image.size == pytest.approx(
            (shown.scene.width * dpi / 72, shown.scene.height * dpi / 72), abs=1
        )
        assert image.info["dpi"] == pytest.approx((dpi, dpi), abs=0.02)
        assert image.info["Title"] == "resnet18"
        image.verify()


def test_it_is_painted_in_the_colours_of_the_theme() -> None:
    with Image.open(BytesIO(render_png(named("resnet18", theme="dark")))) as image:
        assert image.convert("RGB").getpixel((5, 5)) == (0x0D, 0x11, 0x17)
        assert image.convert("RGBA").getchannel("A").getextrema() == (255, 255), "nothing shines through"


def test_the_same_figure_gives_the_same_bytes() -> None:
    assert render_png(named("resnet18")) == render_png(replace(named("resnet18")))


def test_more_pixels_than_any_viewer_opens_are_refused_with_a_number_that_works() -> None:
    large = with_output(named("resnet1202", View.FULL), dpi=2400)
    with pytest.raises(RenderError, match=r"Ask for --dpi (\d+) or less, or take SVG or PDF") as caught:
        render_png(large)
    assert "million pixels" in str(caught.value)


def test_a_title_of_any_letters_is_kept() -> None:
    plain = BytesIO()
    Image.new("RGB", (2, 2)).save(plain, "PNG")
    with Image.open(BytesIO(with_metadata(plain.getvalue(), 150, "残差 é"))) as image:
        image.load()
        assert image.info["Title"] == "残差 é"
        assert image.info["dpi"] == pytest.approx((150, 150), abs=0.02)


@pytest.mark.parametrize("scale", [0.5, 2.0])
def test_a_scaled_one_has_so_many_pixels_and_all_of_the_drawing(scale: float) -> None:
    """A drawing at twice its size and half the resolution has the same pixels."""
    shown = named("resnet18")
    scaled = with_output(shown, scale=scale, dpi=300)
    alike = with_output(shown, dpi=int(300 * scale))
    with (
        Image.open(BytesIO(render_png(scaled))) as left,
        Image.open(BytesIO(render_png(alike))) as right,
    ):
        assert left.size == right.size
        assert left.info["dpi"] == pytest.approx((300, 300), abs=0.02)
        apart = ImageStat.Stat(ImageChops.difference(left.convert("RGB"), right.convert("RGB"))).mean
    assert max(apart) < 1
