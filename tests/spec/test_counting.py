"""Blocks are counted as readers count them, and all of the tool has one count."""

import pytest

from resnet_diagram.spec.counting.blocks import numbers, units
from resnet_diagram.spec.counting.places import placed
from resnet_diagram.spec.model import Block, Element, Layer, Merge, Network, Stage
from resnet_diagram.spec.shapes import act, conv, global_avg_pool, norm
from tests.spec.test_measure import SHAPE, gate, residual


def layers(name: str, *settings: tuple[int, int, int]) -> tuple[Layer, ...]:
    """Return convolutions of a module, given channels, kernel and groups of each; the last without ReLU."""
    result: list[Layer] = []
    for number, (channels, kernel, groups) in enumerate(settings, 1):
        shape = result[-1].out_shape if result else SHAPE
        layer = conv(shape, channels, kernel, padding=kernel // 2, groups=groups, name=f"{name}.c{number}")
        result += [layer, norm(layer.out_shape, name=f"{name}.n{number}")]
        result += [act(layer.out_shape, name=f"{name}.a{number}")] if number < len(settings) else []
    return tuple(result)


def inverted(name: str) -> tuple[Layer, ...]:
    return layers(name, (32, 1, 1), (32, 3, 32), (8, 1, 1))


def bottleneck(name: str) -> tuple[Layer, ...]:
    return layers(name, (4, 1, 1), (4, 3, 1), (8, 1, 1))


def separable(name: str) -> tuple[Layer, ...]:
    return layers(name, (8, 3, 8), (8, 1, 1))


def squeezed(name: str) -> tuple[Element, ...]:
    """Return an inverted bottleneck with a gate before its last convolution."""
    factor = (global_avg_pool((32, 6, 6)), conv((32, 1, 1), 32, 1))
    run = inverted(name)
    return (*run[:6], Block(name=f"{name}.gate", branches=((), factor), merge=Merge.MULTIPLY), *run[6:])


def step(name: str, *branch: Element) -> Block:
    return residual(*(branch or bottleneck(name)), name=name)


def joined(name: str, *branches: tuple[Element, ...], merge: Merge = Merge.ADD) -> Block:
    return Block(name=name, branches=branches, merge=merge)


STAGES: dict[str, tuple[tuple[Element, ...], int]] = {
    "without a shortcut, then with": ((*inverted("s.0"), step("s.1", *inverted("s.1"))), 2),
    "two without, then with": ((*inverted("s.0"), *inverted("s.1"), step("s.2", *inverted("s.2"))), 3),
    "without, alone": (inverted("s.0"), 1),
    "two without": ((*separable("s.0"), *separable("s.1")), 2),
    "without, round a gate": ((*squeezed("s.0"), step("s.1", *squeezed("s.1"))), 2),
    "as the blocks beside it": ((*bottleneck("s.0"), step("s.1")), 2),
    "layers that go down": ((*layers("s.down", (16, 2, 1)), step("s.0"), step("s.1")), 2),
    "several layers that go down": ((*layers("s.down", (8, 1, 1), (8, 3, 1)), step("s.0")), 1),
    "plain": (layers("s", (8, 3, 1), (8, 3, 1)), 0),
    "gates between": ((step("s.0"), gate(), step("s.1"), gate()), 2),
    "a gate round blocks": (
        (joined("s.0", (step("s.0.t.0"), step("s.0.t.1")), (conv(SHAPE, 8, 1),), merge=Merge.MULTIPLY),),
        2,
    ),
    "a shortcut round blocks": ((step("s.0", step("s.0.0"), step("s.0.1"), *layers("s.0.c", (8, 3, 1))),), 2),
    "a shortcut round one block": ((step("s.0", *bottleneck("s.0"), step("s.0.inner")), step("s.1")), 2),
    "a residual gate with blocks": (
        (step("s.0", joined("s.0.g", (), (step("s.0.g.0"), step("s.0.g.1")), merge=Merge.MULTIPLY)),),
        1,
    ),
    "a sum within the module of a block": (
        (joined("s.0.mix", layers("s.0.mix.a", (8, 3, 8)), ()), step("s.0", *bottleneck("s.0.mlp"))),
        1,
    ),
    "layers within the module of a sum": (
        (joined("s.0", layers("s.0.a", (8, 3, 8)), ()), *separable("s.0.after"), joined("s.1", (), ())),
        1,
    ),
    "branches within branches": (
        (joined("s.0", (joined("s.0.in", layers("s.0.in.a", (4, 1, 1)), ()),), (), merge=Merge.CONCAT),),
        1,
    ),
    "blocks within branches": (
        (joined("s.0", (step("s.0.0"), step("s.0.1")), layers("s.0.c", (8, 1, 1)), merge=Merge.CONCAT),),
        2,
    ),
    "an arrangement of positions": ((joined("s.0", (), (), merge=Merge.CONCAT), step("s.1")), 1),
    "stages within": (
        (Stage(name="s.a", body=(step("s.a.0"),)), Stage(name="s.b", body=inverted("s.b.0"))),
        2,
    ),
}


@pytest.mark.parametrize(("body", "count"), STAGES.values(), ids=STAGES)
def test_blocks_are_counted_as_readers_do(body: tuple[Element, ...], count: int) -> None:
    assert len(units((Stage(name="s", body=body),))) == count


def test_layers_are_no_block_outside_stages() -> None:
    assert not units(inverted("head"))


def test_each_block_has_the_number_that_is_drawn() -> None:
    one, two, three = step("s.1", *inverted("s.1")), step("s.2.0"), step("s.2.1")
    around = step("s.2", two, three)
    body: tuple[Element, ...] = (*inverted("s.0"), gate(), one, around)
    stage = Stage(name="s", body=body)
    found = numbers(stage)
    assert [found[id(block)] for block in (one, around, two, three)] == [[2], [3], [3], [4]]
    network = Network(name="net", input_shape=SHAPE, body=(stage,))
    blocks = {place.path: place.block for _, place in placed(network) if place.stage}
    assert [blocks[name] for name in ("gate", "s.1", "s.2", "s.2.0", "s.2.1")] == [1, 2, 3, 3, 4]


def test_equal_blocks_have_numbers_of_their_own() -> None:
    block = step("", conv(SHAPE, 8, 1))
    stage = Stage(name="s", body=(block,) * 3)
    assert len(units((stage,))) == 3
    network = Network(name="net", input_shape=SHAPE, body=(stage,))
    assert [place.block for element, place in placed(network) if element is block] == [1, 2, 3]
