"""Layout variants to try when space is short, most generous first."""

from collections.abc import Iterator
from enum import Enum
from typing import NamedTuple

from resnet_diagram.diagram.model import Diagram, Direction
from resnet_diagram.diagram.walk import nodes
from resnet_diagram.layout.flow.boxes import PLAIN, BoxRules
from resnet_diagram.layout.flow.condense import Condensed
from resnet_diagram.layout.spacing import DENSE, DENSEST, TIGHT, TIGHTEST
from resnet_diagram.layout.units import Fit


class Breaks(Enum):
    """Places at which a row may be broken: nowhere, between blocks, anywhere, or to fit a page."""

    NOWHERE = "nowhere"
    BLOCKS = "blocks"
    ANYWHERE = "anywhere"
    PAGE = "page"


class Variant(NamedTuple):
    """A layout variant.

    `wrapped`: break texts to make boxes narrow. `turned`: use at most `most` columns, with the flow running
    down, instead of rows. `condensed`: notation moved to the legend. `resort`: use it only if no other
    variant fits.
    """

    rules: BoxRules
    wrapped: bool = True
    turned: bool = False
    breaks: Breaks = Breaks.PAGE
    condensed: Condensed = Condensed.NOTHING
    most: int = 1000
    resort: bool = False


_FEW = 40
"""Maximum number of boxes drawn large in one column."""
_NARROW = (
    Variant(PLAIN),
    Variant(BoxRules(upright=True, gaps=TIGHT)),
    Variant(BoxRules(upright=True, gaps=TIGHT), condensed=Condensed.BOXES),
    Variant(BoxRules(upright=True, gaps=TIGHT, limit=21.0), condensed=Condensed.BOXES),
    Variant(BoxRules(upright=True, gaps=TIGHTEST, limit=21.0), condensed=Condensed.BOXES),
)
_DETAILED = Variant(PLAIN, turned=True)
_DENSE = (
    Variant(PLAIN, wrapped=False, turned=True, condensed=Condensed.ALL),
    Variant(BoxRules(gaps=DENSE), wrapped=False, turned=True, condensed=Condensed.ALL),
    Variant(BoxRules(gaps=DENSEST), wrapped=False, turned=True, condensed=Condensed.ALL),
    Variant(BoxRules(gaps=DENSE), turned=True, condensed=Condensed.ALL),
    Variant(BoxRules(limit=27.5, gaps=DENSE), turned=True, condensed=Condensed.ALL),
)


def variants(diagram: Diagram, fit: Fit) -> Iterator[Variant]:
    """Yield all layout variants of a diagram, most generous first."""
    breaks = (Breaks.NOWHERE, Breaks.BLOCKS, Breaks.ANYWHERE)
    rows = [variant._replace(breaks=place) for place in breaks for variant in _NARROW]
    rows = [Variant(PLAIN)] if fit.width is None else rows
    if diagram.direction is Direction.RIGHT or (diagram.chain.dense and diagram.direction is None):
        if not diagram.chain.dense:
            yield _DETAILED
        elif sum(1 for _ in nodes(diagram.chain.items)) <= _FEW:
            yield _DETAILED._replace(most=1)
        yield from _DENSE
        yield from (row._replace(resort=True) for row in rows)
    else:
        yield from rows
        yield _DETAILED
        yield from _DENSE
