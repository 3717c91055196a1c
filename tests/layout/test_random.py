"""Diagrams made at random: whatever the tree, the drawing keeps the rules."""

import random

import pytest

from resnet_diagram.diagram.model import (
    Direction,
    EdgeRole,
    Fork,
    Group,
    GroupRole,
    Item,
    Link,
    Node,
    NodeRole,
    Taper,
)
from resnet_diagram.layout.layout import layout
from resnet_diagram.style.theme import load_theme
from tests.layout.geometry import problems
from tests.layout.labels import label, labels
from tests.layout.samples import diagram

MERGES = (NodeRole.ADD, NodeRole.MULTIPLY, NodeRole.CONCAT)
BOXES = tuple(role for role in NodeRole if role not in MERGES)
SHORTCUTS = tuple(role for role in EdgeRole if role not in (EdgeRole.FLOW, EdgeRole.SKIP))
WORDS = (
    "3×3 conv, 64",
    "BN, ReLU",
    "1×1 conv, 2048, s=2",
    "x",
    "",
    "a.very_long.module.path",
    "残差ブロック",
)


class Maker:
    """Makes items from one source of chance, each with an id of its own."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.count = 0

    def name(self) -> str:
        self.count += 1
        return f"n{self.count}"

    def node(self, roles: tuple[NodeRole, ...] = BOXES) -> Node:
        lines = labels(*self.chance.choices(WORDS, k=self.chance.randint(0, 4)))
        taper = self.chance.choice(list(Taper))
        badge = self.chance.choice(["", "", "[×7]"])
        shade = self.chance.randint(0, 12)
        return Node(
            id=self.name(), role=self.chance.choice(roles), lines=lines, taper=taper, badge=badge, shade=shade
        )

    def fork(self, depth: int) -> Fork:
        branches = tuple(self.items(depth - 1) for _ in range(self.chance.randint(0, 4)))
        link = Link(
            role=self.chance.choice(SHORTCUTS), label=label(" + ".join(self.chance.choices(WORDS, k=2)))
        )
        shortcut = link if self.chance.random() < 0.6 else None
        return Fork(branches=branches, merge=self.node(MERGES), shortcut=shortcut)

    def group(self, depth: int) -> Group:
        title = self.chance.choice(["", "Stage 7", "A group with a long title"])
        return Group(
            id=self.name(),
            role=self.chance.choice(list(GroupRole)),
            title=label(title),
            items=self.items(depth - 1),
            repeat=self.chance.choice([1, 1, 36]),
            caption=label(self.chance.choice(["", "56×56×256 → 28×28×512"])),
            shade=self.chance.randint(0, 9),
        )

    def items(self, depth: int) -> tuple[Item, ...]:
        return tuple(self.item(depth) for _ in range(self.chance.randint(0, 4)))

    def item(self, depth: int) -> Item:
        kinds = ["node", "node", "fork", "group"] if depth > 0 else ["node"]
        kind = self.chance.choice(kinds)
        if kind == "fork":
            return self.fork(depth)
        return self.group(depth) if kind == "group" else self.node()


@pytest.mark.parametrize("direction", Direction)
@pytest.mark.parametrize("seed", range(40))
def test_any_tree(seed: int, direction: Direction) -> None:
    shown = diagram(*Maker(seed).items(4), direction=direction)
    theme = load_theme()
    assert problems(layout(shown, theme), theme) == []
