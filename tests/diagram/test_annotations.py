"""Annotations: an author's labels, colours, notes and units."""

import re
import shutil
import subprocess
import tomllib
import warnings
from dataclasses import replace
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import resnet_diagram as rd
from resnet_diagram.app.drawing.annotations import annotations_in, template
from resnet_diagram.app.drawing.baseline import highlighted
from resnet_diagram.app.drawing.figure import figure_of
from resnet_diagram.app.options.options import draw_options
from resnet_diagram.cli.main import main
from resnet_diagram.diagram.accounting import missing
from resnet_diagram.diagram.annotations.units import with_units
from resnet_diagram.diagram.elements import elements
from resnet_diagram.diagram.flat import flattened
from resnet_diagram.diagram.model import Bar, Frame, Group, GroupRole, Node, Overview
from resnet_diagram.errors import UnrenderedWarning, UsageError
from resnet_diagram.layout.scene import Box, boxes, connectors, texts
from resnet_diagram.render.figure import Figure
from resnet_diagram.spec.catalog import network
from resnet_diagram.spec.measure import walk
from resnet_diagram.style.contrast import contrast
from resnet_diagram.style.theme import theme_names
from tests.diagram.drawings import figure

VIEWS = ("paper", "overview", "full")
SE = {"parts": {"layer*.se": {"unit": True, "label": "Squeeze", "highlight": True, "note": "as in SENet"}}}


def words(drawing: Figure) -> list[str]:
    inside = [text.text for box in boxes(drawing.scene) for text in box.texts]
    return [*inside, *(text.text for text in texts(drawing.scene))]


def parts(pattern: str, **values: Any) -> dict[str, Any]:
    return {"parts": {pattern: values}}


@pytest.mark.parametrize(
    ("pattern", "view"),
    [
        ("conv1", "paper"),
        ("layer2", "paper"),
        ("fc", "overview"),
        ("layer3.0.conv1", "full"),
        ("layer4", "full"),
    ],
)
def test_a_label_replaces_the_words_of_its_module_alone(pattern: str, view: str) -> None:
    plain, labelled = (
        words(figure("resnet18", view=view)),
        words(figure("resnet18", parts(pattern, label="Ours"), view=view)),
    )
    assert labelled.count("Ours") == 1
    assert len(labelled) <= len(plain)
    assert set(labelled) - {"Ours"} <= set(plain)


def places(drawing: Figure) -> list[Box]:
    return [
        replace(box, shade=0)
        for box in boxes(replace(drawing, diagram=replace(drawing.diagram, legend=())).scene)
    ]


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("pattern", ["layer3.*", "conv1", "layer2.0.conv1", "fc", "layer1"])
def test_a_colour_moves_nothing(pattern: str, view: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UnrenderedWarning)
        coloured = figure("resnet18", parts(pattern, highlight=True), view=view)
    assert places(coloured) == places(figure("resnet18", view=view))


@pytest.mark.parametrize("view", VIEWS)
def test_a_colour_fills_the_boxes_of_its_modules_alone(view: str) -> None:
    drawing = figure("resnet50", parts("layer3", color="#FFD580"), view=view)
    mark = len(drawing.theme.shades)
    assert drawing.theme.shades[-1] == "#FFD580"
    filled = [
        box for box, _ in elements(drawing.diagram.panels) if isinstance(box, Node | Bar) and box.mark == mark
    ]
    assert filled
    assert all(path.startswith("layer3") for box in filled for path in box.origin.paths)


@pytest.mark.parametrize("theme", theme_names())
@pytest.mark.parametrize("color", ["#000080", "#FFFFFF", "#FFFF00", "highlight", "gate"])
def test_text_can_be_read_on_any_colour(theme: str, color: str) -> None:
    drawing = figure("resnet18", parts("layer3", color=color), theme=theme)
    for half in filter(None, (drawing.theme, drawing.theme.dark)):
        style = half.style("conv", len(half.shades))
        assert contrast(style.fill, style.text) >= 4.5


