"""Panels built by hand: overviews and insets of every sort."""

from collections.abc import Sequence
from dataclasses import replace

from resnet_diagram.diagram.model import (
    Arc,
    Bar,
    Diagram,
    Direction,
    EdgeRole,
    Fork,
    Frame,
    GroupRole,
    Inset,
    Item,
    LegendEntry,
    Link,
    Node,
    NodeRole,
    Omitted,
    Overview,
    Panel,
    Taper,
)
from tests.layout.labels import label, labels

LEGEND = (
    LegendEntry(role=EdgeRole.IDENTITY, text=label("identity shortcut")),
    LegendEntry(role=EdgeRole.PROJECTION, text=label("projection shortcut")),
    LegendEntry(role=NodeRole.ADD, text=label("addition")),
    LegendEntry(role=NodeRole.BLOCK, text=label("bar height: log spatial size, width: log channels")),
    LegendEntry(role=None, text=label("s: stride; C: bottleneck width")),
)


def bar(name: str, text: str, size: float, channels: int, role: NodeRole = NodeRole.CONV) -> Bar:
    return Bar(id=name, role=role, resolution=size, channels=channels, text=label(text))


def loose(name: str, title: str, role: GroupRole | None, *bars: Bar, caption: str = "") -> Frame:
    return Frame(id=name, role=role, title=label(title), bars=bars, caption=label(caption))


def stem(size: int = 224) -> Frame:
    half, quarter = size // 2, size // 4
    return loose(
        "stem",
        "Stem",
        GroupRole.STEM,
        bar("input", f"{size}×{size}×3", 1.0, 3, NodeRole.INPUT),
        bar("conv1", "7×7 conv, 64, s=2", half / size, 64),
        bar("pool1", "3×3 max pool, s=2", quarter / size, 64, NodeRole.POOL),
        caption=f"→ {quarter}×{quarter}×64",
    )


def head(channels: int = 2048) -> Frame:
    return loose(
        "head",
        "Head",
        GroupRole.HEAD,
        bar("gap", "global avg pool", 1 / 224, channels, NodeRole.POOL),
        bar("fc", "fc, 1000", 1 / 224, 1000, NodeRole.LINEAR),
        caption=f"{channels} → 1000",
    )


def stage(
    number: int,
    count: int,
    *,
    channels: int | None = None,
    resolution: float | None = None,
    first: EdgeRole = EdgeRole.PROJECTION,
    words: str = "1×1 conv, s=2",
    notes: tuple[str, ...] | None = None,
    caption: str | None = None,
    shown: Sequence[int] | None = None,
) -> tuple[Frame, tuple[Arc, ...]]:
    channels = channels or 256 * 2 ** (number - 1)
    size = 112 // 2**number
    resolution = resolution if resolution is not None else max(size, 1) / 224
    shown = shown or ((1, 2, count) if count > 3 else tuple(range(1, count + 1)))
    bars: list[Bar | Omitted] = []
    arcs = []
    for at, index in enumerate(shown):
        if at and index > shown[at - 1] + 1:
            bars.append(Omitted(count=index - shown[at - 1] - 1))
        name = f"stage{number}-block{index}"
        bars.append(
            Bar(
                id=name,
                role=NodeRole.BLOCK,
                resolution=resolution,
                channels=channels,
                index=str(index),
                shade=number,
            )
        )
        role = first if index == 1 else EdgeRole.IDENTITY
        arcs.append(Arc(tail=name, head=name, role=role, label=label(words if index == 1 else "")))
    frame = Frame(
        id=f"stage{number}",
        role=GroupRole.STAGE,
        title=label(f"Stage {number}"),
        bars=tuple(bars),
        repeat=count,
        notes=labels(f"C = {channels // 4}") if notes is None else labels(*notes),
        caption=label(
            f"{2 * size}×{2 * size}×{channels // 2} → {size}×{size}×{channels}"
            if caption is None
            else caption
        ),
    )
    return frame, tuple(arcs)


def overview(*parts: Frame | tuple[Frame, tuple[Arc, ...]], arcs: tuple[Arc, ...] = ()) -> Overview:
    frames = tuple(part if isinstance(part, Frame) else part[0] for part in parts)
    own = tuple(arc for part in parts if not isinstance(part, Frame) for arc in part[1])
    return Overview(frames=frames, arcs=(*own, *arcs))


