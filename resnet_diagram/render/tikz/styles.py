"""Named styles: the common settings of boxes, lines and texts of each role."""

from typing import NamedTuple

from resnet_diagram.diagram.model import EdgeRole
from resnet_diagram.layout.scene import Box, Connector, Form, Text
from resnet_diagram.layout.spacing import FRAME_CORNER
from resnet_diagram.render.numbers import number
from resnet_diagram.render.tikz.common import Common, most_usual
from resnet_diagram.render.tikz.names import place, tidy
from resnet_diagram.render.tikz.palette import PLAIN_TEXT_ROLES, Palette, shade_of, shades
from resnet_diagram.render.tikz.parts import Parts
from resnet_diagram.style.theme import Style, Theme


class NamedStyle(NamedTuple):
    """A TikZ style: its name without `resnet/`, and its keys."""

    name: str
    keys: tuple[str, ...]


_LINES = frozenset(EdgeRole)


def text_style(role: str) -> str:
    """Return the style name for texts of a role outside boxes.

    >>> text_style("caption"), text_style("identity")
    ('caption', 'identity label')
    """
    return role if role in PLAIN_TEXT_ROLES else f"{role} label"


def box_styles(parts: Parts, theme: Theme, palette: Palette, common: Common) -> list[NamedStyle]:
    """Return the base style of boxes, then one style for each role and each shade."""
    boxes = parts.boxes
    if not boxes:
        return []
    looks = {role: theme.style(role) for role in sorted({box.role for box in boxes})}
    base = most_usual((_outline(look, palette) for look in looks.values()), ())
    keys = ("inner sep=0pt", "outer sep=0pt", "align=center", f"resnet/size={common.type_in_box}", *base)
    items = [NamedStyle("box", keys)]
    for role, look in looks.items():
        differs = [key for key in _outline(look, palette) if key not in base]
        plain = not all(shade_of(box, theme) for box in boxes if box.role == role)
        fill = [f"fill={palette.name(look.fill, role)}"] if plain else []
        shape = [*form_keys(common.form.get(role, Form.RECTANGLE)), *size_keys(common.extent[role])]
        sign = next((_sign(box, look, palette) for box in boxes if box.role == role and box.sign), [])
        items.append(NamedStyle(role, ("resnet/box", *shape, *differs, *_dash(look), *fill, *sign)))
    for shade in shades(boxes, theme):
        name = palette.name(theme.shades[shade - 1], f"shade{shade}")
        frame = theme.frame(shade)
        outline = (*_outline(frame, palette), *(_dash(frame) or ["solid"])) if frame else ()
        items.append(NamedStyle(f"shade {shade}", (f"fill={name}", *outline)))
    return [*items, *_form_styles(boxes, common)]


def _sign(box: Box, look: Style, palette: Palette) -> list[str]:
    """Return the key that draws the sign of a circle, as in ⊕, from its centre."""
    segments = " ".join(
        f"+{place(start, box.centre)} -- +{place(end, box.centre)}" for start, end in box.strokes()
    )
    context = f"draw={palette.name(look.stroke, 'ink')}, line width={number(look.line_width)}bp"
    return [f"path picture={{\\draw[{context}] (path picture bounding box.center) {segments};}}"]


def dot_style(parts: Parts, theme: Theme, palette: Palette) -> list[NamedStyle]:
    """Return the style of the dots of markers."""
    if not parts.markers:
        return []
    marker = parts.markers[0]
    look = theme.style(marker.role)
    size = f"minimum size={tidy(2 * marker.radius + look.line_width)}bp"
    fill = f"fill={palette.name(look.stroke, marker.role)}"
    return [NamedStyle("dot", ("circle", "inner sep=0pt", size, fill))]


