"""Appearance of a table."""

from enum import StrEnum
from pathlib import Path

from resnet_diagram.dataclass import dataclass


class Float(StrEnum):
    """LaTeX environment around a table: a float of one column, or of both."""

    TABLE = "table"
    WIDE = "table*"


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Options of all formats; each format uses the ones that apply.

    `standalone`: a complete document. `float`: the LaTeX environment around the table.
    `templates`: a folder searched first.
    """

    standalone: bool = False
    float: Float | None = None
    templates: Path | None = None
