"""All that a renderer needs to write one file."""

from dataclasses import dataclass
from pathlib import Path

from resnet_diagram.diagram.model import Diagram
from resnet_diagram.scene.model import Scene
from resnet_diagram.scene.theme import Theme


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A drawing, logical and geometric, and how it shall look.

    `standalone`: a document that compiles by itself instead of a part of one.
    `templates`: a folder searched for templates before the package's own.
    """

    diagram: Diagram
    scene: Scene
    theme: Theme
    standalone: bool = False
    templates: Path | None = None
