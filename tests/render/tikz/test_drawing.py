"""The TikZ text: names, styles, order and coordinates."""

import re
from dataclasses import replace
from pathlib import Path as File

import pytest

from resnet_diagram.diagram.model import Direction
from resnet_diagram.diagram.options import Options, View
from resnet_diagram.diagram.views import build
from resnet_diagram.errors import UnrenderedWarning
from resnet_diagram.layout.scene import Box, Connector, End, Form, Side, Sign, Text
from resnet_diagram.render.figure import Figure
from resnet_diagram.render.tikz.render import render_tikz
from resnet_diagram.spec import catalog
from resnet_diagram.spec.model import Stage
from resnet_diagram.style.theme import load_theme
from tests.layout.samples import SAMPLES, diagram
from tests.render.figures import with_output
from tests.render.tikz.scenes import figure_of, figure_with, labelled, nasty_figure

NODE = re.compile(r"^ *\\node\[.*?\] \(([^)]*)\)", re.MULTILINE)


def picture(name: str = "resnet50", view: View = View.PAPER) -> str:
    return render_tikz(figure_of(name, view, standalone=False))


def test_nodes_have_speaking_names_once() -> None:
    names = NODE.findall(picture())
    assert {"stem-conv1", "stage3", "stage3-block1-conv2", "stage3-block1-add1-fork"} <= set(names)
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("view", View)
def test_every_style_and_colour_used_is_defined_once_and_no_other_role(view: View) -> None:
    tex = picture("resnet50", view)
    styles = re.findall(r"^ *resnet/([^/]+)/\.style=", tex, re.MULTILINE)
    used = set(re.findall(r"resnet/([a-z0-9 -]+)(?=[,\]}=])", tex))
    assert len(set(styles)) == len(styles)
    assert used <= set(styles)
    colours = re.findall(r"\\definecolor\{(\w+)\}\{HTML\}\{([0-9A-F]{6})\}", tex)
    assert len({name for name, _ in colours}) == len({value for _, value in colours}) == len(colours)
    assert set(re.findall(r"(?:draw|fill|text)=(resnet\w+)", tex)) <= {name for name, _ in colours}


def test_colours_are_those_of_the_theme() -> None:
    tex = picture()
    value = load_theme().style("projection").stroke.lstrip("#")
    assert f"\\definecolor{{resnetprojection}}{{HTML}}{{{value}}}" in tex
    assert "resnet/projection/.style={resnet/line, draw=resnetprojection" in tex


def test_kinds_of_shortcut_differ_by_dash() -> None:
    roles = ("identity", "projection", "pooled-projection", "zero-pad")
    lines = [Connector(role=role, points=((0, 9.0 * at), (50, 9.0 * at))) for at, role in enumerate(roles)]
    tex = render_tikz(figure_with(*lines))
    dashes = [re.search(rf"resnet/{role}/.style={{.*?(dash pattern=[^,}}]*)?}}", tex) for role in roles]
    patterns = [found[1] if found else "not defined" for found in dashes]
    assert patterns[0] is None
    assert len(set(patterns)) == len(roles)


def test_each_group_has_a_comment_and_its_items_stand_under_it() -> None:
    tex = picture("resnet50")
    order = [tex.index(f"\n  % {title}") for title in ("Stem", "Stage 1 [×3]", "Stage 4 [×3]", "Head: ")]
    assert order == sorted(order)
    second = tex[tex.index("% Stage 2") : tex.index("% Stage 3")]
    assert all("stage2" in name for name in NODE.findall(second))


@pytest.mark.parametrize("view", View)
def test_coordinates_and_sizes_have_one_decimal_at_most(view: View) -> None:
    drawn = picture("resnet152", view).split("\\useasboundingbox")[1].partition("\n")[2]
    assert not re.search(r"\.\d\d+(bp|[,)])", drawn)


def test_lines_run_from_node_to_node() -> None:
    tex = picture()
    assert "(stage2-block1-conv1.east) -- (stage2-block1-conv2.west);" in tex
    assert re.search(
        r"\\draw\[resnet/projection\] \(stage2-block1-add1-fork\) -- \+\+\(0,-[\d.]+\) -\| "
        r"\(stage2-block1-add1.north\);",
        tex,
    )


def test_names_used_by_lines_are_defined_before() -> None:
    check_names(picture("resnet152", View.FULL))