def _form_styles(boxes: list[Box], common: Common) -> list[NamedStyle]:
    """Return the styles of outlines, and of folded boxes."""
    forms = {box.form for box in boxes}
    styles = []
    if Form.ROUNDED in forms:
        styles.append(NamedStyle("rounded", (f"rounded corners={number(FRAME_CORNER)}bp",)))
    if Form.PILL in forms:
        styles.append(NamedStyle("pill", (f"rounded corners={tidy(common.pill_radius)}bp",)))
    if Form.POLYGON in forms:
        styles.append(NamedStyle("words", ("draw=none", "fill=none")))
    if folded := next((box for box in boxes if box.copies), None):
        kind = "double copy shadow" if folded.copies > 1 else "copy shadow"
        offset = number(folded.copy_offset)
        shadow = f"{kind}={{shadow xshift={offset}bp, shadow yshift=-{offset}bp}}"
        styles.append(NamedStyle("folded", (shadow,)))
    return styles


def form_keys(form: Form) -> list[str]:
    """Return the TikZ keys for a node's outline."""
    by_name = {Form.ROUNDED: "resnet/rounded", Form.PILL: "resnet/pill", Form.CIRCLE: "circle"}
    return [by_name[form]] if form in by_name else []


def size_keys(size: tuple[str, str]) -> list[str]:
    """Return the TikZ keys for a node's minimum size, without "" sizes.

    >>> size_keys(("9", "9")), size_keys(("9", ""))
    (['minimum size=9bp'], ['minimum width=9bp'])
    """
    width, height = size
    if width and width == height:
        return [f"minimum size={width}bp"]
    by_name = (("minimum width", width), ("minimum height", height))
    return [f"{name}={value}bp" for name, value in by_name if value]


def _outline(look: Style, palette: Palette) -> tuple[str, ...]:
    """Return the keys for border and text colour."""
    text = f"text={palette.name(look.text, 'ink')}"
    if not look.line_width:
        return ("draw=none", text)
    return f"draw={palette.name(look.stroke, 'ink')}", text, f"line width={number(look.line_width)}bp"


def _dash(look: Style) -> list[str]:
    """Return the key for the dash pattern, if there is one.

    >>> _dash(Style(fill="", stroke="", text="", line_width=1, dash=(3.0, 1.6)))
    ['dash pattern=on 3bp off 1.6bp']
    """
    if not look.dash:
        return []
    parts = [f"{'off' if at % 2 else 'on'} {number(part)}bp" for at, part in enumerate(look.dash)]
    return [f"dash pattern={' '.join(parts)}"]


def line_styles(lines: list[Connector], theme: Theme, palette: Palette, common: Common) -> list[NamedStyle]:
    """Return the base style of lines, then one style for each role."""
    if not lines:
        return []
    styles = [NamedStyle("line", (f"rounded corners={number(common.radius)}bp", "resnet/arrow"))]
    for role in sorted({line.role for line in lines}):
        look = theme.style(role)
        colour = palette.name(look.stroke, role)
        width = f"line width={number(look.line_width)}bp"
        styles.append(NamedStyle(line_style(role), ("resnet/line", f"draw={colour}", width, *_dash(look))))
    return styles


def line_style(role: str) -> str:
    """Return the style name for lines of a role.

    >>> line_style("identity"), line_style("add")
    ('identity', 'add line')
    """
    return role if role in _LINES else f"{role} line"


def text_styles(texts: list[Text], theme: Theme, palette: Palette, common: Common) -> list[NamedStyle]:
    """Return one style for each role of text outside boxes, then one for each kind of heading."""
    roles = sorted({text.role for text in texts})
    looks = [(text_style(role), common.type_of_text[role], theme.style(role).text, role) for role in roles]
    ink = theme.style("text").text
    looks += [(heading_style(rank), heading, ink, "ink") for rank, heading in enumerate(common.headings)]
    styles = []
    for name, (size, bold), colour, use in looks:
        weight = ["resnet/bold"] if bold else []
        keys = ("resnet/label", f"resnet/size={size}", *weight, f"text={palette.name(colour, use)}")
        styles.append(NamedStyle(name, keys))
    return styles


def heading_style(number: int) -> str:
    """Return the style name for a kind of heading, counted from 0.

    >>> heading_style(0), heading_style(1)
    ('heading', 'heading 2')
    """
    return f"heading {number + 1}" if number else "heading"


def shaded_keys(box: Box, theme: Theme) -> list[str]:
    """Return the key that fills a box with the shade of its stage."""
    shade = shade_of(box, theme)
    return [f"resnet/shade {shade}"] if shade else []
