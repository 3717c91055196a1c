"""The master of a presentation: python-pptx's own with another aspect ratio, or a user's."""

import re
from io import BytesIO
from pathlib import Path
from typing import Any

import pptx
from pptx.enum.shapes import PP_PLACEHOLDER
from pptx.opc.constants import RELATIONSHIP_TYPE
from pptx.oxml import parse_xml
from pptx.presentation import Presentation
from pptx.util import Pt

from resnet_diagram.errors import RenderError, SourceError
from resnet_diagram.reading import read_bytes
from resnet_diagram.render.escape.xml import xml_text
from resnet_diagram.render.figure import Slide

_SIZES = {Slide.WIDE: (960.0, 540.0), Slide.NARROW: (720.0, 540.0)}
"""Width and height of a slide, in points."""
_MARGIN = 20.0
_TITLE_HEIGHT = 40.0
"""Height of the title's band on slides of our own shape, in points."""
_NAMESPACE = "http://schemas.openxmlformats.org/drawingml/2006/main"
_TITLE_STYLE = f'<a:lvl1pPr xmlns:a="{_NAMESPACE}" algn="l"><a:defRPr sz="2400" b="1"/></a:lvl1pPr>'
_SMALL = (PP_PLACEHOLDER.DATE, PP_PLACEHOLDER.FOOTER, PP_PLACEHOLDER.SLIDE_NUMBER)
"""Placeholders at the foot of a slide, which a new slide does not get."""
_XFRM = f"{{{_NAMESPACE}}}xfrm"


def own_master(shape: Slide, font: str) -> Presentation:
    """Return an empty presentation with slides of a shape and a theme with one font."""
    presentation = pptx.Presentation()
    width, height = _SIZES[shape]
    stretch = Pt(width) / (presentation.slide_width or Pt(width))
    presentation.slide_width, presentation.slide_height = Pt(width), Pt(height)
    for page in (presentation.slide_master, *presentation.slide_layouts):
        for item in page.shapes:
            if item.element.spPr.find(_XFRM) is not None:
                item.left, item.width = round(item.left * stretch), round(item.width * stretch)
    theme = presentation.slide_master.part.part_related_by(RELATIONSHIP_TYPE.THEME)
    latin = f'<a:latin typeface="{xml_text(font)}"/>'.encode()
    theme._blob = re.sub(rb'<a:latin typeface="[^"]*"/>', lambda _: latin, theme.blob)
    title = next(item for item in with_title(presentation).placeholders if _is_title(item))
    title.left, title.top = Pt(_MARGIN), Pt(_MARGIN / 2)
    title.width, title.height = Pt(width - 2 * _MARGIN), Pt(_TITLE_HEIGHT)
    title.element.find(f".//{{{_NAMESPACE}}}lstStyle").append(parse_xml(_TITLE_STYLE))
    return presentation


def users_master(path: Path) -> Presentation:
    """Return the presentation in a file without its slides. Raise RenderError if it cannot be read."""
    try:
        presentation = pptx.Presentation(BytesIO(read_bytes(path)))
    except SourceError as error:
        raise RenderError(str(error)) from error
    except Exception as error:
        raise RenderError(
            f"--template {str(path)!r} cannot be read: {error}. Give a presentation (.pptx)."
        ) from error
    slides = presentation.slides._sldIdLst
    for entry in list(slides):
        presentation.part.drop_rel(entry.rId)
        slides.remove(entry)
    return presentation


def with_title(presentation: Presentation) -> Any:
    """Return the layout with a title and the fewest other placeholders; the emptiest where none has one."""

    def rank(page: Any) -> tuple[bool, int]:
        kinds = [item.placeholder_format.type for item in page.placeholders]
        return not any(map(_is_title, page.placeholders)), sum(kind not in _SMALL for kind in kinds)

    return min(presentation.slide_layouts, key=rank)


def free_area(presentation: Presentation, title: Any) -> tuple[float, float, float, float]:
    """Return left, top, width and height of the room under a title and above the foot, in points."""
    width, height = (side / Pt(1) for side in (presentation.slide_width or 0, presentation.slide_height or 0))
    top, bottom = _MARGIN, height - _MARGIN
    under = height if title is None else (title.top + title.height) / Pt(1)
    if under < height / 2:
        top = under + _MARGIN / 4
    return _MARGIN, top, width - 2 * _MARGIN, bottom - top


def _is_title(placeholder: Any) -> bool:
    return placeholder.placeholder_format.type in (PP_PLACEHOLDER.TITLE, PP_PLACEHOLDER.CENTER_TITLE)
