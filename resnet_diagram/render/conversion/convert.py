"""Convert SVG to PDF or PNG with the `typst` library, without external programs or installed fonts."""

import re
from dataclasses import replace
from functools import cache
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from resnet_diagram.errors import RenderError, warn_unrendered
from resnet_diagram.render.escape.xml import printable
from resnet_diagram.render.figure import Figure
from resnet_diagram.render.fonts import drawn_font, font_paths, needs_installed, warn_of_absent
from resnet_diagram.render.svg.render import Size, sizes, svg_text

if TYPE_CHECKING:
    import typst

# The values come through `sys.inputs`, so that nothing needs to be escaped and no file is written.
_PAGE = b"""#set document(title: sys.inputs.title, date: none)
#set page(width: auto, height: auto, margin: 0pt)
#image(bytes(sys.inputs.svg), format: "svg", alt: sys.inputs.description)
"""
_PDF_VERSION: Literal["1.5"] = "1.5"
"""The newest that pdfLaTeX includes without a warning."""

_STRICT: Literal["a-2u"] = "a-2u"
"""A standard of archives: typst refuses to write a letter that no font has."""

_INCH = 72
_HAIR = 0.02
"""Pixels: more than single precision loses, less than anyone sees."""


def render_pdf(figure: Figure) -> bytes:
    """Return a PDF of one page in the drawing's size; its bytes are deterministic."""
    return convert(figure, "pdf")


def convert(figure: Figure, form: Literal["pdf", "png"]) -> bytes:
    """Return the figure as a PDF of one page, or as PNG, rendered from its SVG template.

    Warns of a character that no font has. Raises RenderError if typst is not installed or cannot read the
    output of a user's template.
    """
    try:
        import typst
    except ImportError as error:
        message = f"{form.upper()} needs the package typst: pip install 'typst>=0.15'."
        raise RenderError(message) from error
    font = figure.theme.font
    warn_of_absent(font)
    svg = svg_text(figure, replace(figure.theme, font=drawn_font(font), dark=None), *_sizes(figure, form))
    texts = {"title": figure.spoken_title, "description": figure.scene.description}
    inputs = {"svg": svg} | {name: printable(text) for name, text in texts.items()}
    installed = needs_installed(svg, font)
    if installed:
        _warn_of_missing(inputs, font_paths(font))
    try:
        return typst.compile(
            _PAGE,
            font_paths=_fonts(installed, font_paths(font)),
            format=form,
            ppi=float(figure.output.dpi),
            sys_inputs=inputs,
            pdf_standards=_PDF_VERSION if form == "pdf" else [],
        )
    except typst.TypstError as error:
        raise RenderError(f"typst cannot turn the SVG into {form.upper()}: {error.message}.") from error


def _sizes(figure: Figure, form: str) -> tuple[Size, Size]:
    """Return the page size in points, for PNG in whole pixels, and the extent of its coordinates."""
    if form == "pdf":
        return sizes(figure)
    page, scale = whole_pixels(figure), figure.output.scale
    width, height = (f"{points / scale:.6f}" for points in page)
    return Size(*(f"{points:.6f}" for points in page)), Size(width, height)


def whole_pixels(figure: Figure) -> tuple[float, float]:
    """Return the page size in points, rounded up to whole pixels.

    typst renders an SVG into an intermediate image, its width rounded up to pixels and its height derived
    from the width and rounded up too, and then samples the nearest pixel of that image. Only if both
    images have the same size is no row of pixels lost; the size is slightly below whole pixels to make
    the roundings stable.
    """
    dpi = figure.output.dpi
    width, high = (ceil(points * dpi / _INCH) for points in figure.extent)
    less = _HAIR * min(1.0, width / high)
    pixels = (width - less, high - less * high / width - _HAIR)
    return pixels[0] * _INCH / dpi, pixels[1] * _INCH / dpi


@cache
def _fonts(installed: bool, folders: tuple[Path, ...]) -> "typst.Fonts":
    """Return the fonts in some folders, and system fonts if needed, which are slow to read."""
    import typst

    return typst.Fonts(include_system_fonts=installed, include_embedded_fonts=False, font_paths=list(folders))


def _warn_of_missing(inputs: dict[str, str], folders: tuple[Path, ...]) -> None:
    """Warn of the first letters that no font has; they are drawn as boxes."""
    import typst

    page = _PAGE.replace(b"date: none", b"date: datetime(year: 1970, month: 1, day: 1)")
    try:
        typst.compile(
            page, font_paths=_fonts(True, folders), format="pdf", sys_inputs=inputs, pdf_standards=_STRICT
        )
    except typst.TypstError as error:
        if match := re.search(r'text `"(.+)"` could not be displayed', error.message):
            warn_unrendered(
                f"No installed font has {match[1]!r}: it is drawn as a box. Install a font that has it."
            )
