"""Places of blocks in words: "first block of stages 2–4"."""

from collections.abc import Mapping, Sequence
from itertools import groupby, pairwise
from operator import itemgetter

from resnet_diagram.wording.counts import counted
from resnet_diagram.wording.terms import NOTHING, Kind, Label, literal, phrase
from resnet_diagram.wording.vocabulary import Word

Place = tuple[int, int]
"""Number of the stage and of the block in it, both from 1; stage 0 is outside stages."""

_SHORT_LIST, _LONGEST_LIST = 34, 53
"""Characters of a list of blocks that is preferred to other words, and of the longest list."""

_LONG_RUN = 5
"""Numbers at even distances that are not all written."""

_ALL = (Word.ALL_OF_STAGE, Word.ALL_OF_STAGES, Word.ALL_OF_THE_STAGE, Word.ALL_OF_EACH_STAGE)
_FIRST = (Word.FIRST_OF_STAGE, Word.FIRST_OF_STAGES, Word.FIRST_OF_THE_STAGE, Word.FIRST_OF_EACH_STAGE)
_ONLY = (Word.UNNAMED_STAGE, Word.ONLY_OF_STAGES, Word.ONLY_OF_EACH_STAGE, Word.ONLY_OF_EACH_STAGE)
_LATER = (Word.LATER_OF_STAGE, Word.LATER_OF_STAGES, Word.LATER_OF_THE_STAGE, Word.LATER_OF_EACH_STAGE)
_IN = (Word.IN_STAGE, Word.IN_STAGES, Word.IN_THE_STAGE, Word.IN_EACH_STAGE)
"""Phrases for one stage, for several, for the only stage, and for all."""


def places(items: Sequence[Place], contents: Sequence[Place], total: int, *, rest: bool = False) -> Label:
    """Return the places of some blocks among all blocks of a network and its `total` stages.

    With `rest`, most blocks are "all other blocks" where no list is shorter.
    """
    if len(items) == len(contents):
        return phrase(Kind.PLACE, Word.ALL_BLOCKS) if len(items) > 1 else NOTHING
    stages, totals = (
        {stage: [number for _, number in run] for stage, run in groupby(sorted(blocks), key=itemgetter(0))}
        for blocks in (items, contents)
    )
    if all(numbers == totals[stage] for stage, numbers in stages.items()):
        single = len(items) == len(stages)
        return _of_stages(_ONLY if single else _ALL, list(stages), total)
    if all(numbers == [1] for numbers in stages.values()):
        return _of_stages(_FIRST, list(stages), total)
    if rest and 2 * len(items) > len(contents):
        return phrase(Kind.PLACE, Word.ALL_OTHER_BLOCKS)
    label = _listed(stages)
    if len(label) <= _SHORT_LIST:
        return label
    if all(numbers == totals[stage][1:] for stage, numbers in stages.items()):
        return _of_stages(_LATER, list(stages), total)
    if len(label) <= _LONGEST_LIST:
        return label
    if len(stages) == total:
        return counted(len(items), phrase(Kind.BLOCK, Word.BLOCK))
    word = Word.SOME_OF_STAGES if len(stages) > 1 else Word.SOME_OF_STAGE
    return phrase(Kind.PLACE, word, len(items), ranges(list(stages)))


def in_stages(stages: Sequence[int], total: int) -> Label:
    """Return the places of layers and gates in some of `total` stages, in which they are no blocks."""
    return _of_stages(_IN, list(dict.fromkeys(stages)), total)


def _listed(stages: Mapping[int, Sequence[int]]) -> Label:
    """Return a list of blocks by stage, such as "stages 1–2: 2; stage 3: 2, 4, 6"."""
    by_numbers: dict[tuple[int, ...], list[int]] = {}
    for stage, numbers in stages.items():
        by_numbers.setdefault(tuple(numbers), []).append(stage)
    listed = [
        phrase(
            Kind.PLACE,
            Word.BLOCKS_OF_STAGES if len(alike) > 1 else Word.BLOCKS_OF_STAGE,
            ranges(alike),
            ranges(numbers),
        )
        for numbers, alike in by_numbers.items()
    ]
    return Label(*listed, joint=Word.CLAUSES)


def _of_stages(words: tuple[Word, Word, Word, Word], stages: list[int], total: int) -> Label:
    item, several, only, each = words
    if len(stages) == total:
        return phrase(Kind.PLACE, each if total > 1 else only)
    return phrase(Kind.PLACE, several if len(stages) > 1 else item, ranges(stages))


def ranges(numbers: Sequence[int]) -> Label:
    """Return numbers with runs drawn together; of five or more at even distances the first two and the last.

    >>> ranges([1, 2, 3, 5]), ranges([2, 4, 6, 8, 10])
    ('1–3, 5', '2, 4, …, 10')
    """
    steps = {after - before for before, after in pairwise(numbers)}
    if len(numbers) >= _LONG_RUN and len(steps) == 1 and steps != {1}:
        texts = [str(numbers[0]), str(numbers[1]), "…", str(numbers[-1])]
        return Label(*(literal(text, Kind.COUNT) for text in texts), joint=Word.LIST)
    runs = [
        [number for _, number in run]
        for _, run in groupby(enumerate(numbers), lambda pair: pair[1] - pair[0])
    ]
    texts = [str(run[0]) if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs]
    return Label(*(literal(text, Kind.COUNT) for text in texts), joint=Word.LIST)
