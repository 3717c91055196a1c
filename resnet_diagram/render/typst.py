"""Write a scene as a Typst drawing for `#include`, or as a standalone page."""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby
from textwrap import wrap

from resnet_diagram.layout.scene import (
    Anchor,
    Box,
    Connector,
    Form,
    Group,
    Leaf,
    Marker,
    Text,
    all_texts,
    boxes,
    walk,
)
from resnet_diagram.layout.text.faces import alternatives
from resnet_diagram.render.escape.typst import typst_string
from resnet_diagram.render.escape.xml import one_line
from resnet_diagram.render.figure import Figure
from resnet_diagram.render.fonts import warn_of_absent
from resnet_diagram.render.numbers import number
from resnet_diagram.render.svg.geometry import corner
from resnet_diagram.render.templates import render
from resnet_diagram.style.theme import Style, Theme
from resnet_diagram.wording.terms import FORMULA_MARK

_ANCHORS = {Anchor.START: "0", Anchor.END: "1"}
_LINE = 100
_RADIUS = 4.0
_USUAL_SIZE = "6.4"

Sizes = dict[str, str]
"""The usual size of type by role."""


def render_typst(figure: Figure) -> str:
    """Return the Typst source of a figure; the text is deterministic."""
    scene, theme = figure.scene, figure.theme
    warn_of_absent(theme.font)
    counts: dict[str, Counter[str]] = {}
    for text in all_texts(scene):
        counts.setdefault(text.role, Counter())[number(text.size)] += 1
    sizes = {role: count.most_common(1)[0][0] for role, count in counts.items()}
    runs = [
        {
            "title": one_line(title),
            "statements": [line for _, leaf in run for line in _statements(leaf, theme, sizes)],
        }
        for title, run in groupby(_titled(scene.root), key=lambda pair: pair[0])
    ]
    styles = []
    for role in sorted({item.role for item in (*walk(scene), *all_texts(scene))}):
        style = theme.style(role)
        paint = {"fill": _colour(style.fill, theme), "stroke": _stroke(style, theme)}
        words = {"text": _colour(style.text, theme), "size": sizes.get(role, _USUAL_SIZE)}
        styles.append({"role": role, **paint, **words})
    last = max((theme.shade(box.role, box.shade) for box in boxes(scene)), default=0)
    return render(
        "typst",
        "figure.typ.jinja",
        figure.output.templates,
        title=one_line(figure.spoken_title),
        quoted_title=typst_string(figure.spoken_title),
        description=wrap(one_line(scene.description), _LINE),
        standalone=figure.output.standalone,
        width=number(scene.width),
        height=number(scene.height),
        percent=number(100 * figure.output.scale),
        ink=theme.style("text").text,
        page=theme.page,
        faces=_array(typst_string(name) for name in alternatives(theme.font)),
        shades=_array(_colour(shade, theme) for shade in theme.shades[:last]) if last else "",
        styles=styles,
        runs=runs,
    )


def _colour(colour: str, theme: Theme) -> str:
    by_name = {theme.page: "paper", theme.style("text").text: "ink"}
    return by_name.get(colour, f'rgb("{colour}")')


def _stroke(style: Style, theme: Theme) -> str:
    """Return a Typst stroke: thickness and paint, and a dash pattern if there is one."""
    if not style.line_width:
        return "none"
    width, paint = f"{number(style.line_width)}pt", _colour(style.stroke, theme)
    if not style.dash:
        return f"{width} + {paint}"
    dash = _array(f"{number(part)}pt" for part in style.dash)
    return f"(paint: {paint}, thickness: {width}, dash: {dash})"


def _array(values: Iterable[str]) -> str:
    """Return a Typst array.

    >>> _array(["1pt", "2pt"]), _array(["1pt"])
    ('(1pt, 2pt)', '(1pt,)')
    """
    first, *rest = values
    return f"({', '.join([first, *rest])})" if rest else f"({first},)"


def _titled(group: Group) -> Iterator[tuple[str, Leaf]]:
    """Yield the leaves of a group in the order of painting, each with the title of the group it is in."""
    title = group.title or group.id.capitalize()
    if group.frame:
        yield title, group.frame
    for child in group.children:
        if isinstance(child, Group):
            yield from _titled(child)
        else:
            yield from ((title, leaf) for leaf in walk(child))
    yield from ((title, label) for label in group.labels)


def _statements(leaf: Leaf, theme: Theme, sizes: Sizes) -> Iterator[str]:
    match leaf:
        case Box():
            for box in (*leaf.stacked(), leaf):
                yield _box(box, theme)
            signs = [Connector(role=leaf.role, points=ends, arrow=False) for ends in leaf.strokes()]
            parts: tuple[Leaf, ...] = (*signs, *leaf.texts)
            for part in parts:
                yield from _statements(part, theme, sizes)
        case Marker():
            extent = 2 * leaf.radius
            circles = [(x - leaf.radius, y - leaf.radius, extent, extent) for x, y in leaf.points]
            radius = [f"radius: {number(leaf.radius)}"]
            for circle in circles:
                yield f"node({_call(leaf.role, map(number, circle), radius)})"
        case Connector():
            options = [] if leaf.arrow else ["arrow: false"]
            if leaf.radius != _RADIUS and len(leaf.points) > 2:
                options.append(f"radius: {number(leaf.radius)}")
            yield f"wire({_call(leaf.role, _places(leaf.points), options)})"
        case Text():
            size = number(leaf.size)
            options = [f"size: {size}"] if size != sizes[leaf.role] else []
            options += [f"anchor: {_ANCHORS[leaf.anchor]}"] if leaf.anchor in _ANCHORS else []
            options += ['weight: "bold"'] if leaf.bold else []
            options += ['style: "italic"'] if leaf.italic else []
            options += ["turned: true"] if leaf.turned else []
            options += ["halo: true"] if leaf.halo else []
            place = number(leaf.x), number(leaf.y)
            yield f"words({_call(leaf.role, [*place, _body(leaf)], options)})"


def _box(box: Box, theme: Theme) -> str:
    shade = theme.shade(box.role, box.shade)
    options = [f"shade: {shade}"] if shade else []
    frame = theme.frame(shade)
    options += [f"frame: {_stroke(frame, theme)}"] if frame else []
    note = f" // {one_line(box.id)}" if box.id else ""
    if box.form is Form.POLYGON:
        return f"tapered({_call(box.role, _places(box.points), options)}){note}"
    radius = box.width / 2 if box.form is Form.CIRCLE else corner(box)
    options += [f"radius: {number(radius)}"] if radius else []
    extent = [number(value) for value in (box.x, box.y, box.width, box.height)]
    return f"node({_call(box.role, extent, options)}){note}"


def _body(text: Text) -> str:
    """Return a text as a string, or as content if it contains formulas."""
    if FORMULA_MARK not in text.text:
        return typst_string(text.text)
    from resnet_diagram.wording.formulas.spans import spans

    pieces: list[str] = []
    for span in spans(text.text):
        drop = -span.rise / span.scale
        keys = [f"size: {number(span.scale)}em", f"baseline: {number(drop)}em"] if span.scripts else []
        keys += ['style: "italic"'] if span.italic else []
        keys += ['weight: "bold"'] if span.bold else []
        pieces.append(f"text({', '.join([*keys, typst_string(span.text)])})")
    return " + ".join(pieces)


def _call(role: str, values: Iterable[str], options: list[str]) -> str:
    """Return the arguments of a call."""
    return ", ".join([f'"{role}"', *values, *options])


def _places(points: Iterable[tuple[float, float]]) -> list[str]:
    return [f"({number(x)}, {number(y)})" for x, y in points]
