"""Mermaid: its releases draw it, and it holds what the diagram holds."""

import re
from dataclasses import replace
from itertools import combinations

import pytest

from resnet_diagram.diagram.flat import flattened
from resnet_diagram.diagram.model import Direction, EdgeRole, GroupRole, NodeRole
from resnet_diagram.diagram.options import Options, Show, View
from resnet_diagram.diagram.views import build
from resnet_diagram.diagram.walk import edges, groups
from resnet_diagram.render.chart.build import fitting_chart
from resnet_diagram.render.chart.model import Frame, frames
from resnet_diagram.render.escape.mermaid import mermaid_text
from resnet_diagram.render.figure import Figure
from resnet_diagram.render.mermaid.render import METRICS, PAGES, render_mermaid
from resnet_diagram.spec import catalog
from resnet_diagram.style.contrast import DARK_PAGE, LIGHT_PAGE, contrast
from resnet_diagram.style.theme import theme_names
from tests.browser import MERMAID_PACKAGES, Chart, mermaid_geometry, mermaid_places, render_mermaid_real
from tests.golden import check_golden
from tests.layout.samples import conv, diagram, items_of, residual, stage
from tests.render.figures import NASTY, figure, named, samples

LIMIT_OF_TEXT = 50_000
LIMIT_OF_ARROWS = 500


def check(shown: Figure, chart: Chart) -> None:
    """Every node, tag, dot and arrow is drawn, and of the legend as much as there is."""
    assert not chart.error
    assert chart.description.strip() == shown.diagram.description.strip()
    assert chart.title == shown.spoken_title
    flat = flattened(shown.diagram)
    root, _ = fitting_chart(flat, METRICS, PAGES)
    every = (root, *frames(root))
    parts = [part for frame in every for part in frame.parts if not isinstance(part, Frame)]
    entries = [entry for entry in flat.legend if entry.role is not EdgeRole.FLOW]
    lines = [entry for entry in entries if isinstance(entry.role, EdgeRole)]
    boxes = [entry for entry in entries if isinstance(entry.role, NodeRole) and entry.role != NodeRole.CONCAT]
    words = any(entry.role is None for entry in entries)
    extra = len(boxes) + words + 2 * len(lines)  # an arrow has a dot and its words
    assert len(chart.nodes) == len(parts) + extra + sum(frame.start for frame in every)
    assert chart.edges == sum(len(frame.arrows) for frame in every) + len(lines)


def draw(shown: dict[str, Figure], package: str, theme: str = "default") -> None:
    """Draw all on one page and check each."""
    charts = render_mermaid_real([render_mermaid(one) for one in shown.values()], package, theme)
    for (name, one), chart in zip(shown.items(), charts, strict=True):
        try:
            check(one, chart)
        except AssertionError as error:
            pytest.fail(f"{name}: {error}")


def distinct() -> dict[str, Figure]:
    """One named network of each structure: those that differ only in numbers are drawn alike."""
    found = {name: named(name) for name in catalog.names()}
    structures = {re.sub(r"\d+", "0", render_mermaid(one)): name for name, one in found.items()}
    return {name: found[name] for name in structures.values()}


@pytest.mark.parametrize("package", MERMAID_PACKAGES)
def test_every_sample_is_drawn_whole(package: str) -> None:
    """In GitHub's release both ways, in the others down."""
    ways = ("down", "right") if package == "mermaid-11" else ("down",)
    fit = {name: one for name, one in samples().items() if not name.startswith("many blocks")}
    draw({name: one for name, one in fit.items() if name.endswith(ways)}, package)


@pytest.mark.parametrize("package", MERMAID_PACKAGES)
def test_every_named_network_is_drawn_whole(package: str) -> None:
    draw(distinct(), package)


@pytest.mark.parametrize("package", MERMAID_PACKAGES)
def test_every_view_is_drawn_whole(package: str) -> None:
    alone = [view for view in View if view is not View.COMPARE]
    draw({f"{view} {way}": named("resnet18", view, way) for view in alone for way in Direction}, package)


def side_by_side(way: Direction = Direction.DOWN) -> Figure:
    networks = [catalog.network(name) for name in ("resnet18", "resnet34", "resnet50")]
    return figure(build(networks, Options(view=View.COMPARE, direction=way)))


