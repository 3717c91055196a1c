"""Write a figure as PNG, with resolution and title in its metadata."""

import struct
import zlib
from math import ceil

from resnet_diagram.errors import RenderError
from resnet_diagram.render.conversion.convert import convert
from resnet_diagram.render.escape.xml import printable
from resnet_diagram.render.figure import Figure
from resnet_diagram.render.svg.render import Size

_HEAD = 8 + 25
"""Length of the signature and the chunk IHDR, after which metadata is inserted."""

_METRE = 1 / 0.0254
"""Inches."""

_MOST_PIXELS = 200_000_000
_INCH = 72
_HAIR = 0.02
"""Pixels: more than single precision loses, less than anyone sees."""


def render_png(figure: Figure) -> bytes:
    """Return a PNG with `figure.output.dpi` pixels per inch; its bytes are deterministic.

    Raises RenderError for more pixels than a viewer opens.
    """
    (width, height), dpi = figure.extent, figure.output.dpi
    area = width * height * (dpi / _INCH) ** 2
    if area > _MOST_PIXELS:
        fits = int(dpi * (_MOST_PIXELS / area) ** 0.5)
        raise RenderError(
            f"The drawing is {width:.0f} × {height:.0f} pt: at {dpi} dpi a PNG would have "
            f"{area / 1e6:.0f} million pixels. Ask for --dpi {fits} or less, or take SVG or PDF."
        )
    # typst renders an SVG into an intermediate image, its width rounded up to pixels and its height derived
    # from the width and rounded up too, and then samples the nearest pixel of that image. Only if both
    # images have the same size is no row of pixels lost; the size is slightly below whole pixels to make
    # the roundings stable.
    across, down = (ceil(points * dpi / _INCH) for points in figure.extent)
    less = _HAIR * min(1.0, across / down)
    whole = across - less, down - less * down / across - _HAIR
    size, view = (
        Size(*(f"{side * _INCH / dpi / scale:.6f}" for side in whole)) for scale in (1.0, figure.output.scale)
    )
    return with_metadata(convert(figure, "png", size, view), dpi, printable(figure.spoken_title))


def with_metadata(png: bytes, dpi: float, title: str) -> bytes:
    """Return the PNG with its resolution (chunk pHYs, pixels per metre) and its title (iTXt)."""
    each = round(dpi * _METRE)
    chunks = ((b"pHYs", struct.pack(">IIB", each, each, 1)), (b"iTXt", b"Title\0\0\0\0\0" + title.encode()))
    written = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )
    return b"".join([png[:_HEAD], *written, png[_HEAD:]])
