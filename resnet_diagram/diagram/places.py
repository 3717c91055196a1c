"""Where blocks stand, in words."""

from collections.abc import Sequence
from itertools import groupby

Place = tuple[int, int]
"""Number of the stage and of the block in it, both from 1; stage 0 is outside stages."""

_LONGEST = 34
"""Letters of a list of blocks; a longer one is given as a count."""


def places(found: Sequence[Place], everything: Sequence[Place], total: int, rest: str = "") -> str:
    """Where blocks stand, among all blocks of a network and its `total` stages.

    `rest` is said of most blocks where no list tells it shorter.
    """
    if len(found) == len(everything):
        return "all blocks" if len(found) > 1 else ""
    stages, totals = _by_stage(found), _by_stage(everything)
    if all(numbers == totals[stage] for stage, numbers in stages.items()):
        return f"all blocks of {_stages(list(stages), total)}"
    if all(numbers == [1] for numbers in stages.values()):
        return f"first block of {_stages(list(stages), total)}"
    if rest and 2 * len(found) > len(everything):
        return rest
    listed = "; ".join(f"stage {stage}: {_ranges(numbers)}" for stage, numbers in stages.items())
    if len(listed) <= _LONGEST:
        return listed
    return f"{len(found)} blocks" + ("" if len(stages) == total else f" of {_stages(list(stages), total)}")


def _by_stage(found: Sequence[Place]) -> dict[int, list[int]]:
    stages: dict[int, list[int]] = {}
    for stage, number in found:
        stages.setdefault(stage, []).append(number)
    return stages


def _stages(stages: list[int], total: int) -> str:
    if len(stages) == total:
        return "each stage" if total > 1 else "the stage"
    return f"stage{'s' if len(stages) > 1 else ''} {_ranges(stages)}"


def _ranges(numbers: Sequence[int]) -> str:
    """Numbers with runs drawn together.

    >>> _ranges([1, 2, 3, 5])
    '1–3, 5'
    """
    runs = [
        [number for _, number in run]
        for _, run in groupby(enumerate(numbers), lambda pair: pair[1] - pair[0])
    ]
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs)