@pytest.mark.parametrize("package", MERMAID_PACKAGES)
def test_networks_stand_side_by_side(package: str) -> None:
    draw({way: side_by_side(way) for way in Direction}, package)
    places = mermaid_places(render_mermaid(side_by_side()), package)
    boxes = [places[name] for name in ("resnet18", "resnet34", "resnet50")]
    for (left, right, top, bottom), other in combinations(boxes, 2):
        assert right <= other[0] or other[1] <= left
        assert min(bottom, other[3]) - max(top, other[2]) > (bottom - top) / 2


def test_what_differs_is_marked() -> None:
    source = render_mermaid(side_by_side())
    assert '["≠ 1×1 conv, 128' in source
    assert "[×3]\u00a0≠" in source
    assert "≠#58; differs from resnet18" in source
    assert "bold" not in source
    assert '["global avg pool<br/>≠"]' in source  # of another size than resnet18's, which no label shows


def test_a_question_is_answered_at_its_arrow() -> None:
    asked = Options(view=View.BLOCK, block="layer2.0", show=frozenset({Show.QUESTION}))
    source = render_mermaid(figure(build([catalog.network("resnet50")], asked)))
    assert 'question1{"same shape#63;"}' in source
    assert 'question1{"same shape#63;"}' in source
    assert '-.->|"no#58; 56×56×256 → 28×28×512"| block_shortcut_conv1' in source
    same = replace(asked, block="layer2.1")
    source = render_mermaid(figure(build([catalog.network("resnet50")], same)))
    assert '-->|"yes#58; 28×28×512"| block_add1' in source


@pytest.mark.parametrize("package", MERMAID_PACKAGES)
def test_a_dark_page_with_every_theme(package: str) -> None:
    draw({theme: named("resnet50d", theme=theme) for theme in theme_names()}, package, "dark")


@pytest.mark.parametrize("package", MERMAID_PACKAGES)
def test_labels_are_shown_letter_by_letter(package: str) -> None:
    shown = figure(diagram(stage(1, residual("end", conv("x", NASTY), words=NASTY)), title=NASTY))
    (chart,) = render_mermaid_real([render_mermaid(shown)], package)
    squeezed = "".join(NASTY.split())
    assert not chart.error
    assert ["".join(text.split()) for text in chart.nodes].count(
        squeezed
    ) == 2  # a box and a shortcut's label
    assert chart.title == NASTY


MARKS = (
    "`code`.`code`",
    "[a](b).[c][d]",
    "__init__.a",
    "x.*b*.**c**",
    "~~s~~",
    "# head",
    "$$x$$",
    "a<b>&c",
    "http://x.y",
    "www.x.y",
    "a@b.cc",
    "![a](b)",
    "- one",
    "1. two",
    "%%{init}%%",
    'say "hi"',
    "end",
    "a|b",
    "残差 🦜",
)


@pytest.mark.parametrize("package", MERMAID_PACKAGES)
def test_signs_of_markdown_are_shown_in_several_lines(package: str) -> None:
    lines = [f'  n{at}["{mermaid_text(f"conv{chr(10)}{text}{chr(10)}x")}"]' for at, text in enumerate(MARKS)]
    (chart,) = render_mermaid_real(["flowchart TB\n" + "\n".join(lines)], package)
    shown = ["".join(text.split()).replace("\u2060", "") for text in chart.nodes]
    assert shown == ["".join(f"conv{text}x".split()) for text in MARKS]


def test_groups_are_titled_with_their_counts() -> None:
    shown = named("resnet152")
    (chart,) = render_mermaid_real([render_mermaid(shown)])
    framed = [
        one for one in groups(items_of(shown.diagram)) if one.role is not GroupRole.BLOCK or one.repeat > 1
    ]
    assert len(chart.groups) == len(framed) + 1  # and the legend
    assert {"Stage\u00a03\u00a0[×36]", "[×35]"} <= set(chart.groups)


def styled(source: str) -> dict[int, str]:
    """The style of each arrow by its number."""
    rows = re.findall(r"linkStyle ([\d,]+) ([^;\n]*)", source)
    return {int(number): style for numbers, style in rows for number in numbers.split(",")}


