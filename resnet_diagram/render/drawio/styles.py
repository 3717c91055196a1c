"""Styles of draw.io's cells: shapes, colours, lines and type of a theme."""

from resnet_diagram.dataclass import dataclass
from resnet_diagram.layout.scene import Anchor, Box, Connector, Form, Sign, Text
from resnet_diagram.layout.text.faces import present
from resnet_diagram.render.numbers import number
from resnet_diagram.render.svg.geometry import corner
from resnet_diagram.style.theme import Theme

UNIT = 100 / 72
"""Units of draw.io per point: it counts a hundred to the inch."""

_ALIGN = {Anchor.START: "left", Anchor.MIDDLE: "center", Anchor.END: "right"}
_SIGNS = {Sign.NONE: "ellipse", Sign.PLUS: "orEllipse", Sign.MINUS: "lineEllipse", Sign.TIMES: "sumEllipse"}
"""draw.io's ellipses by the sign in them."""
_HEAD = 1.4
"""Size of an arrow head in points; draw.io adds the widths of its lines."""

_NOT_IN_STYLES = str.maketrans("", "", ";=")

Values = dict[str, str]


@dataclass(frozen=True, slots=True)
class Palette:
    """A theme in the terms of draw.io."""

    theme: Theme

    @property
    def page(self) -> str:
        """The colour of the page."""
        return self.colour("page", "fill")

    def colour(self, role: str, part: str, shade: int = 0) -> str:
        """Return a colour of a role; with its colour in dark mode where the theme has one.

        Both are written even where they are the same: draw.io derives a dark colour from a single one.
        """
        light: str = getattr(self.theme.style(role, shade), part)
        if not self.theme.dark:
            return light
        dark: str = getattr(self.theme.dark.style(role, shade), part)
        return f"light-dark({light},{dark})"

    def outline(self, box: Box) -> Values:
        """Return the style of a box without its texts."""
        fill = {"fillColor": self.colour(box.role, "fill", box.shade)}
        return {**_shape(box), **fill, **self._line(box.role, box.shade)}

    def connector(self, line: Connector) -> Values:
        """Return the style of a connector without its ends."""
        head = {"endArrow": "classicThin", "endFill": "1", "endSize": length(_HEAD)}
        return {
            "edgeStyle": "orthogonalEdgeStyle",
            "rounded": "1",
            "arcSize": length(2 * line.radius),
            **self._line(line.role),
            **(head if line.arrow else {"endArrow": "none"}),
        }

    def words(self, text: Text) -> Values:
        """Return the style of a text."""
        values = {
            "fontFamily": present(self.theme.font)[0].translate(_NOT_IN_STYLES),
            "fontSize": length(text.size),
            "fontColor": self.colour(text.role, "text"),
            "align": _ALIGN[text.anchor],
            "verticalAlign": "middle",
            "spacing": "0",
        }
        if text.bold or text.italic:
            values["fontStyle"] = str(text.bold + 2 * text.italic)
        if text.turned:
            values["horizontal"] = "0"
        return {**values, "labelBackgroundColor": self.page if text.halo else "none"}

    def _line(self, role: str, shade: int = 0) -> Values:
        """Return colour, width and dashes of a line."""
        style, colour = self.theme.style(role, shade), self.colour(role, "stroke", shade)
        values = {"strokeColor": colour, "strokeWidth": length(style.line_width)}
        if style.dash:
            values |= {"dashed": "1", "fixDash": "1", "dashPattern": " ".join(map(length, style.dash))}
        return values


def length(points: float) -> str:
    """Return a length in draw.io's units.

    >>> length(72), length(1)
    ('100', '1.39')
    """
    return number(points * UNIT)


def style_text(values: Values) -> str:
    """Return a style as draw.io writes it.

    >>> style_text({"": "ellipse", "fillColor": "#FFFFFF"})
    'ellipse;fillColor=#FFFFFF;'
    """
    return "".join(f"{name}={value};" if name else f"{value};" for name, value in values.items())


def _shape(box: Box) -> Values:
    """Return the shape of draw.io that has the outline of a box."""
    if box.form is Form.CIRCLE:
        return {"shape": _SIGNS[box.sign], "perimeter": "ellipsePerimeter"}
    if box.form is Form.POLYGON and len(box.points) == 4:
        return _trapezoid(box)
    if box.form is Form.POLYGON:
        shares = [((x - box.x) / box.width, (y - box.y) / box.height) for x, y in box.points]
        places = ",".join(f"[{round(x, 4):g},{round(y, 4):g}]" for x, y in shares)
        return {"shape": "mxgraph.basic.polygon", "polyCoords": f"[{places}]", "polyline": "0"}
    if corner(box):
        return {"rounded": "1", "absoluteArcSize": "1", "arcSize": length(2 * corner(box))}
    return {"rounded": "0"}


def _trapezoid(box: Box) -> Values:
    """Return the style of a trapezoid; `direction` selects the narrow side.

    draw.io draws the narrow side on top; direction "south" moves it to the right.
    """
    (centre_x, centre_y), half_width, half_height = box.centre, box.width / 2, box.height / 2
    # Two corners are inside those of the rectangle round the box.
    (x, y), (other_x, _) = (
        (x, y)
        for x, y in box.points
        if abs(abs(x - centre_x) - half_width) >= 0.01 or abs(abs(y - centre_y) - half_height) >= 0.01
    )
    level = x == other_x
    inset = min(y - box.y, box.y + box.height - y) if level else min(x - box.x, box.x + box.width - x)
    if level:
        direction = "north" if x - box.x < half_width else "south"
    else:
        direction = "east" if y - box.y < half_height else "west"
    return {
        "shape": "trapezoid",
        "perimeter": "trapezoidPerimeter",
        "direction": direction,
        "anchorPointDirection": "0",
        "fixedSize": "1",
        "size": length(inset),
    }
