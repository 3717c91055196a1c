"""Drawings and tables in pages with a switch for light and dark, in the real themes and a real browser."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from resnet_diagram.style.theme import load_theme
from tests.browser import Browser, browser
from tests.programs import require

_LIGHT, _DARK = load_theme("paper").page, load_theme("dark").page

_CONF = 'extensions = ["resnet_diagram.integrations.sphinx"]\nhtml_theme = "furo"\n'
_RST = """
Network
=======

.. resnet-diagram:: resnet50
   :theme: auto

.. resnet-diagram:: resnet18 resnet50
   :view: compare
   :theme: auto
   :scale: 300%

.. resnet-diagram-table:: resnet18 resnet50
"""
_FENCES = """
# Network

```resnet-diagram
resnet50 --theme auto
```

```resnet-diagram
table resnet18 resnet50
```
"""
_SITE = """
site_name: Site
use_directory_urls: false
theme:
  name: {theme}
markdown_extensions:
  - pymdownx.superfences:
      custom_fences:
        - name: resnet-diagram
          class: resnet-diagram
          format: !!python/name:resnet_diagram.integrations.mkdocs.fence
"""
_PALETTE = """  font: false
  palette:
    - scheme: default
      toggle: {icon: material/brightness-7, name: dark}
    - scheme: slate
      toggle: {icon: material/brightness-4, name: light}
"""


@pytest.fixture
def window() -> Iterator[Browser]:
    require("chromium")
    yield browser()
    browser().prefer("")


@pytest.fixture(scope="module")
def furo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("furo", reason="furo is not installed")
    folder = tmp_path_factory.mktemp("furo")
    (folder / "conf.py").write_text(_CONF, encoding="utf-8")
    (folder / "index.rst").write_text(_RST, encoding="utf-8")
    command = [sys.executable, "-m", "sphinx", "-q", "-W", str(folder), str(folder / "out")]
    subprocess.run(command, check=True)
    return folder / "out" / "index.html"


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    pytest.importorskip("material", reason="mkdocs-material is not installed")
    pages = {}
    for name, theme, more in (
        ("switch", "material", _PALETTE),
        ("light", "material", "  font: false\n"),
        ("own", "mkdocs", "  color_mode: auto\n"),
    ):
        folder = tmp_path_factory.mktemp(name)
        (folder / "docs").mkdir()
        text = _SITE.format(theme=theme).replace("markdown_ext", f"{more}markdown_ext")
        (folder / "mkdocs.yml").write_text(text, encoding="utf-8")
        (folder / "docs" / "index.md").write_text(_FENCES, encoding="utf-8")
        command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet"]
        subprocess.run(command, cwd=folder, check=True, capture_output=True)
        pages[name] = folder / "site" / "index.html"
    return pages


def page_of_drawing(window: Browser) -> str:
    """The colour of a drawing's page as the browser paints it."""
    rectangle = "document.querySelector('.resnet-diagram svg > rect')"
    colour = window.evaluate(f"getComputedStyle({rectangle}).fill")
    red, green, blue = (int(part) for part in colour[4:-1].split(","))
    return f"#{red:02X}{green:02X}{blue:02X}"


@pytest.mark.parametrize(("mode", "shown"), [("light", _LIGHT), ("dark", _DARK)])
def test_furos_switch_goes_before_the_readers_mode(
    mode: str, shown: str, window: Browser, furo: Path
) -> None:
    window.prefer(mode)
    window.open(furo)
    window.evaluate("localStorage.removeItem('theme')")
    window.open(furo)
    button = "document.querySelector('.content-icon-container .theme-toggle').click()"
    seen = []
    for _ in range(4):
        state = window.evaluate("document.body.dataset.theme")
        seen.append(state)
        assert page_of_drawing(window) == {"auto": shown, "light": _LIGHT, "dark": _DARK}[state]
        window.evaluate(button)
    assert set(seen) == {"auto", "light", "dark"}


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_materials_switch_goes_before_the_readers_mode(
    mode: str, window: Browser, sites: dict[str, Path]
) -> None:
    window.prefer(mode)
    window.open(sites["switch"])
    window.evaluate("localStorage.clear()")
    window.open(sites["switch"])
    assert page_of_drawing(window) == _LIGHT
    window.evaluate("document.querySelector('.md-header__option label:not([hidden])').click()")
    assert window.evaluate("document.body.dataset.mdColorScheme") == "slate"
    assert page_of_drawing(window) == _DARK


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_a_site_of_one_mode_keeps_it(mode: str, window: Browser, sites: dict[str, Path]) -> None:
    window.prefer(mode)
    window.open(sites["light"])
    assert page_of_drawing(window) == _LIGHT
    window.open(sites["own"])
    assert page_of_drawing(window) == (_LIGHT if mode == "light" else _DARK)


def test_drawings_and_tables_stay_in_the_column(window: Browser, furo: Path) -> None:
    window.open(furo)
    ours = "document.querySelectorAll('.resnet-diagram svg, .resnet-diagram table')"
    script = f"[...{ours}].map(one => one.getBoundingClientRect())"
    column = window.evaluate("document.querySelector('article').getBoundingClientRect()")
    boxes = window.evaluate(script)
    assert len(boxes) == 3
    for box in boxes:
        assert box["left"] >= column["left"] - 1
        assert box["right"] <= column["right"] + 1


def test_materials_style_of_tables_leaves_ours_alone(window: Browser, sites: dict[str, Path]) -> None:
    window.open(sites["switch"])
    table = "document.querySelector('.resnet-diagram-table table')"
    assert window.evaluate(f"getComputedStyle({table}).display") == "table"
