"""All that a renderer needs to write one file."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from resnet_diagram.diagram.model import Diagram
from resnet_diagram.scene.fit import FREE, Fit
from resnet_diagram.scene.theme import Theme

if TYPE_CHECKING:
    from resnet_diagram.scene.model import Scene


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A drawing and how it shall look.

    `standalone`: a document that compiles by itself instead of a part of one.
    `templates`: a folder searched for templates before the package's own.
    """

    diagram: Diagram
    theme: Theme
    fit: Fit = FREE
    standalone: bool = False
    templates: Path | None = None

    @cached_property
    def scene(self) -> "Scene":
        """The diagram laid out, once a format asks for it."""
        from resnet_diagram.scene.layout import layout

        return layout(self.diagram, self.theme, self.fit)
