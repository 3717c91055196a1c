"""A table as data: what is said, not how it is written."""

from dataclasses import dataclass

from resnet_diagram.wording.stages import StageNames


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A line of text, such as "7×7, 64, stride 2"."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """The layers of a block, one a line, and how often the block is repeated."""

    lines: tuple[str, ...]
    times: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """A number; `power` and `decimals` say how a reader sees it: 25557032 as 25.56×10⁶ with 6 and 2."""

    value: int
    power: int
    decimals: int


Part = Words | Stack | Count


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """Parts one below the other, over `span` columns; without parts there is nothing to say."""

    parts: tuple[Part, ...] = ()
    span: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """Rows that share their first cells: a stage, or one of the totals.

    `heads` are those cells; where the table has more `keys`, the last one is as wide as the rest.
    The cells of each row span all other columns.
    """

    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A whole table. The first `keys` columns name what stands in the others.

    `bands` are the body and `totals` what is below it. `centred`: as cells of uneven height look best.
    `grouped`: bands that follow each other with the same first cell share it.
    `notes` are sentences for the foot. `label` is a name for cross-references.
    """

    heads: tuple[str, ...]
    keys: int
    bands: tuple[Band, ...]
    totals: tuple[Band, ...] = ()
    centred: bool = False
    grouped: bool = False
    caption: str = ""
    label: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a caller may choose of a table's words.

    `names`: how stages are called. `heads`: columns by other names than those of the networks. `caption` and
    `label`: None proposes one, "" leaves it out. `decimals`: of parameters and MACs.
    """

    names: StageNames = StageNames.PAPER
    heads: tuple[str, ...] = ()
    caption: str | None = None
    label: str | None = None
    notes: bool = True
    decimals: int = 2
