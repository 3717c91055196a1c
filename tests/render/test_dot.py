"""Graphviz source: Graphviz takes it, and it holds what the diagram holds."""

import json
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from resnet_diagram.diagram.flat import flattened, network_panel
from resnet_diagram.diagram.model import (
    Chain,
    Dag,
    Direction,
    EdgeRole,
    Group,
    GroupRole,
    LegendEntry,
    Node,
    NodeRole,
    Read,
    Vertex,
)
from resnet_diagram.diagram.options import Options, View
from resnet_diagram.diagram.views import build
from resnet_diagram.diagram.walk import edges, groups, nodes
from resnet_diagram.render.dot.render import render_dot
from resnet_diagram.render.figure import Figure
from resnet_diagram.spec import catalog
from resnet_diagram.style.theme import theme_names
from resnet_diagram.wording.terms import literal
from tests.golden import check_golden
from tests.layout.samples import conv, diagram, items_of, residual, stage
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
    main = [name for name in titles(svg, "node") if not name.endswith("start")]
    tags = [name for name in main if name.endswith("_shortcut")]
    assert len(main) - len(tags) == len(list(nodes(items_of(shown.diagram))))
    assert len(tags) == sum(
        edge.role is not EdgeRole.FLOW and bool(edge.label) for edge in edges(items_of(shown.diagram))
    )
    titled = [text for text in texts(svg, "cluster") if text]
    held = [group for group in groups(items_of(shown.diagram)) if framed(group) and list(nodes(group.items))]
    assert len(titled) >= len([group for group in held if group.title or group.repeat > 1])


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
    assert ["".join(text.split()) for text in texts(svg, "node")].count(squeezed) == 2
    assert squeezed in "".join(texts(svg, "cluster")).replace(" ", "")


def test_shortcuts_are_told_apart() -> None:
    source = render_dot(named("resnet50"))
    runs = dict(re.findall(r"  // ([\w-]+)\n  edge \[(.*)\]", source))
    assert list(runs) == ["flow", "identity", "projection", "order"]
    assert runs.pop("order") == "style=invis"
    assert "style=solid" in runs["flow"]
    assert "style=solid" in runs["identity"]
    assert "style=dashed" in runs["projection"]
    assert len(set(re.findall(r' color="(#\w+)"', " ".join(f" {run}" for run in runs.values())))) == 3
    assert re.search(r'_shortcut \[label="1×1 conv, s=2"', source)
    assert re.search(r'_shortcut \[label="identity"', source)


def test_zero_padding_is_dotted() -> None:
    source = render_dot(named("resnet20"))
    assert re.search(r"// zero-pad\n  edge \[.*style=dotted", source)
    assert re.search(r'_shortcut \[label="zero-pad, s=2"', source)


def test_the_main_path_comes_first_and_weighs_most() -> None:
    source = render_dot(named("resnet50d"))
    weights = [int(weight) for weight in re.findall(r"weight=(\d+)", source)]
    assert weights[0] > 10 * max(weights[1:])


@pytest.mark.parametrize("direction", [None, *Direction])
def test_stage_entries_carry_their_shapes(direction: Direction | None) -> None:
    shown = named("resnet50", direction=direction)
    captions = [
        one.label for one in edges(items_of(shown.diagram)) if one.role is EdgeRole.FLOW and one.label
    ]
    svg = drawn(shown)
    place = "edge" if direction is Direction.DOWN else "cluster"
    written = "".join(texts(svg, place)).replace(" ", "")
    assert len(captions) == 5
    assert all(caption.replace(" ", "") in written.replace("\xa0", "") for caption in captions)


def test_legend_and_title_can_be_left_out() -> None:
    plain = flattened(named("resnet18").diagram)
    both, bare = texts(drawn(named("resnet18")), "graph")[0], figure(replace(plain, legend=(), title=""))
    assert "identity shortcut" in both
    assert "identity shortcut" not in texts(drawn(bare), "graph")[0]
    assert "resnet18" in "".join(texts(drawn(named("resnet18")), "cluster"))
    assert "resnet18" not in "".join(texts(drawn(bare), "cluster"))


@pytest.mark.parametrize("count", [1, 5, 30])
def test_the_legend_makes_no_chart_wide(count: int) -> None:
    plain = flattened(named("resnet18").diagram)
    words = "inside other boxes: " + ", ".join(f"{number} conv" for number in range(1, count + 1))
    entries = [LegendEntry(role=None, text=literal(words)) for _ in range(3)]
    layout = layout_of(figure(replace(plain, legend=(*plain.legend, *entries))))
    shown = "".join(texts(drawn(figure(replace(plain, legend=tuple(entries)))), "graph"))
    assert float(layout["bb"].split(",")[2]) <= 600
    assert shown.replace(" ", "").count(words.replace(" ", "")) == 3


def test_a_part_that_is_not_drawn_open_is_dashed_as_its_entry_in_the_legend() -> None:
    opaque = Node(id="odd", role=NodeRole.OPAQUE, lines=(literal("odd"),))
    panel = network_panel(Chain(items=(opaque,)))
    entry = LegendEntry(role=NodeRole.OPAQUE, text=literal("irregular part"))
    source = render_dot(
        figure(replace(named("resnet18").diagram, flat=None, panels=(panel,), legend=(entry,)))
    )
    assert 'odd [label="odd", style="filled,dashed"' in source
    assert re.search(r'<td border="1"[^>]* style="dashed"><font [^>]*>irregular part', source)


