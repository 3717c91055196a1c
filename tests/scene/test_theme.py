"""Themes: complete, readable, checked, and easy to change."""

from itertools import combinations, pairwise
from pathlib import Path

import pytest

from resnet_diagram.diagram.model import EdgeRole, NodeRole
from resnet_diagram.errors import UsageError
from resnet_diagram.scene.theme import Theme, load_theme, theme_names
from resnet_diagram.scene.theme_check import ROLES
from tests.scene.geometry import LEAST_CONTRAST, contrast

SHORTCUTS = [role for role in EdgeRole if role not in (EdgeRole.FLOW, EdgeRole.SKIP)]
GROUNDS = ("page", "stem", "stage-group", "head", "block-group")


@pytest.fixture(params=theme_names())
def theme(request: pytest.FixtureRequest) -> Theme:
    return load_theme(request.param)


def test_four_themes_come_with_the_package() -> None:
    assert theme_names() == ("color", "dark", "gray", "paper")


def test_every_role_has_a_style(theme: Theme) -> None:
    assert set(theme.styles) == set(ROLES)


def test_text_in_boxes_is_readable_on_every_shade(theme: Theme) -> None:
    for role in NodeRole:
        for shade in range(len(theme.shades) + 1):
            style = theme.style(role, shade)
            assert contrast(style.text, style.fill) >= LEAST_CONTRAST, (role, shade)


def test_text_beside_lines_is_readable_on_every_ground(theme: Theme) -> None:
    for role in (*SHORTCUTS, "text", "muted", "caption"):
        for ground in GROUNDS:
            assert contrast(theme.style(role).text, theme.style(ground).fill) >= LEAST_CONTRAST, (
                role,
                ground,
            )


def test_kinds_of_shortcut_differ_without_colour(theme: Theme) -> None:
    for first, second in combinations(SHORTCUTS, 2):
        assert theme.style(first).dash != theme.style(second).dash, (first, second)


def test_shades_differ_in_grey(theme: Theme) -> None:
    steps = [contrast(shade, "#000000") for shade in theme.shades]
    assert steps in (sorted(steps), sorted(steps, reverse=True))
    assert all(max(a, b) / min(a, b) > 1.1 for a, b in pairwise(steps))


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
        ("[sizes]\nnode = 5", "6 at least"),
        ("[sizes]\nnode = true", "6 at least"),
        ("[sizes]\nnodes = 7", "unknown key 'nodes'"),
        ("shades = []", "a list of colours"),
        ('shaded = ["stages"]', "a list of roles"),
        ('extends = "papyrus"', "No theme named 'papyrus'"),
        ("extends = 3", "must be a theme's name"),
        ("font = 3", "it must be a text"),
        ("colour = 3", "unknown key 'colour'"),
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
