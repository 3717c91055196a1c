"""Turn an SVG into PDF or PNG with the `typst` library, which needs no program and no installed font."""

from dataclasses import replace
from functools import cache
from math import ceil
from typing import TYPE_CHECKING, Literal

from resnet_diagram.errors import RenderError
from resnet_diagram.render.faces import needs_installed, ours_first, warn_of_missing
from resnet_diagram.render.figure import Figure
from resnet_diagram.render.svg import number, svg_text
from resnet_diagram.resources import fonts_dir

if TYPE_CHECKING:
    import typst

# The values come through `sys.inputs`, so that nothing needs to be escaped and no file is written.
_PAGE = b"""#set document(title: sys.inputs.title, date: none)
#set page(width: auto, height: auto, margin: 0pt)
#image(bytes(sys.inputs.svg), format: "svg", alt: sys.inputs.description)
"""
_INCH = 72
_HAIR = 0.02
"""Pixels: more than single precision loses, less than anyone sees."""

_PDF_VERSION: Literal["1.5"] = "1.5"
"""The newest that pdfLaTeX includes without a warning."""


def convert(figure: Figure, form: Literal["pdf", "png"]) -> bytes:
    """The figure as a PDF of one page, or as PNG, drawn by its SVG template.

    Raises RenderError where typst is not installed or cannot read what a template of the reader's wrote.
    """
    try:
        import typst
    except ImportError as error:
        message = f"{form.upper()} needs the package typst: pip install 'resnet-diagram[pdf]'."
        raise RenderError(message) from error
    font = figure.theme.font
    size = (
        (number(figure.scene.width), number(figure.scene.height)) if form == "pdf" else whole_pixels(figure)
    )
    svg = svg_text(figure, replace(figure.theme, font=ours_first(font), dark=None), size)
    try:
        return typst.compile(
            _PAGE,
            font_paths=_fonts(svg, installed=needs_installed(svg, font)),
            format=form,
            ppi=float(figure.dpi),
            sys_inputs={"svg": svg, "title": figure.spoken_title, "description": figure.scene.description},
            pdf_standards=_PDF_VERSION if form == "pdf" else [],
        )
    except typst.TypstError as error:
        raise RenderError(f"typst cannot turn the SVG into {form.upper()}: {error.message}.") from error


def whole_pixels(figure: Figure) -> tuple[str, str]:
    """The size of the page in points, stretched to whole pixels.

    typst draws an SVG into a picture of its own, its width rounded up to pixels and its height, which follows
    from the width, too, and takes from that picture the pixel nearest to each of its own. Only where the two
    have one size is no row of pixels lost; a hair less than whole keeps the roundings where they belong.
    """
    wide, high = (ceil(points * figure.dpi / _INCH) for points in (figure.scene.width, figure.scene.height))
    less = _HAIR * min(1.0, wide / high)
    pixels = (wide - less, high - less * high / wide - _HAIR)
    return f"{pixels[0] * _INCH / figure.dpi:.6f}", f"{pixels[1] * _INCH / figure.dpi:.6f}"


def _fonts(svg: str, *, installed: bool) -> "typst.Fonts":
    fonts = _faces(installed)
    if installed:
        warn_of_missing(svg, fonts.families())
    return fonts


@cache
def _faces(installed: bool) -> "typst.Fonts":
    """Our own faces, and those of the system where they are wanted: reading them takes a while."""
    import typst

    return typst.Fonts(include_system_fonts=installed, include_embedded_fonts=False, font_paths=[fonts_dir()])