def resnet(*counts: int) -> Overview:
    stages = [
        stage(n, count, words="1×1 conv" if n == 1 else "1×1 conv, s=2") for n, count in enumerate(counts, 1)
    ]
    return overview(stem(), *stages, head())


def terminal(name: str, text: str) -> Node:
    return Node(id=name, role=NodeRole.TERMINAL, lines=labels(text))


def bottleneck(name: str, *, projects: bool, marks: bool = False) -> tuple[Item, ...]:
    def conv(number: int, text: str, norm: str, taper: Taper = Taper.NONE) -> Node:
        return Node(
            id=f"{name}-conv{number}", role=NodeRole.CONV, lines=labels(text, norm), taper=taper, shade=2
        )

    on = Node(id=f"{name}-link", role=NodeRole.CONV, lines=labels("1×1 conv, 4C, s + BN"), shade=2)
    link = (
        Link(role=EdgeRole.PROJECTION, label=label("1×1 conv"), nodes=(on,))
        if projects
        else Link(role=EdgeRole.IDENTITY, label=label("identity"))
    )
    branch = (
        conv(1, "1×1, C", "BN, ReLU", Taper.CLOSING),
        conv(2, "3×3, C, s" if projects else "3×3, C", "BN, ReLU"),
        conv(3, "1×1, 4C", "BN", Taper.OPENING),
    )
    fork = Fork(
        branches=(branch,),
        merge=Node(id=f"{name}-add", role=NodeRole.ADD, lines=labels("+")),
        shortcut=link,
        branch_mark=label("F(x)" if marks else ""),
        merge_mark=label("F(x) + x" if marks else ""),
    )
    relu = Node(id=f"{name}-relu", role=NodeRole.ACTIVATION, lines=labels("ReLU"))
    return (terminal(f"{name}-x", "x"), fork, relu, terminal(f"{name}-y", "y"))


def panelled(
    *panels: tuple[str, Overview | tuple[Item, ...]], title: str = "net", direction: Direction | None = None
) -> Diagram:
    found = tuple(
        Panel(
            id=f"panel{number}",
            title=label(words),
            content=Inset(items=content) if isinstance(content, tuple) else content,
        )
        for number, (words, content) in enumerate(panels, 1)
    )
    return Diagram(
        title=title, direction=direction, panels=found, description=label("a network"), legend=LEGEND
    )


def paper(*counts: int) -> Diagram:
    return panelled(
        ("ResNet-152 overview", resnet(*counts)),
        ("Projection bottleneck (first block of each stage)", bottleneck("b", projects=True)),
        ("Identity bottleneck (all other blocks)", bottleneck("c", projects=False)),
    )


def arc(tail: str, head: str, words: str = "", role: EdgeRole = EdgeRole.SKIP) -> Arc:
    return Arc(tail=tail, head=head, role=role, label=label(words))


def block(number: int, index: int = 1) -> str:
    return f"stage{number}-block{index}"


def _nested() -> Overview:
    """Shortcuts round shortcuts in one frame, with labels wider than they are."""
    frame, arcs = stage(1, 3)
    outer = (
        arc(block(1), block(1, 2), "2×2 avg pool, s=2 + 1×1 conv", EdgeRole.POOLED_PROJECTION),
        arc(block(1), block(1, 3), "skip connection"),
        arc(block(1, 2), block(1, 3), "zero-pad", EdgeRole.ZERO_PAD),
    )
    return overview(stem(), (frame, (*arcs, *outer[:2])), head())


