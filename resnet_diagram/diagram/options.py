"""What a reader may choose about a drawing."""

from dataclasses import dataclass
from enum import StrEnum

from resnet_diagram.diagram.model import Direction


class View(StrEnum):
    """How much is drawn."""

    OVERVIEW = "overview"
    PAPER = "paper"
    FULL = "full"


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """`title=None` takes the network's name; an empty title draws none."""

    view: View = View.PAPER
    direction: Direction = Direction.DOWN
    legend: bool = True
    title: str | None = None
