"""Write a figure as PNG, with resolution and title in its metadata."""

import struct
import zlib

from resnet_diagram.errors import RenderError
from resnet_diagram.render.conversion.convert import convert
from resnet_diagram.render.escape.xml import printable
from resnet_diagram.render.figure import Figure

_HEAD = 8 + 25
"""Length of the signature and the chunk IHDR, after which metadata is inserted."""

_METRE = 1 / 0.0254
"""Inches."""

_MOST_PIXELS = 200_000_000
_INCH = 72


def render_png(figure: Figure) -> bytes:
    """Return a PNG with `figure.output.dpi` pixels per inch; its bytes are deterministic.

    Raises RenderError for more pixels than a viewer opens.
    """
    (width, height), dpi = figure.extent, figure.output.dpi
    pixels = width * height * (dpi / _INCH) ** 2
    if pixels > _MOST_PIXELS:
        fits = int(dpi * (_MOST_PIXELS / pixels) ** 0.5)
        raise RenderError(
            f"The drawing is {width:.0f} × {height:.0f} pt: at {dpi} dpi a PNG would have "
            f"{pixels / 1e6:.0f} million pixels. Ask for --dpi {fits} or less, or take SVG or PDF."
        )
    return with_metadata(convert(figure, "png"), dpi, printable(figure.spoken_title))


def with_metadata(png: bytes, dpi: float, title: str) -> bytes:
    """Return the PNG with its resolution (chunk pHYs, pixels per metre) and its title (iTXt)."""
    each = round(dpi * _METRE)
    words = b"Title\0\0\0\0\0" + title.encode()
    return (
        png[:_HEAD]
        + _chunk(b"pHYs", struct.pack(">IIB", each, each, 1))
        + _chunk(b"iTXt", words)
        + png[_HEAD:]
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
