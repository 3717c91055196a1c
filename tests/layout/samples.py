"""Diagrams of every sort, built by hand: the layout must draw each of them well."""

from resnet_diagram.diagram.flat import flattened, network_panel
from resnet_diagram.diagram.legend import legend
from resnet_diagram.diagram.model import (
    Chain,
    Diagram,
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
from resnet_diagram.wording.terms import NOTHING, literal
from tests.layout.labels import label, labels


def conv(name: str, *lines: str, taper: Taper = Taper.NONE, shade: int = 1) -> Node:
    return Node(
        id=name, role=NodeRole.CONV, lines=labels(*lines or ("3×3 conv, 64",)), taper=taper, shade=shade
    )


def box(name: str, role: NodeRole, *lines: str) -> Node:
    return Node(id=name, role=role, lines=labels(*lines))


def fork(
    name: str, *branches: tuple[Item, ...], merge: NodeRole = NodeRole.ADD, link: Link | None = None
) -> Fork:
    return Fork(branches=branches, merge=box(name, merge, "+"), shortcut=link)


def residual(name: str, *inner: Item, role: EdgeRole = EdgeRole.IDENTITY, words: str = "identity") -> Fork:
    held = inner or (conv(f"{name}-a"), conv(f"{name}-b"))
    return fork(f"{name}-add", held, link=Link(role=role, label=label(words)))


def block(name: str, *items: Item, repeat: int = 1) -> Group:
    return Group(id=name, role=GroupRole.BLOCK, title=NOTHING, items=items, repeat=repeat)


def stage(number: int, *items: Item, caption: str = "56×56×256 → 28×28×512", repeat: int = 1) -> Group:
    return Group(
        id=f"stage{number}",
        role=GroupRole.STAGE,
        title=label(f"Stage {number}"),
        items=items,
        repeat=repeat,
        caption=label(caption),
        shade=number,
    )


def diagram(
    *items: Item, direction: Direction | None = None, title: str = "net", dense: bool = False
) -> Diagram:
    chain = Chain(items=items, dense=dense)
    return Diagram(
        title=title,
        direction=direction,
        panels=(network_panel(chain),),
        description=literal("a network"),
        legend=legend([chain]),
    )


def items_of(shown: Diagram) -> tuple[Item, ...]:
    """Return the items of the flat reading of a diagram."""
    return flattened(shown).chain.items


def nested(depth: int) -> Item:
    """Shortcuts round shortcuts, `depth` deep."""
    item: Item = residual("n0")
    for level in range(1, depth):
        item = residual(f"n{level}", conv(f"n{level}-in"), item, words=f"identity {level}")
    return item


def hourglass(depth: int) -> tuple[Item, ...]:
    """Long skips that end in a concatenation, one in the other."""
    inner: tuple[Item, ...] = (residual("bottom"),)
    for level in range(depth):
        way = (
            conv(f"d{level}", "3×3 conv, 64, s=2"),
            *inner,
            conv(f"u{level}", "2×2 transposed conv, 64, s=2"),
        )
        inner = (fork(f"c{level}", way, (), merge=NodeRole.CONCAT),)
    return inner


def _folded(name: str, repeat: int) -> Group:
    branch = Node(
        id=f"{name}-branch", role=NodeRole.BLOCK, lines=labels("bottleneck"), taper=Taper.HOURGLASS, shade=1
    )
    relu = box(f"{name}-relu", NodeRole.ACTIVATION, "ReLU")
    return block(name, residual(f"{name}-f", branch), relu, repeat=repeat)


def _bottleneck(name: str, shade: int) -> Group:
    layers = (
        conv(f"{name}-1", "1×1 conv, 64", "BN, ReLU", taper=Taper.CLOSING, shade=shade),
        conv(f"{name}-2", "3×3 conv, 64, s=2", "BN, ReLU", shade=shade),
        conv(f"{name}-3", "1×1 conv, 2048", "BN", taper=Taper.OPENING, shade=shade),
    )
    shortcut = Link(role=EdgeRole.POOLED_PROJECTION, label=label("2×2 avg pool, s=2 + 1×1 conv"))
    return block(
        name, fork(f"{name}-add", layers, link=shortcut), box(f"{name}-relu", NodeRole.ACTIVATION, "ReLU")
    )


def _kinds() -> tuple[Item, ...]:
    roles = [role for role in EdgeRole if role not in (EdgeRole.FLOW, EdgeRole.SKIP)]
    return tuple(
        block(f"k{number}", residual(f"k{number}", role=role, words=role.value))
        for number, role in enumerate(roles)
    )


def _parallel(merge: NodeRole, link: Link | None = None) -> Fork:
    way = (conv("p1"), conv("p2"), conv("p3", "5×5 conv, 96"))
    return fork(
        "merge",
        way,
        (conv("q1"),),
        (box("q2", NodeRole.POOL, "3×3 max pool"), conv("q3")),
        (),
        merge=merge,
        link=link,
    )


_LONG = "a_very_long_module_path.with.many_parts.layer3.block17.attention_projection_normalised"

SAMPLES: dict[str, tuple[Item, ...]] = {
    "one node": (conv("only"),),
    "one block": (residual("b"),),
    "one block in a stage": (stage(1, block("b", residual("b"))),),
    "no shortcut": tuple(stage(n, *(conv(f"c{n}-{k}") for k in range(2 + n))) for n in range(1, 5)),
    "chain": tuple(
        stage(n, box(f"s{n}", NodeRole.STAGE, f"{n} blocks", "1 projection")) for n in range(1, 5)
    ),
    "long chain": tuple(stage(n, box(f"s{n}", NodeRole.STAGE, f"{n} blocks")) for n in range(1, 25)),
    "loose": (
        box("input", NodeRole.INPUT, "32×32×3"),
        conv("c"),
        stage(1, residual("b")),
        box("fc", NodeRole.LINEAR),
    ),
    "twelve stages": tuple(stage(n, _bottleneck(f"b{n}", n), _folded(f"f{n}", n)) for n in range(1, 13)),
    "three types": (
        stage(1, _bottleneck("x", 1), _folded("y", 3), block("z", residual("z"), nested(2)), repeat=5),
    ),
    "one dimension": (stage(1, residual("b"), caption="16000×64 → 8000×128"),),
    "three dimensions": (stage(1, residual("b"), caption="112×112×112×64 → 56×56×56×1024"),) * 1
    + (stage(2, residual("c"), caption="112×112×112×64 → 56×56×56×1024"),),
    "deep": (stage(1, nested(7)),),
    "hourglass": (stage(1, *hourglass(4)),),
    "gate": (stage(1, fork("m", (), (conv("g1"), conv("g2")), merge=NodeRole.MULTIPLY)),),
    "sum": (stage(1, _parallel(NodeRole.ADD), conv("after")),),
    "concatenation": (
        stage(
            1,
            conv("before"),
            _parallel(NodeRole.CONCAT, Link(role=EdgeRole.IDENTITY, label=label("identity"))),
        ),
    ),
    "kinds of shortcut": (stage(1, *_kinds()),),
    "pattern": (stage(1, block("p", residual("p1"), residual("p2"), repeat=6), repeat=12),),
    "stage in a branch": (stage(1, residual("r", stage(2, residual("i"), residual("j"), repeat=2))),),
    "long texts": (
        stage(1, residual("b", box("o", NodeRole.OPAQUE, "OpaqueModule", _LONG), conv("c", _LONG * 3))),
    ),
    "long label": (stage(1, residual("b", conv("c"), words=f"{_LONG} and {_LONG}")),),
    "other scripts": (
        stage(1, residual("残差", box("注意", NodeRole.ATTENTION, "自注意力机制", "Ω → ∞ & <b>")), conv("ç")),
    ),
    "nothing": (),
    "empty group": (stage(1), stage(2, conv("c")), stage(3)),
    "empty branches": (
        stage(
            1,
            fork("e", (), ()),
            conv("x"),
            fork("f", link=Link(role=EdgeRole.IDENTITY, label=label("identity"))),
        ),
    ),
    "many blocks": tuple(stage(n, *(_bottleneck(f"b{n}-{k}", n) for k in range(75))) for n in range(1, 5)),
}
"""Items of a diagram by what is special about it."""