def _long_skips(count: int) -> Overview:
    """Skips between frames, one in the other, as in a U-Net."""
    names = [f"{'down' if n <= count else 'up'}{n}" for n in range(1, 2 * count + 1)]
    frames = [
        Frame(
            id=f"frame{n}",
            role=GroupRole.STAGE,
            title=label(f"Stage {n}"),
            bars=(
                bar(
                    f"{name}-a",
                    f"3×3 conv, {64 * 2 ** min(n, 2 * count + 1 - n)}",
                    2.0 ** -min(n, 2 * count - n),
                    64,
                ),
                bar(f"{name}-b", "", 2.0 ** -min(n, 2 * count - n), 128),
            ),
            caption=label("256×256×64 → 128×128×128"),
        )
        for n, name in enumerate(names, 1)
    ]
    inner = [arc(f"{names[n]}-b", f"{names[-1 - n]}-a", "concatenation") for n in range(count - 1)]
    outer = [arc(f"{names[n]}-a", f"{names[-1 - n]}-b") for n in range(count - 1)]
    return overview(*frames, arcs=(*inner, *outer))


def _global_skip() -> Overview:
    frame, arcs = stage(1, 16, first=EdgeRole.IDENTITY)
    tail = loose("tail", "", None, bar("tail", "3×3 conv, 64", 1 / 4, 64))
    return overview(
        stem(), (frame, arcs), tail, head(), arcs=(arc(block(1), "tail", "identity", EdgeRole.IDENTITY),)
    )


def _wide_frame(count: int) -> tuple[Frame, tuple[Arc, ...]]:
    return stage(1, count, shown=tuple(range(1, count + 1)))


_LONG_WORDS = "a_very_long_module_path.with.many_parts.layer3.block17 convolution, 1024, s=2"

OVERVIEWS: dict[str, Overview] = {
    "nothing": Overview(frames=()),
    "one bar": overview(loose("only", "", None, bar("only", "3×3 conv, 64", 1.0, 64))),
    "one frame": overview(stage(1, 3)),
    "one frame of one": overview(stage(1, 1)),
    "five frames": resnet(2, 2, 2),
    "seven frames": resnet(3, 8, 36, 3),
    "twelve frames": overview(*(stage(n, 4, channels=64 * n, resolution=1 / n) for n in range(1, 13))),
    "forty frames": overview(*(stage(n, 400, channels=16 * n, resolution=1 / n) for n in range(1, 41))),
    "long texts": overview(
        replace(stem(), title=label("A stem with a very long title")),
        stage(
            1,
            1202,
            words=_LONG_WORDS,
            notes=(_LONG_WORDS, "C = 64"),
            caption="112×112×112×64 → 56×56×56×1024",
        ),
        loose("odd", "Odd", GroupRole.STAGE, bar("first", _LONG_WORDS, 0.5, 8), bar("next", "x", 0.5, 8)),
    ),
    "large numbers": overview(
        stem(), *(stage(n, 1234567, channels=1234567 * n, shown=(1, 2, 1234567)) for n in range(1, 5))
    ),
    "upsampling": overview(*(stage(n, 2, channels=64, resolution=2.0**n) for n in range(1, 4))),
    "flat": overview(*(stage(n, 12, channels=768, resolution=1 / 16) for n in range(1, 3))),
    "nested shortcuts": _nested(),
    "long skips": _long_skips(4),
    "many long skips": _long_skips(9),
    "global skip": _global_skip(),
    "long label on a short skip": overview(
        loose("first", "A", GroupRole.STAGE, bar("a", "", 1.0, 64)),
        loose("second", "B", GroupRole.STAGE, bar("b", "", 1.0, 64)),
        arcs=(arc("a", "b", "2×2 avg pool, s=2 + 1×1 conv", EdgeRole.POOLED_PROJECTION),),
    ),
    "wide frame": overview(stem(), _wide_frame(60), head()),
    "wide loose frame": overview(
        loose("all", "", None, *(bar(f"s{n}", f"3×3 conv, {n}", 1 / n, n) for n in range(1, 40))),
        arcs=tuple(arc(f"s{n}", f"s{39 - n}") for n in range(1, 10)),
    ),
    "dots at the ends": overview(
        Frame(
            id="b",
            role=GroupRole.STAGE,
            title=label("Stage 1"),
            bars=(Omitted(count=3), bar("a", "", 1.0, 64), Omitted(count=5)),
            repeat=9,
        ),
        stage(2, 3),
    ),
    "other scripts": overview(
        replace(stem(), title=label("输入")), stage(1, 3, words="1×1 卷积, s=2", notes=("瓶颈块",))
    ),
}
"""Overviews by what is special about them."""
