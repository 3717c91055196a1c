"""What a function does grows no faster than the network that is read, drawn or written."""

from collections.abc import Callable, Sequence

import pytest

import resnet_diagram as rd
from resnet_diagram.layout.flow.columns.fill import Column, Measured, balance
from resnet_diagram.spec.json.files import dumps
from resnet_diagram.spec.model import Network
from resnet_diagram.spec.toml.reader import loads
from tests.work import calls, lines

FEW = 25
"""Blocks or stages of the smaller network; the larger has twice as many."""
SMALL = 1000
"""Lines that a function may run without being compared."""
GROWTH = 3.0
"""Most that the lines of one function may grow by; they double where it is linear."""


def one_stage(count: int) -> Network:
    """Return a network of one stage of equal blocks."""
    return _network([count], [16])


def growing(count: int) -> Network:
    """Return a network whose stages all differ."""
    return _network([1] * count, [16 + at for at in range(count)])


def _network(depths: list[int], widths: list[int]) -> Network:
    return loads(
        f'name = "many"\ninput = [3, 32, 32]\nblock = "basic"\ndepths = {depths}\nwidths = {widths}\n'
        f'strides = {[1] * len(depths)}\nstem = "cifar"\nhead = {{ classes = 10 }}\n',
        "many.toml",
    )


WORK: dict[str, tuple[Callable[[int], Network], Callable[[Network], object]]] = {
    "growing stages in SVG": (growing, lambda network: rd.to_text(network, "svg", view="overview")),
    "code of blocks": (one_stage, rd.code),
    "code of stages": (growing, rd.code),
    "table of stages": (growing, rd.table),
    "JSON of stages": (growing, dumps),
}


@pytest.mark.parametrize("name", WORK)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_work_doubles_with_the_network(name: str) -> None:
    make, work = WORK[name]
    work(make(2))
    before, after = lines(lambda: work(make(FEW))), lines(lambda: work(make(2 * FEW)))
    faster = {
        place: (before[place], count)
        for place, count in after.items()
        if count > SMALL and count > GROWTH * before[place]
    }
    assert after.total() > SMALL
    assert faster == {}


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_columns_are_counted_in_few_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    counts: list[int] = []

    def counted(measureds: Sequence[Measured], count: int) -> tuple[Column, ...]:
        counts.append(count)
        return balance(measureds, count)

    monkeypatch.setattr("resnet_diagram.layout.flow.columns.draw.balance", counted)
    rd.to_text(growing(150), "svg", view="full")
    assert max(counts) > 6
    assert len(counts) < 8


MOST_CALLS = {"svg": 7000, "tikz": 7100, "mermaid": 6700, "dot": 4200}
"""Most calls of functions, Python's own included, that one more block takes to be read, drawn and written."""


@pytest.mark.parametrize("name", MOST_CALLS)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_a_block_takes_few_calls(name: str) -> None:
    def work(count: int) -> int:
        return calls(lambda: rd.to_text(one_stage(count), name, view="full", max_height="90000pt"))

    work(2)
    assert work(5 * FEW) - work(4 * FEW) < FEW * MOST_CALLS[name]
