"""Themes: complete, readable, checked, and easy to change."""

from itertools import combinations, pairwise
from pathlib import Path

import pytest

import resnet_diagram as rd
from resnet_diagram.diagram.flat import flattened
from resnet_diagram.diagram.model import EdgeRole, NodeRole
from resnet_diagram.diagram.walk import stage_count
from resnet_diagram.errors import UsageError
from resnet_diagram.layout.layout import layout
from resnet_diagram.layout.scene import Box, walk
from resnet_diagram.style.check import ROLES
from resnet_diagram.style.colour import lab
from resnet_diagram.style.theme import Theme, load_theme, theme_names
from tests.layout.geometry import LEAST_CONTRAST, contrast
from tests.layout.samples import SAMPLES, diagram
from tests.layout.vision import DEFICIENCIES, difference, seen

SHORTCUTS = [role for role in EdgeRole if role not in (EdgeRole.FLOW, EdgeRole.SKIP)]
GROUNDS = ("page", "stem", "stage-group", "head", "block-group")


@pytest.fixture(params=theme_names())
def theme(request: pytest.FixtureRequest) -> Theme:
    return load_theme(request.param)


def test_the_themes_that_the_docs_name_come_with_the_package() -> None:
    assert {"auto", "color", "dark", "gray", "paper"} <= set(theme_names())


def test_every_role_has_a_style(theme: Theme) -> None:
    assert set(theme.styles) == {*ROLES, *(f"{role}-box" for role in EdgeRole)}


@pytest.mark.parametrize("stages", [1, 8, 12])
def test_text_in_boxes_is_readable_on_every_shade(theme: Theme, stages: int) -> None:
    wide = theme.for_stages(stages)
    for role in (*NodeRole, *(f"{role}-box" for role in SHORTCUTS)):
        for shade in range(len(wide.shades) + 1):
            style = wide.style(role, shade)
            assert contrast(style.text, style.fill) >= LEAST_CONTRAST, (role, shade)


def test_text_beside_lines_is_readable_on_every_ground(theme: Theme) -> None:
    for role in (*SHORTCUTS, "text", "muted", "caption"):
        for ground in GROUNDS:
            assert contrast(theme.style(role).text, theme.style(ground).fill) >= LEAST_CONTRAST, (
                role,
                ground,
            )


def test_kinds_of_line_differ_without_colour(theme: Theme) -> None:
    for one, other in combinations((theme.style(role) for role in EdgeRole), 2):
        widths = sorted((one.line_width, other.line_width))
        assert one.dash != other.dash or widths[1] >= 1.4 * widths[0], (one, other)


def test_shades_differ_in_grey(theme: Theme) -> None:
    steps = [contrast(shade, "#000000") for shade in theme.shades]
    assert steps in (sorted(steps), sorted(steps, reverse=True))
    assert all(max(a, b) / min(a, b) > 1.1 for a, b in pairwise(steps))


@pytest.mark.parametrize("deficiency", DEFICIENCIES)
@pytest.mark.parametrize("name", ["color", "dark", "paper"])
def test_kinds_of_shortcut_differ_in_colour_for_every_reader(name: str, deficiency: str) -> None:
    colours = {role: seen(load_theme(name).style(role).stroke, deficiency) for role in SHORTCUTS}
    for first, second in combinations(SHORTCUTS, 2):
        assert difference(colours[first], colours[second]) >= 15, (first, second)


def test_red_and_green_look_alike_without_green_cones() -> None:
    assert difference("#B34900", "#3F6B1F") > 40
    assert difference(seen("#B34900", "protanopia"), seen("#3F6B1F", "protanopia")) < 5


def test_few_stages_take_the_shades_as_they_are(theme: Theme) -> None:
    assert theme.for_stages(4) == theme


@pytest.mark.parametrize("stages", range(7, 13))
def test_many_stages_have_even_steps_from_the_first_shade_to_the_last(theme: Theme, stages: int) -> None:
    shades = theme.for_stages(stages).shades
    assert len(shades) == stages
    assert (shades[0], shades[-1]) == (theme.shades[0], theme.shades[-1])
    steps = [difference(one, other) for one, other in pairwise(shades)]
    assert min(steps) > 2.2, "each step is noticed"
    assert max(steps) < 1.5 * min(steps)
    lights = [lab(shade)[0] for shade in shades]
    assert lights in (sorted(lights), sorted(lights, reverse=True))


def test_each_of_twelve_stages_is_drawn_in_a_shade_of_its_own() -> None:
    shown = diagram(*SAMPLES["twelve stages"])
    count = stage_count([panel.content for panel in shown.panels])
    assert count == stage_count([flattened(shown).chain]) == 12
    theme = load_theme().for_stages(count)
    boxes = [item for item in walk(layout(shown, theme)) if isinstance(item, Box) and item.role == "conv"]
    assert len({theme.style(box.role, box.shade).fill for box in boxes}) == 12


def test_auto_is_paper_that_turns_dark() -> None:
    auto, paper = load_theme("auto"), load_theme("paper")
    assert auto.dark == load_theme("dark")
    assert auto.entries == paper.entries
    assert paper.dark is None
    many = auto.for_stages(9)
    assert many.dark
    assert len(many.shades) == len(many.dark.shades) == 9


