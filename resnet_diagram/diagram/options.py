"""Options of a drawing."""

from collections.abc import Sequence
from enum import StrEnum

from resnet_diagram.dataclass import dataclass
from resnet_diagram.diagram.annotations.model import NO_ANNOTATIONS, Annotations
from resnet_diagram.diagram.model import Direction
from resnet_diagram.wording.modules import StageNames


class Quantity(StrEnum):
    """Quantity shown by the fill of a box."""

    MACS = "macs"
    PARAMS = "params"
    MEMORY = "memory"
    RECEPTIVE_FIELD = "receptive-field"


class View(StrEnum):
    """Amount of detail in a drawing."""

    PAPER = "paper"
    OVERVIEW = "overview"
    BLOCK = "block"
    FULL = "full"
    COMPARE = "compare"


DEFAULT_VIEW = View.PAPER


class Levels(StrEnum):
    """Form of the stages in a U-Net, or in branches round stages; NONE: both are drawn as chains."""

    FRAMES = "frames"
    BOXES = "boxes"
    NONE = "none"


class Show(StrEnum):
    """Optional labels of a drawing, in addition to the operations."""

    SHAPES = "shapes"
    PARAMS = "params"
    MACS = "macs"
    NAMES = "names"
    NORM = "norm"
    ACT = "act"
    MATH = "math"
    QUESTION = "question"


USUAL = frozenset({Show.SHAPES, Show.NORM, Show.ACT})
"""Labels shown by default."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """`title=None` takes the network's name; an empty title draws none.

    `direction=None` lets the page decide. `block`: which block the view `block` draws, such as "layer2.0",
    or a type of block; "" takes the first of each type. `lang` names the language of the words. `opened`: the
    ranks of the types of block that get a panel of their own, 0 for the most frequent; a rank without a type
    leaves a panel to the blocks within others. `graph_room`: the most boxes of a graph whose modules
    are not folded. `levels`: how U-Nets and branches round stages are drawn. `opens_encoders`: modules with
    stages are drawn open in a large graph that has room for them. `color_by`: the quantity that fills the
    boxes. `annotations`: an author's words and colours. `only`: the part that is drawn; "" for all.
    """

    view: View = DEFAULT_VIEW
    direction: Direction | None = None
    legend: bool = True
    title: str | None = None
    block: str = ""
    show: frozenset[Show] = USUAL
    names: StageNames = StageNames.STAGE
    lang: str = "en"
    opened: Sequence[int] = range(6)
    graph_room: int = 24
    levels: Levels = Levels.FRAMES
    opens_encoders: bool = True
    color_by: Quantity | None = None
    annotations: Annotations = NO_ANNOTATIONS
    only: str = ""
