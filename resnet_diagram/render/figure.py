"""Figures: a diagram with its theme and output settings."""

from collections.abc import Callable
from dataclasses import field
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from resnet_diagram.dataclass import dataclass
from resnet_diagram.diagram.flat import flattened
from resnet_diagram.diagram.model import Diagram, Group, GroupRole
from resnet_diagram.layout.units import FREE, Fit
from resnet_diagram.render.latex.floats import IN_TEXT, Placing
from resnet_diagram.style.theme import Theme
from resnet_diagram.wording.terms import Kind, Language, enumeration, phrase
from resnet_diagram.wording.vocabulary import Word

if TYPE_CHECKING:
    from resnet_diagram.layout.scene import Scene
    from resnet_diagram.render.chart.model import Frame, Pages


DPI = 300
"""Default resolution for print, in pixels per inch."""


class Engine(StrEnum):
    """Layout engine: this package, or Graphviz from the DOT that `-t dot` writes."""

    OWN = "own"
    GRAPHVIZ = "graphviz"


class Slide(StrEnum):
    """Shape of a slide: width to height."""

    WIDE = "16:9"
    NARROW = "4:3"


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """Layout and output settings of a drawing.

    `theme`: a name or a TOML file. `standalone`: a document that compiles by itself instead of a part of one.
    `placing`: the float in LaTeX. `templates`: a folder searched for templates before the package's own.
    `dpi`: pixels per inch, where there are pixels. `engine`: the layout engine, in formats that leave a
    choice. `id_prefix`: begins each id in an SVG, where several figures share a page. `scale`: factor that
    enlarges the finished drawing. `slide`: shape of the slides of a presentation; `template`: a presentation
    whose master they take.
    """

    theme: str = "paper"
    fit: Fit = FREE
    standalone: bool = False
    placing: Placing = IN_TEXT
    templates: Path | None = None
    dpi: int = DPI
    engine: Engine = Engine.OWN
    id_prefix: str = ""
    scale: float = 1.0
    slide: Slide = Slide.WIDE
    template: Path | None = None


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A drawing with its theme and output settings.

    `words` returns the caption, a sentence of facts. `remark`: a comment in the source of a chart.
    `language`: language of the words added by a format. `warnings`: on what its diagram leaves out.
    """

    diagram: Diagram
    theme: Theme
    output: Output = field(default_factory=Output)
    words: Callable[[], str] = str
    remark: str = ""
    language: Language = field(default_factory=dict)
    warnings: tuple[Warning | str, ...] = ()

    @cached_property
    def scene(self) -> "Scene":
        """The scene, laid out on first use."""
        from resnet_diagram.layout.layout import layout

        return layout(self.diagram, self.theme, self.output.fit)

    @cached_property
    def charts(self) -> "dict[Pages, tuple[Frame, bool]]":
        """The charts that formats asked for, by their pages, and whether each fits one."""
        return {}

    @cached_property
    def caption(self) -> str:
        """The caption, computed on first use."""
        return self.words()

    @property
    def extent(self) -> tuple[float, float]:
        """Width and height of the finished drawing, scaled, in points."""
        return self.scene.width * self.output.scale, self.scene.height * self.output.scale

    @property
    def spoken_title(self) -> str:
        """The title, or a substitute for a drawing without one."""
        return self.named_title or phrase(Kind.TITLE, Word.ARCHITECTURE).in_language(self.language)

    @property
    def named_title(self) -> str:
        """The title, or the joined names of the frames; may be empty."""
        if self.diagram.title:
            return self.diagram.title
        framed = [
            item.title
            for item in flattened(self.diagram).chain.items
            if isinstance(item, Group) and item.role is GroupRole.NETWORK
        ]
        return enumeration(framed).in_language(self.language)