def test_any_theme_can_follow_the_reader(tmp_path: Path) -> None:
    night, day = tmp_path / "night.toml", tmp_path / "day.toml"
    night.write_text("extends = 'dark'\n[styles]\npage = { fill = '#000000' }\n", encoding="utf-8")
    day.write_text(f"extends = 'color'\ndark = '{night}'\n", encoding="utf-8")
    theme = load_theme(day)
    assert theme.dark
    assert (theme.page, theme.dark.page) == ("#FFFFFF", "#000000")


def test_a_theme_names_others_from_its_own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "themes"
    folder.mkdir()
    (folder / "base.toml").write_text("dark = 'night.toml'\n[styles]\nconv = { fill = '#FFEEDD' }")
    (folder / "night.toml").write_text("extends = 'dark'\n[styles]\npage = { fill = '#000000' }")
    (folder / "mine.toml").write_text("extends = 'base.toml'")
    for where, name in (
        (tmp_path, "themes/mine.toml"),
        (folder, "mine.toml"),
        (folder, folder / "mine.toml"),
    ):
        monkeypatch.chdir(where)
        theme = load_theme(name)
        assert theme.style("conv").fill == "#FFEEDD"
        assert theme.dark
        assert theme.dark.page == "#000000"


def test_shades_fill_stages_only(theme: Theme) -> None:
    assert theme.style("block", 2).fill == theme.shades[1]
    assert theme.style("block", 99).fill == theme.shades[-1]
    assert theme.style("pool", 2) == theme.style("pool")


def test_themes_compare_and_hash(theme: Theme) -> None:
    again = load_theme(theme.name)
    assert again == theme
    assert hash(again) == hash(theme)


def test_a_file_changes_only_what_it_names(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('extends = "dark"\n[styles]\nconv = { fill = "#112233" }\n', encoding="utf-8")
    mine, dark = load_theme(path), load_theme("dark")
    assert mine.name == "mine"
    assert mine.style("conv").fill == "#112233"
    assert mine.style("conv").stroke == dark.style("conv").stroke
    assert mine.style("pool") == dark.style("pool")


@pytest.mark.parametrize("base", ["paper", "dark", "color"])
@pytest.mark.parametrize("role", ["identity", "projection", "pooled-projection", "skip"])
def test_the_colour_of_a_line_is_that_of_its_arrow_head_and_label(
    base: str, role: str, tmp_path: Path
) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(f'extends = "{base}"\n[styles.{role}]\nstroke = "#804000"\n', encoding="utf-8")
    style = load_theme(path).style(role)
    assert (style.stroke, style.fill, style.text) == ("#804000", "#804000", "#804000")
    path.write_text(
        f'extends = "{base}"\n[styles.{role}]\nstroke = "#804000"\ntext = "#102030"\n', encoding="utf-8"
    )
    assert load_theme(path).style(role).text == "#102030"
    path.write_text('extends = "paper"\n[styles.conv]\nstroke = "#804000"\n', encoding="utf-8")
    assert load_theme(path).style("conv").fill == load_theme("paper").style("conv").fill


def test_a_file_that_extends_nothing_extends_paper(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text("[sizes]\nnode = 7\n", encoding="utf-8")
    assert load_theme(path).size("node") == 7
    assert load_theme(path).style("conv") == load_theme("paper").style("conv")


def test_an_unknown_name_is_answered_with_a_near_one() -> None:
    with pytest.raises(UsageError, match="Did you mean 'paper'"):
        load_theme("papr")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("styles = 3", "it must be a table"),
        ("[styles]\nconf = {}", "Did you mean 'conv'"),
        ('[styles]\nconv = { fill = "blue" }', 'a colour such as "#1A1A1A"'),
        ("[styles]\nconv = 3", "styles.conv is 3"),
        ("[styles]\nconv = { dash = [0] }", "points on and off"),
        ("[styles]\nconv = { line_width = -1 }", "a number of points"),
        ("[sizes]\nnode = 5", "6 to 100000"),
        ("[sizes]\nnode = true", "6 to 100000"),
        ("[sizes]\nnodes = 7", "unknown key 'nodes'"),
        ("shades = []", "a list of colours"),
        ('shaded = ["stages"]', "a list of roles"),
        ('extends = "papyrus"', "No theme named 'papyrus'"),
        ("extends = 3", "must be a theme's name"),
        ("font = 3", "it must be a text"),
        ("colour = 3", "unknown key 'colour'"),
        ('base = "paper"', "Known keys: extends, name"),
        ("[[[", "cannot be read"),
    ],
)
def test_a_wrong_file_is_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "wrong.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=message.replace("[", r"\[")):
        load_theme(path)


def test_a_missing_file_and_one_that_extends_itself_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no theme file"):
        load_theme(tmp_path / "none.toml")
    path = tmp_path / "loop.toml"
    path.write_text(f"extends = '{path}'", encoding="utf-8")
    with pytest.raises(UsageError, match="extends itself"):
        load_theme(path)


@pytest.mark.parametrize("points", [40, 300, 90_000])
@pytest.mark.parametrize("view", ["paper", "overview", "full"])
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_type_larger_than_the_page_is_laid_out(tmp_path: Path, points: int, view: str) -> None:
    path = tmp_path / "large.toml"
    path.write_text(f"[sizes]\nnode = {points}\nlabel = {points}\n", encoding="utf-8")
    assert rd.to_text("resnet18", "svg", view=view, theme=str(path)).endswith("</svg>\n")
