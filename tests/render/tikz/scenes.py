"""Small scenes drawn by hand, and what TeX made of a scene."""

import re
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path as File

from resnet_diagram.diagram.model import Diagram, Direction
from resnet_diagram.diagram.options import Options, View
from resnet_diagram.diagram.views import build
from resnet_diagram.layout.scene import (
    Box,
    Connector,
    Element,
    End,
    Form,
    Group,
    GroupKind,
    Scene,
    Side,
    Text,
)
from resnet_diagram.layout.text.metrics import text_width
from resnet_diagram.render.figure import Figure, Output
from resnet_diagram.spec import catalog
from resnet_diagram.style.theme import load_theme
from tests.programs import require

NASTY = (
    r"a_b%c#d&e$f",
    r"~tilde ^hat \backslash {brace} }{ \end{x}",
    "[first] *star* 50% <b> \"quote\" `tick` 'q'",
    "Größe naïve Ångström œuvre",
    "残差 блок 🦜",
    "^^M ^^5c ,;:=!? -- --- //",
)


@dataclass(frozen=True, slots=True)
class Word:
    """A word on a page and the rectangle round it, in points from the top left."""

    text: str
    left: float
    top: float
    right: float
    bottom: float


def figure_of(
    name: str,
    view: View = View.PAPER,
    direction: Direction | None = Direction.DOWN,
    theme: str = "paper",
    *,
    standalone: bool = True,
) -> Figure:
    """The figure of a catalog network; beside the view `compare` of it and ResNet-18, or of ResNet-34."""
    look = load_theme(theme)
    names = [name, "resnet34" if name == "resnet18" else "resnet18"] if view is View.COMPARE else [name]
    block = "layer2.0" if view is View.BLOCK else ""
    options = Options(view=view, direction=direction, block=block)
    diagram = build([catalog.network(one) for one in names], options)
    return Figure(diagram=diagram, theme=look, output=Output(standalone=standalone))


def figure_with(*items: Element, diagram: Diagram | None = None, standalone: bool = False) -> Figure:
    """A figure of 200 × 100 points with these items."""
    plain = Diagram(title="hand", panels=())
    root = Group(id="figure", kind=GroupKind.FIGURE, children=items)
    scene = Scene(width=200, height=100, title="hand", description="", root=root)
    theme = load_theme()
    figure = Figure(diagram=diagram or plain, theme=theme, output=Output(standalone=standalone))
    return with_scene(figure, scene)


def with_scene(figure: Figure, scene: Scene) -> Figure:
    """The figure with a scene made by hand in place of its diagram's."""
    figure.__dict__["scene"] = scene
    return figure


def nasty_figure() -> Figure:
    """One box a nasty text, which is its id and its title too, joined by lines; as a document."""
    items: list[Element] = []
    for row, words in enumerate(NASTY):
        y = 10.0 + 22 * row
        items.append(labelled(words, 10, y, 260, 14))
        items.append(Text(x=280, y=y + 7, text=words, size=7, width=80, role="muted"))
        if row:
            ends = ((140.0, y - 8), (140.0, y))
            tail = End(element=NASTY[row - 1], side=Side.BOTTOM)
            head = End(element=words, side=Side.TOP)
            items.append(Connector(role="flow", points=ends, tail=tail, head=head))
    group = Group(id="frame", kind=GroupKind.STAGE, title=" ".join(NASTY), children=tuple(items))
    panel = Group(id="panel", kind=GroupKind.PANEL, children=(group,))
    figure = figure_with(panel, standalone=True)
    return with_scene(figure, replace(figure.scene, width=400.0, height=150.0, title="\n".join(NASTY)))


def labelled(words: str, x: float, y: float, width: float, height: float, role: str = "conv") -> Box:
    """A rectangle with one line of text in its middle, which is its id too."""
    size = text_width(words, 7)
    text = Text(x=x + width / 2, y=y + height / 2, text=words, size=7, width=size, role=role)
    return Box(id=words, role=role, form=Form.RECTANGLE, x=x, y=y, width=width, height=height, texts=(text,))


def words_of(pdf: File) -> list[Word]:
    """The words on the first page of a PDF."""
    command = [require("pdftotext"), "-bbox", "-l", "1", str(pdf), "-"]
    page = subprocess.run(command, capture_output=True, check=True, timeout=60).stdout.decode()
    pattern = r'<word xMin="([\d.-]+)" yMin="([\d.-]+)" xMax="([\d.-]+)" yMax="([\d.-]+)">(.*?)</word>'
    return [Word(found[4], *map(float, found[:4])) for found in re.findall(pattern, page)]