def test_a_note_is_a_swatch_of_the_legend_where_its_colour_is_drawn() -> None:
    drawing = figure(
        "resnet18", {**parts("layer3", highlight=True, note="ours"), "notes": ["trained longer"]}
    )
    entries = {str(entry.text): entry.shade for entry in drawing.diagram.legend}
    assert entries["ours"] == len(drawing.theme.shades)
    assert entries["trained longer"] == 0


def test_a_title_is_that_of_the_drawing_unless_the_command_has_one() -> None:
    assert figure("resnet18", {"title": "Ours"}).named_title == "Ours"
    assert figure("resnet18", {"title": "Ours"}, title="Theirs").named_title == "Theirs"


def test_a_block_among_folded_ones_is_reported() -> None:
    with pytest.warns(UnrenderedWarning, match=r"'layer3\.3'"):
        figure("resnet50", parts("layer3.3", highlight=True))


@pytest.mark.parametrize(
    ("annotate", "message"),
    [
        (
            parts("layer3.0.conv9", label="x"),
            r"no module matches 'layer3\.0\.conv9'\. Did you mean 'layer3\.0\.conv",
        ),
        (parts("layr3", label="x"), "Did you mean 'layer3'"),
        (parts("layer3", lable="x"), "unknown key 'lable'. Did you mean 'label'"),
        (parts("layer3", label=3), "label is 3; it must be a text"),
        (parts("layer3", color="blue"), "color is 'blue'"),
        ({"part": {}}, "unknown key 'part'. Did you mean 'parts'"),
        ({"notes": "x"}, "it must be a list"),
        ({"parts": {"layer3": "x"}}, "it must be a table"),
        ("missing.toml", "There is no annotation file"),
    ],
)
def test_what_is_wrong_is_named(annotate: Any, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        figure("resnet18", annotate)


@pytest.mark.parametrize("to", ["svg", "tikz", "typst", "dot", "mermaid", "drawio", "scene", "outline"])
def test_every_format_shows_a_label_and_a_note(to: str) -> None:
    notes = parts(
        "fc", label="Classifier", note="retrained", **({} if to == "outline" else {"highlight": True})
    )
    text = rd.to_text("resnet18", to, annotate=notes)
    assert "Classifier" in text
    assert "retrained" in text


@pytest.mark.parametrize("to", ["svg", "tikz", "typst", "dot", "mermaid", "drawio"])
def test_every_format_with_colours_fills_a_highlight(to: str) -> None:
    notes = parts("layer3.*", color="#FFD581")
    assert "FFD581" in rd.to_text("resnet18", to, annotate=notes).upper()


def test_a_unit_is_one_box_that_is_opened_once() -> None:
    drawing = figure("seresnet50", SE)
    nodes = [node for node, _ in elements(drawing.diagram.panels) if isinstance(node, Node)]
    units = [node for node in nodes if node.lines[:1] == ("Squeeze",)]
    assert units
    assert {node.mark for node in units} == {len(drawing.theme.shades)}
    assert [str(panel.title) for panel in drawing.diagram.panels].count("Squeeze (C: its channels)") == 1
    assert any("sigmoid" in str(line) or "gate" in str(line) for node in nodes for line in node.lines)


def test_nothing_of_a_unit_is_left_out() -> None:
    known = network("seresnet50")
    closed, closing = with_units(known, annotations_in(SE).parts)
    insides = {label: [unit.inside for unit in run] for label, run in closing.units.items()}
    drawing = figure("seresnet50", SE)
    assert missing(closed, [panel.content for panel in drawing.diagram.panels]) == ()
    count = sum(len(list(walk(run))) for runs in insides.values() for run in runs)
    units = sum(len(runs) for runs in insides.values())
    assert len(list(walk(closed))) - units + count == len(list(walk(known)))
    assert (closed.params, closed.macs) == (known.params, known.macs)


def test_blocks_with_units_fold_as_before() -> None:
    def frames(drawing: Figure) -> list[tuple[str, int]]:
        return [(f.title, f.repeat) for f, _ in elements(drawing.diagram.panels) if isinstance(f, Frame)]

    assert frames(figure("seresnet50", SE)) == frames(figure("seresnet50"))


@pytest.mark.parametrize(("view", "to"), [("overview", "svg"), ("overview", "mermaid"), ("overview", "dot")])
def test_a_unit_that_is_not_drawn_open_is_listed(view: str, to: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UnrenderedWarning)
        text = re.sub("#58;", ":", rd.to_text("seresnet50", to, view=view, annotate=SE))
    assert "not drawn open: Squeeze" in text


def test_a_highlight_of_what_has_no_box_is_reported() -> None:
    with pytest.warns(UnrenderedWarning, match=r"'layer\*\.se' is left out"):
        figure("seresnet50", SE, view="overview")


def test_the_view_full_draws_units_open() -> None:
    drawing = figure("seresnet50", SE, view="full")
    assert "Squeeze" not in words(drawing)
    filled = [box for box, _ in elements(drawing.diagram.panels) if isinstance(box, Node) and box.mark]
    assert filled
    assert all(".se" in path for box in filled for path in box.origin.paths)


def test_annotations_beside_a_spec_are_found(tmp_path: Path) -> None:
    rd.save("resnet18", tmp_path / "net.json")
    (tmp_path / "net.figure.toml").write_text('title = "Ours"\n[parts.fc]\nlabel = "Classifier"\n')
    result = CliRunner().invoke(main, ["draw", str(tmp_path / "net.json"), "-t", "outline"])
    assert result.exit_code == 0
    assert "Classifier" in result.stdout
    assert "net.figure.toml" in result.stderr


def test_a_file_is_begun_and_checked(tmp_path: Path) -> None:
    path = tmp_path / "net.figure.toml"

    def run(*arguments: str) -> int:
        return CliRunner().invoke(main, ["annotate", "resnet18", *arguments]).exit_code

    assert run("-o", str(path)) == 0
    assert annotations_in(path).parts == ()
    assert '# [parts."layer4.1.conv2"]' in path.read_text().splitlines()
    assert run("-o", str(path)) == 2
    lines = path.read_text().replace('# [parts."layer4.1.conv2"]', '[parts."layer4.1.conv2"]\nlabel = "x"')
    path.write_text(lines)
    assert run("--check", str(path)) == 0
    path.write_text(lines.replace('[parts."layer4.1.conv2"]', '[parts."layer4.2.conv2"]'))
    assert run("--check", str(path)) == 1
    path.write_text("parts = 3")
    assert run("--check", str(path)) == 2


def test_the_example_draws_with_its_annotations(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    source = Path(__file__).parents[2] / "examples" / "attention.py"
    command = ["draw", f"{source}:attentive_resnet50", "--input", "3x64x64", "-o", str(tmp_path / "a.svg")]
    result = CliRunner().invoke(main, command)
    assert result.exit_code == 0, result.stderr
    text = (tmp_path / "a.svg").read_text()
    assert "ResNet-50 with dual attention" in text
    assert text.count("Dual attention") >= 3


@pytest.mark.parametrize("unit", ["se", "layer*.se", "se=Squeeze"])
def test_an_option_makes_units(unit: str) -> None:
    result = CliRunner().invoke(main, ["draw", "seresnet50", "--unit", unit, "-t", "svg"])
    assert result.exit_code == 0
    assert result.stdout.count(f">{unit.partition('=')[2] or 'se'}<") >= 2


def test_a_unit_without_a_module_is_an_error() -> None:
    result = CliRunner().invoke(main, ["draw", "seresnet50", "--unit", "atn", "-t", "svg"])
    assert result.exit_code == 2
    assert "no module matches '*.atn'" in result.stderr


@pytest.mark.parametrize(
    ("to", "sign"),
    [
        ("svg", 'stroke-width="1.7"'),
        ("tikz", "line width=1.7bp"),
        ("typst", "frame: 1.7pt"),
        ("drawio", "strokeWidth=2.36"),
        ("mermaid", "stroke-width:3.4px"),
        ("dot", "penwidth=2.55"),
    ],
)
def test_a_highlight_without_colour_is_a_frame(to: str, sign: str) -> None:
    notes = parts("fc", highlight=True, note="retrained")
    assert sign in rd.to_text("resnet18", to, annotate=notes, theme="gray")
    assert sign not in rd.to_text("resnet18", to, theme="gray")
    assert sign not in rd.to_text("resnet18", to, annotate=parts("fc", color="#FFFFFF"), theme="gray")


def test_the_marks_of_a_baseline_differ_without_colour() -> None:
    options, output = draw_options({"theme": "gray"})
    theme = figure_of(
        [network("seresnet50")], highlighted(options, [network("seresnet50")], "resnet18"), output
    ).theme
    outlines = {(style.line_width, style.dash) for _, style in theme.frames}
    assert len(outlines | {(theme.styles["conv"].line_width, ())}) == 3


def test_a_hidden_module_is_gone_and_listed() -> None:
    plain, hidden = (figure("resnet18", notes) for notes in (None, parts("maxpool", hide=True)))
    assert any("max pool" in word for word in words(plain))
    assert not any("max pool" in word for word in words(hidden))
    assert "not drawn: maxpool" in [entry.text for entry in hidden.diagram.legend]


@pytest.mark.parametrize("pattern", ["layer2", "layer2.0", "layer2.0.*"])
def test_what_makes_another_network_is_not_hidden(pattern: str) -> None:
    with pytest.warns(UnrenderedWarning, match="hides nothing"):
        drawing = figure("resnet18", parts(pattern, hide=True))
    assert words(drawing) == words(figure("resnet18"))


@pytest.mark.parametrize("to", ["svg", "tikz", "typst", "dot", "mermaid", "drawio", "outline"])
def test_every_format_says_what_is_hidden(to: str) -> None:
    text = re.sub("#58;", ":", rd.to_text("resnet18", to, annotate=parts("maxpool", hide=True)))
    assert "max pool" not in text
    assert to == "outline" or "not drawn: maxpool" in text


def panel_titles(drawing: Figure) -> list[str]:
    return [str(panel.title).partition(" (")[0] for panel in drawing.diagram.panels[1:]]


@pytest.mark.parametrize(
    ("insets", "titles"),
    [
        (["Squeeze", "Identity"], ["Squeeze", "Identity SE bottleneck"]),
        (["layer3.1", "layer*.se"], ["Identity SE bottleneck", "Squeeze"]),
        (["layer1.0"], ["Projection SE bottleneck"]),
    ],
)
def test_insets_are_chosen_and_ordered(insets: list[str], titles: list[str]) -> None:
    drawing = figure("seresnet50", {**SE, "insets": insets})
    assert [title.replace("SE ", "") for title in panel_titles(drawing)] == [
        title.replace("SE ", "") for title in titles
    ]
    left = [str(entry.text) for entry in drawing.diagram.legend if "not drawn open" in entry.text]
    assert len(left) == (len(titles) < 3)


def test_an_inset_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(UsageError, match=r"no module matches 'Sqeeze'.*The panels are 'Projection"):
        figure("seresnet50", {**SE, "insets": ["Sqeeze"]})


def test_a_caption_is_that_of_the_float_unless_the_command_has_one() -> None:
    notes = {"caption": "Our network."}
    assert r"\caption{Our network.}" in rd.to_text("resnet18", "tikz", figure="figure", annotate=notes)
    text = rd.to_text("resnet18", "tikz", figure="figure", caption="Theirs.", annotate=notes)
    assert r"\caption{Theirs.}" in text


@pytest.mark.parametrize("to", ["mermaid", "dot", "outline"])
def test_a_chart_opens_a_unit_in_a_frame_behind_the_network(to: str) -> None:
    notes = parts("*.se", unit=True, label="Squeeze")
    text = rd.to_text("seresnet50", to, annotate=notes)
    assert "not drawn open" not in text
    assert "sigmoid" in text.rpartition("Head")[2]
    assert "sigmoid" not in rd.to_text("seresnet50", to)
    drawing = figure("seresnet50", notes, width="8cm")
    assert "not drawn open: Squeeze" in [entry.text for entry in flattened(drawing.diagram).legend]


@pytest.mark.parametrize(("inset", "code"), [("layer3.0", 0), ("Projection", 0), ("layr3", 1), ("Squeze", 1)])
def test_a_check_covers_the_panels_that_a_file_lists(tmp_path: Path, inset: str, code: int) -> None:
    path = tmp_path / "net.figure.toml"
    path.write_text(f'insets = ["{inset}"]\n')
    result = CliRunner().invoke(main, ["annotate", "resnet50", "--check", str(path)])
    assert result.exit_code == code, result.output
    assert code == 0 or repr(inset) in result.output


def bars(drawing: Figure) -> dict[str, str]:
    """Return the indices under the bars of each stage, with "…" for those left out."""
    (strip,) = [panel.content for panel in drawing.diagram.panels if isinstance(panel.content, Overview)]
    return {
        frame.id: " ".join(bar.index if isinstance(bar, Bar) else "…" for bar in frame.bars)
        for frame in strip.frames
        if frame.role is GroupRole.STAGE
    }


@pytest.mark.parametrize(
    ("stage", "fold", "shown"),
    [("layer3", False, "1 2 3 4 5 6"), ("layer2", True, "1 2 … 4"), ("layer*", True, "1 2 … 4")],
)
def test_a_stage_folds_as_it_is_told(stage: str, fold: bool, shown: str) -> None:
    plain, annotated = bars(figure("resnet50")), bars(figure("resnet50", parts(stage, fold=fold)))
    assert shown in annotated.values()
    assert shown not in plain.values()
    assert stage == "layer*" or sum(plain[name] != annotated[name] for name in plain) == 1


@pytest.mark.parametrize(("view", "fold", "blocks"), [("paper", False, 23), ("full", True, 2)])
def test_a_chart_folds_a_stage_as_it_is_told(view: str, fold: bool, blocks: int) -> None:
    options, output = draw_options({"view": view, "annotate": parts("layer3", fold=fold)})
    items = figure_of([network("resnet101")], options, output, flat=True).diagram.chain.items
    (stage,) = [item for item in items if isinstance(item, Group) and item.id == "stage3"]
    assert len(stage.items) == blocks


def test_a_fold_of_what_is_no_stage_is_reported() -> None:
    with pytest.warns(UnrenderedWarning, match="'layer3.0' folds nothing"):
        figure("resnet50", parts("layer3.0", fold=False))


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"identity shortcuts": "x"}, "Did you mean 'identity shortcut'"),
        ({"Stage {0}": "{1}"}, "cannot be filled"),
        ({"addition": 3}, "it is no text"),
    ],
)
def test_words_for_what_no_drawing_says_are_an_error(table: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        figure("resnet50", {"words": table})


def test_a_note_without_a_colour_has_a_line_to_its_box() -> None:
    notes = {"layer*.conv2": {"note": "stride here"}, "fc": {"note": "without bias"}}
    scene = figure("resnet50", {"parts": notes}).scene
    starts = [line.points[0] for line in connectors(scene) if line.role == "muted"]
    box = next(box for box in boxes(scene) if any(path.endswith("conv2") for path in box.origin.paths))
    bar = next(box for box in boxes(scene) if box.origin.paths == ("fc",))
    assert pytest.approx((box.x + box.width / 2, box.y + box.height)) in starts
    assert any(bar.x <= x <= bar.x + bar.width and y > bar.y + bar.height for x, y in starts)
    assert {"stride here", "without bias"} <= {text.text for text in texts(scene)}


@pytest.mark.parametrize("count", [1, 2, 3, 4])
@pytest.mark.parametrize("words", ["new", "a note that is far longer than its box is wide"])
def test_notes_overlap_nothing(count: int, words: str) -> None:
    names = ("conv1", "conv2", "conv3", "shortcut.conv")[:count]
    notes = {f"layer1.0.{name}": {"note": f"{words} {at}", "badge": "ours"} for at, name in enumerate(names)}
    scene = figure("resnet50", {"parts": notes}, view="block", block="layer1.0").scene
    shown = [text for text in texts(scene) if text.text]
    areas = [
        (text.x - text.width / 2, text.y, text.x + text.width / 2)
        for text in shown
        if text.anchor == "middle"
    ]
    for first, second in combinations(areas, 2):
        apart = first[2] <= second[0] or second[2] <= first[0]
        assert apart or abs(first[1] - second[1]) > 4
    assert all(left >= 0 and right <= scene.width for left, _, right in areas)
    assert all(0 < y < scene.height for _, y, _ in areas)


@pytest.mark.parametrize("to", ["svg", "tikz", "typst", "drawio", "scene", "mermaid", "dot", "outline"])
@pytest.mark.parametrize("pattern", ["layer*.conv2", "fc", "layer4", "layer4.1"])
def test_every_format_has_a_badge(pattern: str, to: str) -> None:
    with warnings.catch_warnings(record=True) as reports:
        warnings.simplefilter("always", UnrenderedWarning)
        text = rd.to_text("resnet50", to, annotate=parts(pattern, badge="ours"))
    assert "ours" in text or reports


@pytest.mark.parametrize("name", ["a\nb", 'x"] = 1', "back\\slash", "\r\n[braces]", "\x1b[2J", "plain"])
def test_a_template_is_toml_for_any_names(name: str) -> None:
    net = network("resnet18")
    text = template(replace(net, name=name, body=(replace(net.body[0], name=name), *net.body[1:])))
    assert tomllib.loads(text) == {}
    headings = [line.removeprefix("# ") for line in text.splitlines() if line.startswith("# [parts.")]
    parts = tomllib.loads("\n".join(line for line in headings if "*" not in line))["parts"]
    assert name in parts


@pytest.mark.skipif(not shutil.which("dot"), reason="Graphviz is absent")
@pytest.mark.parametrize("words", ["", "  ", "words"])
def test_graphviz_takes_blank_notes(words: str) -> None:
    annotations = {"notes": [words], "parts": {"layer3": {"note": words, "highlight": True}}}
    dot = rd.to_text("resnet18", "dot", annotate=annotations)
    done = subprocess.run(["dot", "-Tsvg"], input=dot.encode(), capture_output=True, check=True)
    assert not done.stderr


@pytest.mark.parametrize(
    ("pattern", "label", "line"),
    [
        ("fc", "", "fc: no bias"),
        ("layer*.conv2", "", "conv2: no bias"),
        ("layer3.*", "", "layer3.*: no bias"),
        ("fc", "Classifier", "Classifier: no bias"),
    ],
)
def test_a_note_without_a_box_names_its_module(pattern: str, label: str, line: str) -> None:
    assert line in rd.to_text("resnet50", "outline", annotate=parts(pattern, note="no bias", label=label))


def test_notes_on_one_colour_share_a_swatch() -> None:
    notes = {"fc": {"highlight": True, "note": "ours"}, "conv1": {"highlight": True, "note": "also ours"}}
    legend = figure("resnet18", {"parts": notes}).diagram.legend
    assert [entry.text for entry in legend if "ours" in entry.text] == ["ours; also ours"]


@pytest.mark.parametrize("name", ["resnet18", "resnet50", "seresnet50"])
def test_a_badge_meets_no_line_and_no_words(name: str) -> None:
    scene = figure(name, {"parts": {f"layer*.conv{at}": {"badge": "ours"} for at in (1, 2)}}).scene
    badges = [box for box in boxes(scene) if box.role == "badge"]
    assert len(badges) == 4
    for badge in badges:
        right, bottom = badge.x + badge.width, badge.y + badge.height
        for line in connectors(scene):
            for (x, y), (u, v) in pairwise(line.points):
                inside = min(x, u) < right and max(x, u) > badge.x
                assert not (inside and min(y, v) < bottom and max(y, v) > badge.y - 0.4)
        for box in boxes(scene):
            for text in () if box is badge else box.texts:
                top, half = text.y - 0.36 * text.size, text.width / 2
                assert top > bottom or text.x + half < badge.x or text.x - half > right or text.y < badge.y
