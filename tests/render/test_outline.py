"""The outline for the terminal."""

import re
from dataclasses import replace

import pytest

import resnet_diagram as rd
from resnet_diagram.diagram.model import Dag, Direction, EdgeRole, Fork, Node, NodeRole, Read, Vertex
from resnet_diagram.diagram.options import View
from resnet_diagram.diagram.walk import nodes
from resnet_diagram.render.outline import render_outline
from resnet_diagram.spec import catalog
from resnet_diagram.wording.language import language
from tests.golden import check_golden
from tests.layout.labels import labels
from tests.layout.samples import box, conv, diagram, fork, items_of, residual, stage
from tests.render.figures import NASTY, figure, named, samples

SAMPLES = samples()
SYMBOLS = (NodeRole.ADD, NodeRole.MULTIPLY)


@pytest.mark.parametrize("name", SAMPLES)
def test_every_node_of_every_sample_is_named(name: str) -> None:
    shown = SAMPLES[name]
    text = render_outline(shown)
    for node in nodes(items_of(shown.diagram)):
        assert node.role in SYMBOLS or all(line in text for line in node.lines)
    merges = sum(node.role is NodeRole.ADD for node in nodes(items_of(shown.diagram)))
    assert text.partition("╎ shortcut ·")[0].count("⊕") == merges


@pytest.mark.parametrize("name", catalog.names())
@pytest.mark.parametrize("view", [View.OVERVIEW, View.PAPER])
def test_every_named_network_fits_the_terminal(name: str, view: View) -> None:
    lines = render_outline(named(name, view)).splitlines()
    assert max(map(len, lines)) <= 100
    assert all(line == line.rstrip() for line in lines)


def test_a_stage_names_its_count_and_shapes() -> None:
    lines = render_outline(named("resnet152")).splitlines()
    at = lines.index("Stage 3 [×36]  28×28×512 → 14×14×1024")
    assert lines[at + 1 : at + 8] == [
        "├ 1×1 conv, 256 · BN, ReLU",
        "├ 3×3 conv, 256, s=2 · BN, ReLU",
        "├ 1×1 conv, 1024 · BN",
        "╎ 1×1 conv, s=2 (projection)",
        "├ ⊕",
        "├ ReLU",
        "└ [×35] bottleneck · ╎ identity · ⊕ · ReLU",
    ]


def test_several_branches_are_trees_of_their_own() -> None:
    merged = fork("m", (conv("a"), conv("b")), (), (box("c", NodeRole.POOL, "3×3 max pool"),))
    assert render_outline(figure(diagram(stage(1, merged, caption="")))).splitlines()[2:9] == [
        "Stage 1",
        "├ branch 1",
        "│ ├ 3×3 conv, 64",
        "│ └ 3×3 conv, 64",
        "├ branch 2: as it is",
        "├ branch 3",
        "│ └ 3×3 max pool",
    ]


def test_every_kind_of_shortcut_is_named() -> None:
    texts = {
        role: render_outline(figure(diagram(residual("r", role=role, words="1×1 conv"))))
        for role in EdgeRole
        if role not in (EdgeRole.FLOW, EdgeRole.SKIP)
    }
    assert "╎ 1×1 conv (pooled projection)\n" in texts[EdgeRole.POOLED_PROJECTION]
    assert "╎ 1×1 conv\n" in texts[EdgeRole.IDENTITY]
    assert all("╎ 1×1 conv" in text for text in texts.values())


def test_names_stand_as_they_are_on_one_line() -> None:
    shown = figure(diagram(stage(1, conv("c", NASTY, "two\nlines")), title="a\ntitle"))
    lines = render_outline(shown).splitlines()
    assert lines[0] == "a title"
    assert f"└ {NASTY} · two lines" in lines


def test_direction_makes_no_difference() -> None:
    right = render_outline(named("resnet50", direction=Direction.RIGHT))
    assert right == render_outline(named("resnet50"))


@pytest.mark.parametrize("name", ["resnet50", "resnet20"])
def test_golden(name: str) -> None:
    check_golden(name, "figure.txt", render_outline(named(name)))


def test_size_does_not_grow_with_depth() -> None:
    assert len(render_outline(named("resnet1202"))) < 1.05 * len(render_outline(named("resnet20")))


def test_what_lies_on_a_shortcut_is_listed() -> None:
    text = render_outline(named("resnet50d", View.BLOCK))
    assert "╎ 2×2 avg pool, s=2 → 1×1 conv, 4C · BN (pooled projection)" in text


@pytest.mark.parametrize("name", ["resnet50d", "googlenet-like"])
def test_every_word_is_in_the_language_of_the_drawing(name: str) -> None:
    if name == "resnet50d":
        text = rd.to_text(name, "outline", lang="zh")
    else:
        branches = ((conv("a", "1×1 conv, 8"),), (conv("b", "3×3 conv, 8"),), ())
        merge = Node(id="merge", role=NodeRole.CONCAT, lines=labels("拼接"))
        shown = figure(diagram(Fork(branches=branches, merge=merge)))
        text = render_outline(replace(shown, language=language("zh")))
        assert "分支 1" in text
        assert "直通" in text
    assert not re.search("input|branch|projection|shortcut|as it is", text)


def test_graphs_have_the_punctuation_of_the_language() -> None:
    conv_, sums = conv("a", "3×3 卷积"), Node(id="sum", role=NodeRole.ADD, lines=labels("+"))
    reads = (Read(vertex=0), Read(vertex=1, label=labels("上采样 ×2")[0]))
    several = (conv("b", "1×1 卷积"), conv("c", "1×1 卷积"))
    vertices = (
        Vertex(id="in", content=(conv_,)),
        Vertex(id="way", content=several, reads=reads[:1]),
        Vertex(id="out", content=(sums,), reads=reads),
    )
    shown = figure(diagram(Dag(vertices=vertices, output=2)))
    chinese = render_outline(replace(shown, language=language("zh")))
    assert "1：3×3 卷积" in chinese
    assert "2：  ← 1" in chinese
    assert "← 1, 2（上采样 ×2）" in chinese
    assert "2:  ← 1" in render_outline(shown)