@pytest.mark.parametrize("sample", ["loose", "one block", "hourglass", "empty branches"])
def test_names_are_defined_before_without_groups_too(sample: str) -> None:
    drawn = diagram(*SAMPLES[sample])
    figure = replace(figure_of("resnet18"), diagram=drawn)
    check_names(render_tikz(figure))


def check_names(tex: str) -> None:
    """Every node that a line starts or ends at is defined above it."""
    seen: set[str] = set()
    for line in tex.splitlines():
        found = re.findall(r"\((?:\[.*?\])?([A-Za-z][\w-]*)(?:\.\w+)?\)", line)
        if r"\draw" in line and "path picture" not in line:
            assert set(found) <= seen, line
        seen.update(NODE.findall(line))
    assert seen


def test_text_of_a_box_is_the_text_of_its_node() -> None:
    tex = render_tikz(figure_with(labelled("3×3, 64", 10, 20, 60, 30)))
    assert "{$3{\\times}3$, 64};" in tex


def test_turned_text_is_a_node_of_its_own() -> None:
    box = labelled("up", 10, 20, 60, 30)
    tex = render_tikz(figure_with(replace(box, texts=(replace(box.texts[0], turned=True),))))
    assert "(up) at (40,35) {};" in tex
    assert "[resnet/conv label, rotate=90] at (up) {up};" in tex


def test_copies_and_signs_become_styles() -> None:
    front = replace(labelled("folded", 10, 10, 60, 30), copies=2, copy_offset=1.8)
    circle = Box(id="sum", role="add", form=Form.CIRCLE, x=100, y=20, width=9, height=9, sign=Sign.PLUS)
    tail, head = End(element="folded", side=Side.RIGHT), End(element="sum", side=Side.LEFT)
    leaving = Connector(role="flow", points=((73.6, 25), (100, 25)), tail=tail, head=head)
    tex = render_tikz(figure_with(leaving, front, circle))
    assert "double copy shadow={shadow xshift=1.8bp, shadow yshift=-1.8bp}" in tex
    assert r"\usetikzlibrary{arrows.meta, shadows}" in tex
    assert "([xshift=3.6bp]folded.east)" in tex
    assert "+(-3,0) -- +(3,0) +(0,-3) -- +(0,3);}" in tex
    assert tex.count(r"\node") == 2
    assert tex.count(r"  \draw") == 1


@pytest.mark.parametrize("view", [View.PAPER, View.OVERVIEW, View.FULL])
@pytest.mark.parametrize("title", ["identity shortcut", "Stage 2", "main path"])
def test_a_title_equal_to_another_text_moves_no_statement(title: str, view: View) -> None:
    """Sections come from the tree of the scene: they do not depend on what the texts say."""
    options = Options(view=view, title="other")
    network = catalog.network("resnet18")
    plain, named = (
        counts(render_tikz(Figure(diagram=build([network], chosen), theme=load_theme())))
        for chosen in (options, replace(options, title=title))
    )
    assert plain == named


def test_the_title_of_a_block_may_be_a_text_of_the_legend() -> None:
    options = Options(view=View.BLOCK, block="layer2.0", title="projection shortcut")
    tex = render_tikz(Figure(diagram=build([catalog.network("resnet50")], options), theme=load_theme()))
    found = counts(tex)
    assert found["layer2.0: Projection bottleneck, 56×56×256 → 28×28×512"] > 15
    assert set(found) == {"layer2.0: Projection bottleneck, 56×56×256 → 28×28×512", "Legend"}


def counts(tex: str) -> dict[str, int]:
    """Return the number of statements under each comment of a picture."""
    drawing = tex.partition("useasboundingbox")[2]
    sections = re.split(r"\n\n  % (.*)\n", drawing)[1:]
    return {
        title: body.count(r"\node") + body.count(r"\draw")
        for title, body in zip(sections[::2], sections[1::2], strict=True)
    }


@pytest.mark.parametrize("view", [View.PAPER, View.FULL])
def test_a_stage_is_moved_by_its_scope_alone(view: View) -> None:
    """Nodes of a stage lie in its scope; lines from outside meet them by name."""
    tex = picture("resnet50", view)
    second = tex[tex.index("  % Stage 2") : tex.index("  % Stage 3")]
    outside = tex[: tex.index("  % Stage 2")] + tex[tex.index("  % Stage 3") :]
    names = set(NODE.findall(second))
    assert not {name for name in NODE.findall(outside) if name.startswith("stage2")}
    between = tex[tex.index("  % Between the parts") : tex.index("  % Legend")]
    joined = set(re.findall(r"\((?:\[.*?\])?([a-z][\w-]*)", between))
    assert {name for name in joined if name.startswith("stage2")} <= names
    assert any(name.startswith("stage2") for name in joined)


