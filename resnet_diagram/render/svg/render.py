"""Write a scene as SVG: self-contained, with plain attributes that every viewer and converter understands.

Where the theme follows the reader's mode, a style sheet says the colours again, for viewers that read one.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from resnet_diagram.layout.text.faces import css_list, present
from resnet_diagram.render.escape.xml import xml_text
from resnet_diagram.render.figure import Figure
from resnet_diagram.render.fonts import warn_of_absent
from resnet_diagram.render.numbers import number
from resnet_diagram.render.svg.elements import Brush, drawn, tag
from resnet_diagram.render.svg.modes import mode_rules
from resnet_diagram.style.theme import Theme

_TEMPLATE = "figure.svg.jinja"


class Size(NamedTuple):
    """Width and height as text."""

    width: str
    height: str


def render_svg(figure: Figure) -> str:
    """Return the SVG document of a figure; the text is deterministic."""
    theme = figure.theme
    warn_of_absent(theme.font)
    shown = replace(theme, font=css_list(present(theme.font)))
    faces: tuple[str, ...] = ()
    if any(suffix in theme.font.lower() for suffix in (".ttf", ".otf")):  # named by its file
        from resnet_diagram.render.svg.fonts import font_faces

        faces = font_faces(theme.font, figure.scene)
    return svg_text(figure, shown, *sizes(figure), faces=faces)


def sizes(figure: Figure) -> tuple[Size, Size]:
    """Return the size of the finished drawing in points, and the extent of its coordinates."""
    return Size(*map(number, figure.extent)), Size(number(figure.scene.width), number(figure.scene.height))


def svg_text(figure: Figure, theme: Theme, size: Size, view: Size, faces: Sequence[str] = ()) -> str:
    """Return the SVG document of a figure, with the colours and the font of `theme`.

    `size`: page size in points. `view`: extent of the visible coordinates. `faces`: CSS that holds fonts. A
    template of the user's gets the finished document.
    """
    scene, prefix = figure.scene, figure.output.id_prefix
    brush = Brush(theme, f"{prefix}-" if prefix else "")
    name = brush.id(scene.root.id)
    page = {"class": brush.ink("area", "page") or "page", "width": view.width, "height": view.height}
    shapes = [drawn(child, brush) for child in scene.root.children]
    attributes = {
        "xmlns": "http://www.w3.org/2000/svg",
        "id": name,
        "width": f"{size.width}pt",
        "height": f"{size.height}pt",
        "viewBox": f"0 0 {view.width} {view.height}",
        "role": "img",
        "aria-labelledby": f"{name}-title {name}-desc",
        "font-family": xml_text(theme.font),
    }
    sheets = [[f"@font-face {{ {face}; }}" for face in faces], mode_rules(name, brush.inks, theme)]
    title, description = xml_text(figure.spoken_title), xml_text(scene.description)
    lines = [
        tag("title", {"id": f"{name}-title"}, title),
        tag("desc", {"id": f"{name}-desc"}, description),
        *(line for rules in sheets if rules for line in ("<style>", *rules, "</style>")),
        tag("rect", page | {"fill": theme.page}),
        *shapes,
    ]
    document = tag("svg", attributes, "\n" + "\n".join(lines) + "\n") + "\n"
    folder = figure.output.templates
    if folder is None or not (folder / "svg" / _TEMPLATE).is_file():
        return document
    from resnet_diagram.render.templates import render  # Jinja takes a sixth of the time of a drawing

    return render("svg", _TEMPLATE, folder, document=document, title=title, description=description)
