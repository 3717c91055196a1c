"""The theme that follows the reader's mode, as a real browser shows it."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from resnet_diagram.render.svg.render import render_svg
from resnet_diagram.style.theme import load_theme
from tests.browser import Browser, browser, open_in_chromium
from tests.programs import require
from tests.render.figures import named, with_output

_PAPER, _DARK = load_theme("paper"), load_theme("dark")
_PAGES = {
    "image": "<!doctype html><meta name='color-scheme' content='light dark'>"
    "<body style='margin:0'><img src='figure.svg' style='display:block'>",
    "inline": "<!doctype html><body style='margin:0'>{svg}",
}


@pytest.fixture
def window() -> Iterator[Browser]:
    require("chromium")
    yield browser()
    browser().prefer("")


def colours(shot: Path) -> Counter[str]:
    """How many pixels of a screenshot have each colour, written "#RRGGBB"."""
    with Image.open(shot) as image:
        data = image.convert("RGB").tobytes()
    pixels = Counter(data[at : at + 3] for at in range(0, len(data), 3))
    return Counter({f"#{pixel.hex().upper()}": count for pixel, count in pixels.items()})


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("page", _PAGES)
def test_it_takes_the_colours_of_the_readers_mode(
    page: str, mode: str, window: Browser, tmp_path: Path
) -> None:
    svg = render_svg(named("resnet50", theme="auto"))
    (tmp_path / "figure.svg").write_text(svg, encoding="utf-8")
    window.prefer(mode)
    open_in_chromium(_PAGES[page].format(svg=svg), tmp_path)
    seen = colours(window.screenshot(tmp_path / "shot.png"))
    here, there = (_PAPER, _DARK) if mode == "light" else (_DARK, _PAPER)
    assert seen[here.page] > 10_000
    for role, shade in (("stage-group", 0), ("conv", 1), ("conv", 2), ("pool", 0)):
        assert seen[here.style(role, shade).fill] > 100, (role, shade)
        assert seen[there.style(role, shade).fill] < 20, (role, shade)
    assert seen[here.style("identity").stroke] > 20
    assert seen[there.style("identity").stroke] < 20


def test_two_in_one_page_keep_their_own_colours(window: Browser, tmp_path: Path) -> None:
    figures = [with_output(named("resnet18", theme=theme), id_prefix=theme) for theme in ("auto", "paper")]
    markup = "".join(map(render_svg, figures))
    window.prefer("dark")
    shown = open_in_chromium(f"<!doctype html>{markup}", tmp_path)
    fill = "getComputedStyle(one.querySelector('rect')).fill"
    fills = shown.evaluate(f"[...document.querySelectorAll('svg')].map(one => {fill})")
    assert fills == ["rgb(13, 17, 23)", "rgb(255, 255, 255)"]
    twice = "[...document.querySelectorAll('[id]')].map(one => one.id)"
    ids = shown.evaluate(twice)
    assert len(ids) == len(set(ids)) > 20


def test_its_name_and_description_reach_a_screen_reader(window: Browser, tmp_path: Path) -> None:
    shown = open_in_chromium(f"<!doctype html>{render_svg(named('resnet50'))}", tmp_path)
    labels = "document.querySelector('svg').getAttribute('aria-labelledby').split(' ')"
    texts = shown.evaluate(f"{labels}.map(id => document.getElementById(id).textContent)")
    assert texts[0] == "resnet50"
    assert "Stage 3: 6 blocks" in texts[1]