ARROW = re.compile(r" (-->|---|-\.->|-\.-|~~~)(?:\|.*?\||(?= ))")


def test_every_shortcut_is_styled_and_no_main_arrow() -> None:
    source = render_mermaid(named("resnet20"))
    styles = styled(source)
    content = source[source.index("flowchart") : source.index("classDef")]
    arrows = ARROW.findall(re.sub(r'"[^"]*"', '""', content))
    dashed = {number for number, arrow in enumerate(arrows) if arrow.startswith("-.-")}
    assert dashed
    assert dashed == {number for number, style in styles.items() if "stroke-dasharray" in style}
    assert {number for number, arrow in enumerate(arrows) if arrow == "---"} <= set(styles) - dashed
    assert {number for number, style in styles.items() if "marker-end:none" in style} == {
        number for number, arrow in enumerate(arrows) if arrow in ("---", "-.-")
    }
    tag = "stage1_blocks2to3_add1_shortcut"
    assert f'stage1_block1_activation1 --- {tag}["identity"]:::plain --> stage1_blocks2to3_add1' in source
    assert '["zero-pad, s=2"]:::plain -.->' in source


@pytest.mark.parametrize("theme", theme_names())
def test_lines_show_on_light_and_dark_pages(theme: str) -> None:
    source = render_mermaid(named("resnet50d", theme=theme))
    strokes = set(re.findall(r"stroke:(#\w{6})", source))
    assert strokes
    for stroke in strokes - {"#8B949E"}:
        assert contrast(stroke, LIGHT_PAGE) >= 3
        assert contrast(stroke, DARK_PAGE) >= 3


@pytest.mark.parametrize("theme", theme_names())
def test_text_shows_on_its_fill(theme: str) -> None:
    source = render_mermaid(named("resnet50d", theme=theme))
    paints = re.findall(r"fill:(#\w{6}),stroke:#\w{6},color:(#\w{6})", source)
    assert paints
    assert all(contrast(fill, text) >= 4.5 for fill, text in paints)


@pytest.mark.parametrize("name", catalog.names())
def test_it_keeps_within_the_limits_of_github(name: str) -> None:
    shown = named(name)
    assert len(render_mermaid(shown)) < LIMIT_OF_TEXT
    assert len(edges(items_of(shown.diagram))) < LIMIT_OF_ARROWS / 2


@pytest.mark.parametrize("name", ["resnet50", "resnet20"])
def test_golden(name: str) -> None:
    check_golden(name, "figure.mmd", render_mermaid(named(name)))


def test_legend_and_title_can_be_left_out() -> None:
    plain = flattened(named("resnet18").diagram)
    (chart,) = render_mermaid_real([render_mermaid(figure(replace(plain, legend=(), title="")))])
    assert not chart.error
    assert not any("addition" in text for text in chart.nodes)
    assert chart.title == "Network architecture"


def test_the_same_figure_gives_the_same_text() -> None:
    assert render_mermaid(named("resnet152")) == render_mermaid(named.__wrapped__("resnet152"))


def test_size_does_not_grow_with_depth() -> None:
    assert len(render_mermaid(named("resnet1202"))) < 1.05 * len(render_mermaid(named("resnet20")))


WIDTH, HEIGHT = 1200, 1600
"""Largest default chart of a named network, in pixels: GitHub's column shows it at 10 pixels type or more."""


@pytest.mark.parametrize("package", ["mermaid", "mermaid-11"])
def test_default_charts_fit_the_page_they_are_read_on(package: str) -> None:
    sources = [render_mermaid(shown) for shown in distinct().values()]
    for width, height, clashes in mermaid_geometry(sources, package):
        assert width <= WIDTH
        assert height <= HEIGHT
        assert clashes == []


def test_the_default_chart_is_short() -> None:
    lines = render_mermaid(named("resnet50")).splitlines()
    assert len(lines) <= 60
    assert sum("stage3" in line for line in lines) <= 8  # a stage: frame, direction, row, two shortcuts


@pytest.mark.parametrize(("direction", "flow"), [("down", "TB"), ("right", "LR")])
def test_a_direction_that_is_asked_for_is_taken(direction: str, flow: str) -> None:
    assert f"\nflowchart {flow}\n" in render_mermaid(named("resnet18", View.PAPER, Direction(direction)))
