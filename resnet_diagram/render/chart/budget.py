"""Limits of the programs that draw charts, and the size of a chart."""

from resnet_diagram.dataclass import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartSize:
    """Size of a chart: arrows, characters of its source, and whether it fits a page."""

    arrows: int
    characters: int
    fits_page: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """Most arrows and characters of a chart that the readers of a format draw; 0: no limit."""

    arrows: int = 0
    characters: int = 0

    def allows(self, size: ChartSize) -> bool:
        """Return whether a chart is within the limits."""
        return (not self.arrows or size.arrows <= self.arrows) and (
            not self.characters or size.characters <= self.characters
        )


NO_LIMIT = Budget()
"""The budget of a format whose readers draw charts of any size."""
