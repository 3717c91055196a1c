"""Fold equal neighbours into runs."""

from collections.abc import Hashable, Sequence

from resnet_diagram.dataclass import dataclass

_LONGEST_PERIOD = 8


@dataclass(frozen=True, slots=True)
class Run:
    """Positions `start` … `start + period * count - 1` hold one pattern of `period` items `count` times."""

    start: int
    period: int
    count: int

    @property
    def stop(self) -> int:
        """Position behind the last repetition."""
        return self.start + self.period * self.count

    @property
    def starts(self) -> range:
        """Position of the first item of each repetition."""
        return range(self.start, self.stop, self.period)


def fold(keys: Sequence[Hashable]) -> tuple[Run, ...]:
    """Return the runs of equal keys, left to right; a repeated pattern of several keys is a single run.

    >>> fold("PBBBB")
    (Run(start=0, period=1, count=1), Run(start=1, period=1, count=4))
    >>> fold("WSWSWS")
    (Run(start=0, period=2, count=3),)
    """
    runs: list[Run] = []
    start = 0
    while start < len(keys):
        longest = max(1, min(_LONGEST_PERIOD, (len(keys) - start) // 2))
        candidates: list[Run] = []
        for period in range(1, longest + 1):
            stop = start + period
            while stop < len(keys) and keys[stop] == keys[stop - period]:
                stop += 1
            candidates.append(Run(start, period, (stop - start) // period))
        best = max(candidates, key=lambda run: (run.period * (run.count - 1), -run.period))
        runs.append(best)
        start = best.stop
    return tuple(runs)
