"""Parts of a baseline that a network lacks, and their positions in the network."""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from itertools import groupby

from resnet_diagram.dataclass import dataclass
from resnet_diagram.spec.graph import all_elements, parts
from resnet_diagram.spec.measure import walk
from resnet_diagram.spec.model import Element, Layer, Network, Stage
from resnet_diagram.spec.signature import canonical


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """Consecutive elements of a baseline, and the paths of their neighbours before and after in a network.

    Those are layers, blocks and stages in the same run; "" where there is none.
    """

    elements: tuple[Element, ...]
    behind: str = ""
    before: str = ""


def removed_runs(
    network: Network, baseline: Network, absent: Set[str], pairs: Mapping[str, str]
) -> tuple[Removed, ...]:
    """Return the runs of a baseline that are absent, in order.

    `absent`: names of its layers. `pairs`: names of its layers and blocks, and their counterparts.
    """
    stages = (stage for stage in all_elements(network) if isinstance(stage, Stage))
    owners = {element.name: stage.name for stage in stages for element in stage.body}
    finder = _Finder(absent, pairs, owners)
    return tuple(gap for run in parts(baseline) for gap in finder.runs(run))


class _Finder:
    """Finds runs that are absent. `owners`: the stage of each block of the network, by name."""

    def __init__(self, absent: Set[str], pairs: Mapping[str, str], owners: Mapping[str, str]) -> None:
        self._absent = absent
        self._pairs = pairs
        self._owners = owners

    def runs(self, run: Sequence[Element]) -> Iterator[Removed]:
        """Yield the missing parts of a run of elements, and of the elements in it."""
        for is_absent, group in groupby(range(len(run)), key=lambda at: self._is_absent(run[at])):
            numbers = list(group)
            if is_absent:
                yield Removed(
                    elements=tuple(run[at] for at in numbers),
                    behind=self._first_counterpart(reversed(run[: numbers[0]])),
                    before=self._first_counterpart(run[numbers[-1] + 1 :]),
                )
            else:
                yield from (gap for at in numbers for inner in parts(run[at]) for gap in self.runs(inner))

    def _is_absent(self, element: Element) -> bool:
        names = {layer.name for layer in canonical(walk((element,)))}
        return bool(names) and names <= self._absent

    def _first_counterpart(self, elements: Iterable[Element]) -> str:
        """Return the name of the counterpart of the first of some elements that has one."""
        return next(filter(None, map(self._counterpart, elements)), "")

    def _counterpart(self, element: Element) -> str:
        if isinstance(element, Stage):
            blocks = (self._pairs.get(each.name, "") for each in element.body if not isinstance(each, Layer))
            return next((self._owners.get(name, "") for name in blocks if name), "")
        return self._pairs.get(element.name, "")
