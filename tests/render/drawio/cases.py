"""Figures that are opened in draw.io, and their cells."""

from dataclasses import dataclass, replace
from functools import cache
from xml.etree import ElementTree

from resnet_diagram.app.drawing.figure import figure_of
from resnet_diagram.diagram.options import Options, View
from resnet_diagram.layout.scene import Box, Connector, Leaf, Text, boxes, groups
from resnet_diagram.render.drawio.render import render_drawio
from resnet_diagram.render.figure import Figure, Output
from resnet_diagram.spec.catalog import network
from tests.layout.trees import with_leaves
from tests.render.figures import NASTY, samples

VIEWS = {
    "resnet18": (View.BLOCK, View.FULL),
    "resnet50": (View.PAPER, View.OVERVIEW, View.BLOCK, View.FULL),
    "resnet152": (View.PAPER, View.OVERVIEW),
    "resnet110": (View.PAPER,),
    "resnet50-v2": (View.FULL,),
    "seresnet50": (View.BLOCK,),
}


@cache
def shown(*names: str, view: View = View.PAPER, theme: str = "paper", lang: str = "en") -> Figure:
    return figure_of([network(name) for name in names], Options(view=view, lang=lang), Output(theme=theme))


def every_view() -> dict[str, Figure]:
    """Return every view of a sample of networks, and themes and languages."""
    figures = {f"{name}-{view}": shown(name, view=view) for name, views in VIEWS.items() for view in views}
    figures["compare"] = shown("resnet18", "resnet50", "resnet101", view=View.COMPARE)
    figures |= {theme: shown("resnet50", theme=theme) for theme in ("gray", "auto")}
    figures["zh"] = shown("resnet50", lang="zh")
    return figures


def all_figures() -> dict[str, Figure]:
    """Return every view, every hand-built diagram, and figures with signs of meaning to a format."""
    small = {name: figure for name, figure in samples().items() if not name.startswith("many")}
    strange = {
        "strange letters": nasty(shown("resnet50", view=View.FULL)),
        "strange letters in bold": nasty(shown("resnet18", "resnet50", view=View.COMPARE)),
    }
    return {**every_view(), **small, **strange}


def nasty(figure: Figure) -> Figure:
    """Return a figure with every sign of meaning to a format in each text, and in the ids of its shapes."""
    shapes = {box.id for box in boxes(figure.scene)} - {group.id for group in groups(figure.scene)}

    def named(name: str) -> str:
        return f"{name} {NASTY}" if name in shapes else name

    def changed(leaf: Leaf) -> Leaf:
        match leaf:
            case Text():
                return replace(leaf, text=NASTY)
            case Box():
                texts = tuple(replace(text, text=NASTY) for text in leaf.texts)
                return replace(leaf, id=named(leaf.id), texts=texts)
            case Connector(tail=tail, head=head):
                ends = [replace(end, element=named(end.element)) for end in (tail, head)]
                return replace(leaf, tail=ends[0], head=ends[1])
            case _:
                return leaf

    copy = replace(figure)
    copy.__dict__["scene"] = with_leaves(figure.scene, changed)
    return copy


@dataclass(frozen=True, slots=True)
class Written:
    """A cell as the file has it."""

    label: str
    data: dict[str, str]
    cell: dict[str, str]
    style: dict[str, str]


def written(figure: Figure) -> dict[str, Written]:
    """Return the cells of a file by id."""
    return cells_of(render_drawio(figure))


def cells_of(text: str) -> dict[str, Written]:
    """Return the cells of the first page by id."""
    found = {}
    page = ElementTree.fromstring(text).find("diagram")
    assert page is not None
    for item in page.iter("UserObject"):
        inner = item.find("mxCell")
        assert inner is not None
        data = dict(item.attrib)
        parts = [part.partition("=") for part in inner.get("style", "").split(";") if part]
        found[data.pop("id")] = Written(
            data.pop("label"), data, dict(inner.attrib), {name: value for name, _, value in parts}
        )
    return found
