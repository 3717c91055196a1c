r"""Write a scene as a TikZ picture to `\input`, or as a document of its own."""

from typing import NamedTuple

from resnet_diagram.render.figure import Figure
from resnet_diagram.render.numbers import number
from resnet_diagram.render.templates import render
from resnet_diagram.render.tikz_common import LINE_PITCH, Common, common, type_commands
from resnet_diagram.render.tikz_items import (
    SPELT_OUT,
    Line,
    Node,
    box_nodes,
    dot_node,
    holds_its_words,
    line,
    text_node,
)
from resnet_diagram.render.tikz_palette import Palette, palette
from resnet_diagram.render.tikz_parts import Parts, parts
from resnet_diagram.render.tikz_sections import sections
from resnet_diagram.render.tikz_styles import NamedStyle, box_styles, dot_style, line_styles, text_styles
from resnet_diagram.scene.model import Text
from resnet_diagram.scene.theme import Theme

_PDFTEX_HOLDS = 3500
"""Nodes and lines that pdflatex has memory for, with room for the paper round them."""


class Section(NamedTuple):
    """Nodes and lines under one comment."""

    title: str
    statements: tuple[Node | Line, ...]


def render_tikz(figure: Figure) -> str:
    """The TikZ of a figure: a `tikzpicture`, or a document where `figure.standalone` is set.

    The same figure gives the same text. Compiles with pdflatex, lualatex and xelatex.
    """
    scene, theme = figure.scene, figure.theme
    found = parts(scene)
    usual = common(found, _loose_texts(found))
    colours = palette(scene, theme)
    held = _sections(figure, found, usual)
    return render(
        "tikz",
        "document.tex.jinja" if figure.standalone else "picture.tex.jinja",
        figure.templates,
        title=_comment(scene.title),
        width=number(scene.width),
        height=number(scene.height),
        libraries="arrows.meta, shadows" if found.shadows else "arrows.meta",
        colours=[(name, value) for value, name in colours.names.items()],
        paints_page=theme.page.upper() != "#FFFFFF",
        pitch=number(LINE_PITCH),
        badge=type_commands(usual.badge) if usual.badge else "",
        styles=_styles(found, theme, colours, usual),
        sections=held,
        fits=any(SPELT_OUT in one.text for part in held for one in part.statements if isinstance(one, Node)),
        large=sum(len(section.statements) for section in held) > _PDFTEX_HOLDS,
    )


def _loose_texts(found: Parts) -> list[Text]:
    """The texts that are nodes of their own."""
    beside = [text for box in found.boxes.values() if not holds_its_words(box) for text in box.texts]
    return [*beside, *found.texts.values()]


def _styles(found: Parts, theme: Theme, colours: Palette, usual: Common) -> dict[str, list[NamedStyle]]:
    """The styles under a heading for each sort."""
    paths, texts = list(found.paths.values()), _loose_texts(found)
    return {
        "Boxes": [*box_styles(found, theme, colours, usual), *dot_style(found, theme, colours)],
        "Lines": line_styles(paths, theme, colours, usual),
        "Texts outside boxes": text_styles(texts, theme, colours, usual),
    }


def _sections(figure: Figure, found: Parts, usual: Common) -> list[Section]:
    order = sections(figure.diagram, figure.scene, found)
    return [
        Section(
            _comment(one.title),
            tuple(statement for at in one.items for statement in _statements(at, found, figure.theme, usual)),
        )
        for one in order
    ]


def _statements(at: int, found: Parts, theme: Theme, usual: Common) -> list[Node | Line]:
    """What is written for one item of the scene."""
    if at in found.boxes:
        return [*box_nodes(at, found, theme, usual)]
    if at in found.dots:
        return [dot_node(at, found, theme)]
    if at in found.paths:
        return [line(found.paths[at], found, usual)]
    return [text_node(found.texts[at], usual)]


def _comment(text: str) -> str:
    """`text` on one line, for a comment."""
    return " ".join(text.split())
