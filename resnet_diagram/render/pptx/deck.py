"""Write figures as a PowerPoint presentation, each on a slide."""

import zipfile
from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any

from resnet_diagram.errors import RenderError
from resnet_diagram.layout.text.faces import face_of
from resnet_diagram.render.escape.xml import printable, xml_text
from resnet_diagram.render.figure import Figure
from resnet_diagram.render.fonts import warn_of_absent
from resnet_diagram.render.pptx.drawing import Area
from resnet_diagram.render.pptx.pages import pages, placed
from resnet_diagram.render.pptx.shapes import slide_shapes
from resnet_diagram.render.templates import render
from resnet_diagram.saving import zipped
from resnet_diagram.style.theme import Theme
from resnet_diagram.wording.formulas.spans import spans

if TYPE_CHECKING:
    from pptx.presentation import Presentation


def render_pptx(*figures: Figure) -> bytes:
    """Return a presentation of figures, in the theme and with the settings of the first.

    The same figures give the same bytes. Warns where type is smaller than an audience reads. Raises
    RenderError without python-pptx, and for a template that it cannot read.
    """
    try:
        from resnet_diagram.render.pptx.master import own_master, users_master
    except ImportError as error:
        message = "PowerPoint output needs the package python-pptx: pip install 'python-pptx>=1.0'."
        raise RenderError(message) from error
    first = figures[0]
    warn_of_absent(first.theme.font)
    face = face_of(first.theme.font)
    font = "Arial" if face.own else face.family
    template = first.output.template
    presentation = users_master(template) if template else own_master(first.output.slide, font)
    for figure in figures:
        for page in pages(figure):
            _add_slide(presentation, page, "" if template else "+mn-lt", font)
    # The time at which it was written would make each file another.
    properties = presentation.core_properties
    properties.title, properties.author = printable(first.spoken_title)[:255], ""
    properties.last_modified_by = ""
    properties.created = properties.modified = datetime(1980, 1, 1)
    written = BytesIO()
    presentation.save(written)
    with zipfile.ZipFile(written) as source:
        return zipped({name: source.read(name) for name in source.namelist()})


def _add_slide(presentation: "Presentation", figure: Figure, theme_font: str, font: str) -> None:
    """Add the slide of a figure: background, title, notes and shapes."""
    from pptx.oxml import parse_xml

    from resnet_diagram.render.pptx.master import free_area, with_title

    theme = figure.theme
    slide = presentation.slides.add_slide(with_title(presentation))
    title = slide.shapes.title if figure.named_title else None
    left, top, width, height = free_area(presentation, title)
    for placeholder in list(slide.placeholders):
        if title is None or placeholder.element is not title.element:
            placeholder.element.getparent().remove(placeholder.element)
    if title is not None:
        _write_title(title.text_frame.paragraphs[0], figure.named_title, theme if theme_font else None)
    if theme_font:
        slide.background.fill.solid()
        slide.background.fill.fore_color.rgb = _colour(theme.page)
    scene, scale = placed(figure, width, height)
    notes = (figure.caption, scene.description)
    slide.notes_slide.notes_text_frame.text = printable("\n\n".join(filter(None, notes)))
    area = Area(
        scale=scale,
        left=left + (width - scene.width * scale) / 2,
        top=top + (height - scene.height * scale) / 2,
    )
    shapes = slide_shapes(scene, theme, area, max((shape.shape_id for shape in slide.shapes), default=1) + 1)
    text = render(
        "pptx", "shapes.xml.jinja", figure.output.templates, shapes=shapes, font=xml_text(theme_font or font)
    )
    for element in parse_xml(text):
        slide.shapes.element.append(element)


def _write_title(paragraph: Any, text: str, theme: Theme | None) -> None:
    """Write a title, with the scripts and italic letters of its formulas, in the colour of a theme's text."""
    for span in spans(" ".join(text.split("\n"))):
        run = paragraph.add_run()
        run.text = printable(span.text)
        if span.italic:
            run.font.italic = True
        if span.bold:
            run.font.bold = True
        if span.scripts:
            run._r.get_or_add_rPr().set("baseline", str(round(100_000 * span.rise)))
        if theme:
            run.font.color.rgb = _colour(theme.style("text").text)


def _colour(text: str) -> Any:
    """Return the colour that "#RRGGBB" names."""
    from pptx.dml.color import RGBColor

    return RGBColor.from_string(text[1:])  # type: ignore[no-untyped-call]