def test_turned_text_and_halo() -> None:
    text = Text(x=5, y=6, text="up", size=7, width=9, role="caption", turned=True, halo=True)
    assert "rotate=90, resnet/halo] at (5,6) {up};" in render_tikz(figure_with(text))


def test_a_line_without_an_arrow_and_a_box_of_another_form_say_so() -> None:
    line = Connector(role="flow", points=((0, 0), (30, 0)), arrow=False)
    tex = render_tikz(figure_with(line))
    assert r"\draw[resnet/flow, -]" in tex
    boxes = [
        replace(labelled(f"box{number}", 40 * number, 50, 30, 20), form=Form.ROUNDED) for number in range(3)
    ]
    tex = render_tikz(figure_with(*boxes, replace(labelled("edged", 150, 50, 30, 20), form=Form.RECTANGLE)))
    assert tex.count("sharp corners") == 1


def test_bends_fit_between_their_neighbours() -> None:
    narrow = Connector(role="flow", points=((0, 0), (0, 20), (5, 20), (5, 40)))
    wide = [Connector(role="flow", points=((0, 0), (0, 20), (50 + at, 20), (50 + at, 40))) for at in (0, 9)]
    assert "[resnet/flow, rounded corners=2.5bp]" in render_tikz(figure_with(*wide, narrow))


def test_a_snippet_is_one_picture_and_says_what_it_needs() -> None:
    tex = picture()
    assert r"\documentclass" not in tex
    assert tex.startswith("% resnet50\n% Needs in the preamble: \\usepackage{tikz} \\usetikzlibrary{arrows")
    assert tex.count(r"\begin{tikzpicture}") == tex.count(r"\end{tikzpicture}%") == 1
    assert tex.endswith("\\end{tikzpicture}%\n\\endgroup\n")


def test_a_document_holds_the_snippet() -> None:
    snippet = picture()
    drawing = snippet[snippet.index(r"\begin{tikzpicture}") :].removesuffix("\\endgroup\n")
    assert drawing in render_tikz(figure_of("resnet50"))


@pytest.mark.filterwarnings("ignore:pdflatex has no letters")
def test_comments_stay_on_their_line() -> None:
    tex = render_tikz(nasty_figure())
    assert tex.splitlines()[0].startswith("% a_b%c#d&e$f ~tilde")
    assert tex.splitlines()[1].startswith("\\RequirePackage")


def test_the_page_is_painted_only_when_it_is_not_white() -> None:
    assert r"\fill[resnetpage]" not in picture()
    assert r"\fill[resnetpage]" in render_tikz(figure_of("resnet18", theme="dark"))


def test_same_figure_same_text() -> None:
    first, second = (render_tikz(figure_of("resnet50d", direction=Direction.RIGHT)) for _ in range(2))
    assert first == second


def test_a_template_of_the_user_comes_first(tmp_path: File) -> None:
    (tmp_path / "tikz").mkdir()
    (tmp_path / "tikz" / "picture.tex.jinja").write_text("mine: << title >>")
    figure = with_output(figure_of("resnet18", standalone=False), templates=tmp_path)
    assert render_tikz(figure) == "mine: resnet18"


def test_a_drawing_too_large_for_pdflatex_says_so() -> None:
    words = [Text(x=5, y=6, text="x", size=7, width=9, role="caption")] * 3600
    for standalone in (False, True):
        with pytest.warns(UnrenderedWarning, match="lualatex compiles it"):
            tex = render_tikz(figure_with(*words, standalone=standalone))
        assert "% Large: lualatex compiles it" in tex
    assert "% Large" not in render_tikz(figure_with(*words[:100]))


def test_blocks_outside_stages_are_drawn() -> None:
    """Every node that a line names is there."""
    network = catalog.network("resnet18")
    blocks = tuple(one for stage in network.body if isinstance(stage, Stage) for one in stage.body)
    loose = build([replace(network, body=blocks)], Options())
    tex = render_tikz(Figure(diagram=loose, theme=load_theme("paper")))
    used = set(re.findall(r"\(([a-z][\w-]*-slab\d+)[.)]", tex))
    assert "part1-slab1" in used
    assert used <= set(NODE.findall(tex))
