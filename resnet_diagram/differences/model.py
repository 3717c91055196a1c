"""A difference between two networks, and the parts that may differ."""

from enum import StrEnum

from resnet_diagram.dataclass import dataclass


class Ignored(StrEnum):
    """A part of a network that is not compared: the whole head, or its number of classes."""

    HEAD = "head"
    CLASSES = "classes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One difference: its place, the words for each network, and the modules of the blocks that have it."""

    where: str
    left: str
    right: str
    paths: tuple[str, ...] = ()
