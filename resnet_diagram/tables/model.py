"""A table as data, independent of its format."""

from resnet_diagram.dataclass import dataclass
from resnet_diagram.wording.modules import StageNames
from resnet_diagram.wording.terms import Label


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A line of text, such as "7×7, 64, stride 2"."""

    text: Label


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """The layers of a block, one a line, the number of repetitions of the block, and of those in series.

    `modules`: how many modules in series have so many blocks each.
    """

    lines: tuple[Label, ...]
    times: int
    modules: int = 1

    @property
    def factor(self) -> str:
        """The number of repetitions in each module, and that of modules if there are several."""
        return f"{self.times} × {self.modules}" if self.modules > 1 else str(self.times)


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """A number, written with `decimals` in powers of ten: 25557032 as 25.56×10⁶ with power 6 and 2."""

    value: int
    power: int
    decimals: int


Part = Words | Stack | Count


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """Parts one below the other, over `span` columns; empty without parts."""

    parts: tuple[Part, ...] = ()
    span: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """Rows that share their first cells: a stage, or one of the totals.

    `heads` are the shared cells; if the table has more `keys`, the last one spans the remaining ones.
    The cells of each row span all other columns.
    """

    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A whole table. The first `keys` columns are row heads.

    `bands` are the body, `totals` the rows below it. `centred`: for cells of uneven height.
    `grouped`: consecutive bands with the same first cell share it.
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
    """Options of a table's words.

    `names`: naming scheme of stages. `heads`: heads of the columns, by default the names of the networks.
    `caption` and `label`: None proposes one, "" leaves it out. `decimals`: of parameters and MACs.
    """

    names: StageNames = StageNames.PAPER
    heads: tuple[str, ...] = ()
    caption: str | None = None
    label: str | None = None
    notes: bool = True
    decimals: int = 2
