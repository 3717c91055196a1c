r"""Write a scene as a TikZ picture for `\input`, or as a standalone document."""

from dataclasses import replace
from typing import NamedTuple

from resnet_diagram.errors import warn_unrendered
from resnet_diagram.layout.scene import Text
from resnet_diagram.layout.text.faces import OWN, face_of
from resnet_diagram.render.escape.xml import one_line
from resnet_diagram.render.figure import Figure
from resnet_diagram.render.latex.floats import Float
from resnet_diagram.render.latex.words import tex_prose
from resnet_diagram.render.numbers import number
from resnet_diagram.render.templates import render
from resnet_diagram.render.tikz.common import LINE_PITCH, Common, common, type_commands
from resnet_diagram.render.tikz.items import Line, Node, Scope, holds_its_words, statements
from resnet_diagram.render.tikz.names import PAGE, place
from resnet_diagram.render.tikz.palette import Palette, palette
from resnet_diagram.render.tikz.parts import Parts, parts
from resnet_diagram.render.tikz.sections import Section, looks, sections
from resnet_diagram.render.tikz.styles import NamedStyle, box_styles, dot_style, line_styles, text_styles
from resnet_diagram.render.tikz.text import OTHER, tikz_words
from resnet_diagram.style.theme import Theme
from resnet_diagram.wording.terms import FORMULA_MARK

_PDFTEX_HOLDS = 3500
"""Nodes and lines that pdflatex has memory for, with room for the paper round them."""


class Group(NamedTuple):
    """Nodes and lines under one comment, in a scope with `options` if there are any."""

    title: str
    options: tuple[str, ...]
    statements: tuple[Node | Line, ...]


def render_tikz(figure: Figure) -> str:
    """Return the TikZ of a figure: a `tikzpicture`, a float with it, or a standalone document.

    The text is deterministic. Compiles with pdflatex, lualatex and xelatex; warns of characters that
    pdflatex sets differently, and of drawings too large for it.
    """
    figure = _in_document_font(figure)
    scene, theme, placing = figure.scene, figure.theme, figure.output.placing
    result = parts(scene)
    default = common(result, _loose_texts(result))
    scale, colours = number(figure.output.scale), palette(scene, theme)
    styles = _styles(result, theme, colours, default)
    written = [_group(section, theme, result, default) for section in sections(scene)]
    large = sum(len(group.statements) for group in written) > _PDFTEX_HOLDS
    letters = _other_letters(result)
    _warn(letters, large=large)
    return render(
        "tikz",
        "document.tex.jinja" if figure.output.standalone else "picture.tex.jinja",
        figure.output.templates,
        title=one_line(scene.title),
        needs=_needs(result),
        float=_float(figure),
        caption=tex_prose(placing.caption or ""),
        label=placing.label or "",
        kept=placing.kept,
        width=number(scene.width),
        height=number(scene.height),
        scale=scale,
        page=[number(value) for value in figure.extent],
        colours=[(name, value) for value, name in colours.names.items()],
        paints_page=theme.page.upper() != "#FFFFFF",
        pitch=number(LINE_PITCH),
        badge=type_commands(default.badge) if default.badge else "",
        styles=styles,
        groups=written,
        spells=bool(letters),
        large=large,
        stacked=any(box.copies for box in result.boxes),
    )


def tikz_preamble(figure: Figure) -> str:
    """Return the lines that a preamble needs for a figure's TikZ."""
    result = parts(_in_document_font(figure).scene)
    needs, spells = _needs(result), bool(_other_letters(result))
    return render("tikz", "preamble.tex.jinja", figure.output.templates, needs=needs, spells=spells)


def _in_document_font(figure: Figure) -> Figure:
    """Return the figure measured in the package's own font: the document chooses the font, not the theme."""
    if face_of(figure.theme.font).own:
        return figure
    return replace(figure, theme=replace(figure.theme, font=OWN))


def _needs(result: Parts) -> list[str]:
    """Return the lines for the preamble."""
    libraries = "arrows.meta, shadows" if any(box.copies for box in result.boxes) else "arrows.meta"
    return [r"\usepackage{tikz}", rf"\usetikzlibrary{{{libraries}}}"]


def _float(figure: Figure) -> str:
    """Return the float environment, or ""; the wide one for a picture wider than a column."""
    placing = figure.output.placing
    if placing.environment is Float.AUTO:
        return Float.WIDE if figure.extent[0] > placing.column else Float.FIGURE
    return placing.environment or ""


def _without_formulas(text: str) -> str:
    if FORMULA_MARK not in text:
        return text
    from resnet_diagram.wording.formulas.tex import formula_parts

    return "".join(part for is_formula, part in formula_parts(text) if not is_formula)


def _other_letters(result: Parts) -> str:
    """Return the distinct characters without a glyph in pdflatex."""
    words = "".join(
        _without_formulas(text.text)
        for text in (*result.texts, *(text for box in result.boxes for text in box.texts))
    )
    return "".join(sign for sign in dict.fromkeys(words) if not sign.isascii() and OTHER in tikz_words(sign))


def _warn(letters: str, *, large: bool) -> None:
    """Warn of limits of pdflatex, such as missing characters."""
    if letters:
        warn_unrendered(
            f"pdflatex has no letters such as {letters[:3]!r}: it writes their code points. "
            "Compile with lualatex or xelatex, and see --preamble for a font."
        )
    if large:
        warn_unrendered("The drawing is large: lualatex compiles it, pdflatex runs out of memory.")


def _loose_texts(result: Parts) -> list[Text]:
    """Return the texts that are nodes of their own."""
    neighbour = [text for box in result.boxes if not holds_its_words(box) for text in box.texts]
    return [*neighbour, *result.texts]


def _styles(result: Parts, theme: Theme, colours: Palette, default: Common) -> dict[str, list[NamedStyle]]:
    """Return the styles by section heading."""
    lines, texts = result.connectors, _loose_texts(result)
    return {
        "Boxes": [*box_styles(result, theme, colours, default), *dot_style(result, theme, colours)],
        "Lines": line_styles(lines, theme, colours, default),
        "Texts outside boxes": text_styles(texts, theme, colours, default),
    }


def _group(section: Section, theme: Theme, result: Parts, default: Common) -> Group:
    shared = looks(section, theme, default)
    scope = Scope(result, theme, default, section.origin, shared)
    shift = [f"shift={{{place(section.origin)}}}"] if section.origin != PAGE else []
    keys = [f"resnet/{role}/.append style={{{', '.join(look.keys())}}}" for role, look in shared.items()]
    lines = (statement for leaf in section.leaves for statement in statements(leaf, scope))
    return Group(one_line(section.title), (*shift, *keys), tuple(lines))