def layout_of(shown: Figure) -> dict[str, Any]:
    """Where Graphviz places a figure's parts, in points, as JSON."""
    layout: dict[str, Any] = json.loads(run_dot(render_dot(shown), "json"))
    return layout


@pytest.mark.parametrize("name", catalog.names())
def test_default_charts_fit_a_page(name: str) -> None:
    layout = layout_of(named(name))
    _, _, width, height = map(float, layout["bb"].split(","))
    assert 0.5 <= width / height <= 2
    scale = min(1, 6.875 * 72 / width, 9 * 72 / height)
    assert 9.6 * scale >= 6  # size of the type, in points, on a page of 6.875 by 9 inches
    lefts, tops = zip(*(edges_of(part)[::3] for part in framed_parts(layout)), strict=True)
    assert max(lefts) - min(lefts) <= 8  # the margin round the rows of a broken frame
    assert list(tops) == sorted(tops, reverse=True)
    assert label_clashes(layout) == []


@pytest.mark.parametrize("name", ["resnet50", "resnet20", "seresnet50"])
def test_overviews_run_to_the_right(name: str) -> None:
    layout = layout_of(named(name, View.OVERVIEW))
    assert 9.6 * 6.875 * 72 / float(layout["bb"].split(",")[2]) >= 6
    frames = [edges_of(part) for part in framed_parts(layout)]
    assert all(right < left for (_, _, right, _), (left, *_) in pairwise(frames))
    heights = [float(part["pos"].split(",")[1]) for part in layout["objects"] if part.get("group")]
    assert len(heights) == len(frames)
    assert max(heights) - min(heights) < 1


def test_networks_are_columns_of_rows() -> None:
    networks = [catalog.network(name) for name in ("resnet18", "resnet50", "resnet34")]
    layout = layout_of(figure(build(networks, Options(view=View.COMPARE))))
    places = {part["name"]: edges_of(part) for part in layout["objects"] if "bb" in part}
    columns = [places[f"cluster_network{number}"] for number in (1, 2, 3)]
    assert all(right < left for (_, _, right, _), (left, *_) in pairwise(columns))
    for number in (1, 2, 3):
        tops = [places[f"cluster_network{number}_row{row}"][3] for row in (2, 3, 4, 5)]
        assert tops == sorted(tops, reverse=True)
    assert label_clashes(layout) == []


def edges_of(part: dict[str, Any]) -> tuple[float, float, float, float]:
    """Left, bottom, right and top of a frame, in points."""
    left, bottom, right, top = map(float, part["bb"].split(","))
    return left, bottom, right, top


def framed_parts(layout: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the frames of stem, stages and head, in the order of the flow."""
    order = ("stem", "stage", "head")
    parts = [
        (re.fullmatch(r"cluster_(stem|stage|head)(\d*)", part["name"]), part) for part in layout["objects"]
    ]
    frames = [(order.index(match[1]), match[2], part) for match, part in parts if match]
    return [part for *_, part in sorted(frames, key=lambda frame: frame[:2])]


def label_clashes(layout: dict[str, Any]) -> list[str]:
    """The labels of shortcuts that a line which neither begins nor ends there runs through."""
    found = []
    for part in layout["objects"]:
        if not part["name"].endswith("_shortcut"):
            continue
        x, y = map(float, part["pos"].split(","))
        half = (float(part["width"]) * 36 - 4, float(part["height"]) * 36 - 4)
        for edge in layout["edges"]:
            if part["_gvid"] in (edge["tail"], edge["head"]) or "pos" not in edge:
                continue
            words = [word.split(",")[-2:] for word in edge["pos"].split()]
            points = [(float(across), float(up)) for across, up in words]
            if any(abs(left - x) < half[0] and abs(top - y) < half[1] for left, top in spline(points)):
                found.append(f"{part['name']} under {edge['_gvid']}")
    return found


def spline(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return points along the Bézier curves of an edge; its arrow head comes first where it has one."""
    body = points[(len(points) - 1) % 3 :]
    curve = []
    for start in range(0, len(body) - 3, 3):
        controls = body[start : start + 4]
        for step in range(11):
            t = step / 10
            weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
            x = sum(weight * control[0] for weight, control in zip(weights, controls, strict=True))
            y = sum(weight * control[1] for weight, control in zip(weights, controls, strict=True))
            curve.append((x, y))
    return curve


@pytest.mark.parametrize("name", ["resnet50", "resnet20"])
def test_golden(name: str) -> None:
    check_golden(name, "figure.dot", render_dot(named(name)))


def test_the_same_figure_gives_the_same_text() -> None:
    assert render_dot(named("resnet152")) == render_dot(named.__wrapped__("resnet152"))


def test_size_does_not_grow_with_depth() -> None:
    assert len(render_dot(named("resnet1202"))) < 1.05 * len(render_dot(named("resnet20")))


@pytest.mark.parametrize("blocks", [2, 3])
def test_a_line_out_of_a_graph_of_stages_leaves_its_last_part(blocks: int) -> None:
    streams = [
        stage(at, *(residual(f"stage{at}-block{number}") for number in range(blocks))) for at in (1, 2)
    ]
    vertices = (
        Vertex(id="first", content=(conv("first"),)),
        *(Vertex(id=one.id, content=(one,), reads=(Read(vertex=0),)) for one in streams),
        Vertex(id="sum", content=(conv("sum"),), reads=(Read(vertex=1), Read(vertex=2))),
    )
    source = render_dot(figure(diagram(Dag(vertices=vertices, output=3), conv("behind"))))
    assert re.search(r"^  (.* -> )?sum -> behind$", source, re.MULTILINE)
