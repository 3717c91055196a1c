"""Graphviz source: Graphviz takes it, and it holds what the diagram holds."""

import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest

from resnet_diagram.diagram.model import Direction, EdgeRole, Group, GroupRole
from resnet_diagram.diagram.options import View
from resnet_diagram.diagram.walk import edges, groups, nodes
from resnet_diagram.render.dot import render_dot
from resnet_diagram.render.figure import Figure
from resnet_diagram.spec import catalog
from resnet_diagram.style.theme import theme_names
from tests.golden import check_golden
from tests.layout.samples import conv, diagram, residual, stage
from tests.programs import run_dot
from tests.render.figures import NASTY, figure, named, samples

SAMPLES = samples()


def drawn(shown: Figure) -> ET.Element:
    return ET.fromstring(run_dot(render_dot(shown)))


def texts(svg: ET.Element, kind: str) -> list[str]:
    found = svg.iterfind(f".//{{*}}g[@class='{kind}']")
    return ["".join("".join(text.itertext()) for text in one.iterfind(".//{*}text")) for one in found]


def titles(svg: ET.Element, kind: str) -> list[str]:
    return [one.findtext("{*}title") or "" for one in svg.iterfind(f".//{{*}}g[@class='{kind}']")]


def framed(group: Group) -> bool:
    return group.role is not GroupRole.BLOCK or group.repeat > 1


def check_counts(shown: Figure, svg: ET.Element) -> None:
    main = [one for one in titles(svg, "node") if not one.startswith(("legend_", "start"))]
    arrows = [one for one in titles(svg, "edge") if not one.startswith("legend_")]
    frames = [one for one in titles(svg, "cluster") if one != "cluster_legend"]
    assert len(main) == len(list(nodes(shown.diagram.items)))
    assert len(arrows) == len(edges(shown.diagram))
    held = [one for one in groups(shown.diagram.items) if framed(one) and list(nodes(one.items))]
    assert len(frames) == len(held)


@pytest.mark.parametrize("name", [name for name in SAMPLES if not name.startswith("many blocks")])
def test_every_sample_is_drawn_whole(name: str) -> None:
    check_counts(SAMPLES[name], drawn(SAMPLES[name]))


@pytest.mark.parametrize("name", catalog.names())
def test_every_named_network_is_drawn_whole(name: str) -> None:
    check_counts(named(name), drawn(named(name)))


@pytest.mark.parametrize("view", [view for view in View if view is not View.COMPARE])
@pytest.mark.parametrize("direction", Direction)
def test_every_view_is_drawn_whole(view: View, direction: Direction) -> None:
    shown = named("resnet18", view, direction)
    check_counts(shown, drawn(shown))


@pytest.mark.parametrize("theme", theme_names())
def test_every_theme_is_taken(theme: str) -> None:
    assert drawn(named("resnet50d", theme=theme)) is not None


def test_labels_are_shown_letter_by_letter() -> None:
    shown = figure(diagram(stage(1, residual("r", conv("c", NASTY), words=NASTY)), title=NASTY))
    svg = drawn(shown)
    squeezed = "".join(NASTY.split())
    assert squeezed in ["".join(text.split()) for text in texts(svg, "node")]
    assert squeezed in ["".join(text.split()) for text in texts(svg, "edge")]
    assert "".join(texts(svg, "graph")).replace(" ", "").startswith(squeezed)


def test_shortcuts_are_told_apart() -> None:
    source = render_dot(named("resnet50"))
    runs = dict(re.findall(r"  // ([\w-]+)\n  edge \[(.*)\]", source))
    assert list(runs) == ["flow", "identity", "projection"]
    assert "style=solid" in runs["flow"]
    assert "style=solid" in runs["identity"]
    assert "style=dashed" in runs["projection"]
    assert len(set(re.findall(r' color="(#\w+)"', " ".join(f" {run}" for run in runs.values())))) == 3
    assert 'label="  1×1 conv, s=2"' in source
    assert 'label="  identity"' in source


def test_zero_padding_is_dotted() -> None:
    source = render_dot(named("resnet20"))
    assert re.search(r"// zero-pad\n  edge \[.*style=dotted", source)
    assert 'label="  zero-pad, s=2"' in source


def test_the_main_path_comes_first_and_weighs_most() -> None:
    source = render_dot(named("resnet50d"))
    weights = [int(weight) for weight in re.findall(r"weight=(\d+), headport", source)]
    assert weights[0] > 10 * max(weights[1:])


def test_stage_entries_carry_their_shapes() -> None:
    shown = named("resnet50")
    captions = [one.label for one in edges(shown.diagram) if one.role is EdgeRole.FLOW and one.label]
    shapes = [text.strip() for text in texts(drawn(shown), "edge") if "→" in text]
    assert len(captions) == 5
    assert sorted(shapes) == sorted(captions)


def test_legend_and_title_can_be_left_out() -> None:
    plain = named("resnet18").diagram
    bare = drawn(figure(replace(plain, legend=(), title="")))
    assert "cluster_legend" in titles(drawn(named("resnet18")), "cluster")
    assert "cluster_legend" not in titles(bare, "cluster")
    assert texts(drawn(named("resnet18")), "graph")[0].startswith("resnet18")
    assert not texts(bare, "graph")[0].startswith("resnet18")


@pytest.mark.parametrize("name", ["resnet50", "resnet20"])
def test_golden(name: str) -> None:
    check_golden(name, "figure.dot", render_dot(named(name)))


def test_the_same_figure_gives_the_same_text() -> None:
    assert render_dot(named("resnet152")) == render_dot(named.__wrapped__("resnet152"))


def test_size_does_not_grow_with_depth() -> None:
    assert len(render_dot(named("resnet1202"))) < 1.05 * len(render_dot(named("resnet20")))
