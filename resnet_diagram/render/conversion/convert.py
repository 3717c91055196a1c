"""Convert SVG to PDF or PNG with the `typst` library, without external programs or installed fonts."""

import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from resnet_diagram.errors import RenderError, warn_unrendered
from resnet_diagram.layout.text.faces import face_of
from resnet_diagram.layout.text.metrics import unmeasured
from resnet_diagram.render.escape.xml import printable
from resnet_diagram.render.figure import Figure
from resnet_diagram.render.fonts import drawn_font, font_paths, warn_of_absent
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


def render_pdf(figure: Figure) -> bytes:
    """Return a PDF of one page in the drawing's size; its bytes are deterministic."""
    return convert(figure, "pdf", *sizes(figure))


def convert(figure: Figure, form: Literal["pdf", "png"], size: Size, view: Size) -> bytes:
    """Return the figure as a PDF of one page, or as PNG, rendered from its SVG.

    `size`: page size in points. `view`: extent of its coordinates. Warns of a character that no font has.
    Raises RenderError if typst is not installed or cannot read the output of a user's template.
    """
    try:
        import typst
    except ImportError as error:
        message = f"{form.upper()} needs the package typst: pip install 'typst>=0.15'."
        raise RenderError(message) from error
    font = figure.theme.font
    warn_of_absent(font)
    svg = svg_text(figure, replace(figure.theme, font=drawn_font(font), dark=None), size, view)
    texts = {"title": figure.spoken_title, "description": figure.scene.description}
    inputs = {"svg": svg} | {name: printable(text) for name, text in texts.items()}
    folders = font_paths(font)
    # System fonts are needed where the theme names one, or ours lack a letter.
    installed = not face_of(font).own or bool(unmeasured(svg))
    if installed:
        _warn_of_missing(inputs, folders)
    try:
        return typst.compile(
            _PAGE,
            font_paths=_fonts(installed, folders),
            format=form,
            ppi=float(figure.output.dpi),
            sys_inputs=inputs,
            pdf_standards=_PDF_VERSION if form == "pdf" else [],
        )
    except typst.TypstError as error:
        raise RenderError(f"typst cannot turn the SVG into {form.upper()}: {error.message}.") from error


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
