"""Chromium for tests: one window a test process, and Mermaid in it."""

import atexit
import shutil
import tempfile
from base64 import b64decode
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from pathlib import Path
from typing import Any

from tests.programs import missing, require

MERMAID = Path(__file__).parent / "mermaid"
MERMAID_PACKAGES = ("mermaid", "mermaid-11", "mermaid-10")
"""The installed releases, by their names in tests/mermaid/package.json; the first is the current one."""

_SWITCHES = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--allow-file-access-from-files",
    "--force-device-scale-factor=1",
)


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart as Mermaid drew it; `error` is empty when it could. Texts are those a reader sees."""

    error: str
    svg: str
    nodes: tuple[str, ...]
    edges: int
    labels: tuple[str, ...]
    groups: tuple[str, ...]
    title: str
    description: str


class Browser:
    """A headless Chromium with one page open."""

    def __init__(self, driver: Any) -> None:
        self._driver = driver

    def open(self, address: str | Path) -> None:
        """Load a file or an address."""
        self._driver.get("about:blank")
        self.errors()  # those of the page before
        self._driver.get(address.resolve().as_uri() if isinstance(address, Path) else address)

    def evaluate(self, expression: str, *values: object) -> Any:
        """What a JavaScript expression, or the promise it gives, comes to; `arguments` holds `values`."""
        script = (
            "const done = arguments[arguments.length - 1];"
            f"Promise.resolve(({expression}))"
            ".then(value => done({value}), error => done({error: String(error)}));"
        )
        answer = self._driver.execute_async_script(script, *values)
        assert "error" not in answer, answer["error"]
        return answer.get("value")

    def screenshot(self, path: Path, *, width: int = 1200, height: int = 900) -> Path:
        """Save a PNG of the page in a window of this size."""
        self._driver.set_window_size(width, height)
        self._driver.save_screenshot(str(path))
        return path

    def capture(self, path: Path, *, width: int, height: int) -> Path:
        """Save a PNG of exactly this many pixels from the top left corner of the page."""
        clip = {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}
        request = {"format": "png", "clip": clip, "captureBeyondViewport": True}
        shot = self._driver.execute_cdp_cmd("Page.captureScreenshot", request)
        path.write_bytes(b64decode(shot["data"]))
        return path

    def prefer(self, mode: str) -> None:
        """Show pages as to a reader in "light" or "dark" mode, until the next call; "" ends it."""
        features = [{"name": "prefers-color-scheme", "value": mode}]
        self._driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})

    def errors(self) -> list[str]:
        """What the page's console has complained of since it was opened, or since the last call."""
        return [entry["message"] for entry in self._driver.get_log("browser") if entry["level"] == "SEVERE"]


@lru_cache(maxsize=1)
def browser() -> Browser:
    """The test process's one Chromium, started at first use and closed at the end."""
    webdriver = _selenium()
    profile = tempfile.mkdtemp(prefix="chromium-")
    options = webdriver.ChromeOptions()
    options.binary_location = require("chromium")
    for switch in (*_SWITCHES, f"--user-data-dir={profile}"):
        options.add_argument(switch)
    service = webdriver.ChromeService(executable_path=require("chromedriver"))
    driver = webdriver.Chrome(options=options, service=service)
    driver.set_script_timeout(300)

    def close() -> None:
        driver.quit()
        shutil.rmtree(profile, ignore_errors=True)

    atexit.register(close)
    return Browser(driver)


def _selenium() -> Any:
    try:
        from selenium import webdriver
    except ImportError:
        missing("the Python package selenium")
    return webdriver


def open_in_chromium(markup: str, folder: Path, suffix: str = ".html") -> Browser:
    """Show HTML or, with `suffix=".svg"`, an SVG file in the browser."""
    path = folder / f"page{suffix}"
    path.write_text(markup, encoding="utf-8")
    window = browser()
    window.open(path)
    return window


def render_mermaid_real(
    texts: Sequence[str], package: str = "mermaid", theme: str = "default"
) -> list[Chart]:
    """The charts that a release of Mermaid draws of `texts`, on one page, with GitHub's limits of size."""
    window = _mermaid_page(package, theme)
    drawn = []
    for start in range(0, len(texts), _AT_ONCE):
        drawn += window.evaluate("drawAll(arguments[0])", list(texts[start : start + _AT_ONCE]))
    return [_chart(one) for one in drawn]


def mermaid_errors(texts: Sequence[str], package: str = "mermaid") -> list[str]:
    """What the parser of a release of Mermaid finds wrong in each of `texts`, "" where nothing is."""
    found: list[str] = _mermaid_page(package, "default").evaluate("parseAll(arguments[0])", list(texts))
    return found


def _mermaid_page(package: str, theme: str) -> Browser:
    if not (MERMAID / "node_modules" / package).is_dir():
        missing(f"npm's {package} (`npm ci` in tests/mermaid)")
    window = browser()
    window.open(f"{(MERMAID / 'page.html').as_uri()}?package={package}&theme={theme}")
    return window


_AT_ONCE = 20
"""Charts drawn in one call, which must end before the driver's time is up."""


def _chart(seen: dict[str, Any]) -> Chart:
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in seen.items()
    }
    return Chart(**values)


def mermaid_places(text: str, package: str) -> dict[str, tuple[float, float, float, float]]:
    """Left, right, top and bottom, in pixels, of each frame of a chart, by the frame's title."""
    render_mermaid_real([text], package)
    places: dict[str, tuple[float, float, float, float]] = browser().evaluate(
        "Object.fromEntries([...document.querySelectorAll('g.cluster')].map(group => {"
        "const box = group.getBoundingClientRect();"
        "return [group.textContent.trim(), [box.left, box.right, box.top, box.bottom]]; }))"
    )
    return places


def mermaid_geometry(texts: Sequence[str], package: str) -> list[tuple[float, float, list[str]]]:
    """Width and height of each chart in pixels, unscaled, and the nodes and labels that overlap."""
    measured = []
    for text in texts:
        render_mermaid_real([text], package)
        width, height, boxes = browser().evaluate(
            "(() => { const svg = document.querySelector('main svg'); const view = svg.viewBox.baseVal;"
            "svg.style.maxWidth = 'none'; svg.setAttribute('width', view.width);"
            "const texts = [...svg.querySelectorAll('g.node, g.edgeLabel, g.cluster-label')];"
            "const shown = texts.filter(node => node.textContent.trim());"
            "return [view.width, view.height, shown.map(node => { const box = node.getBoundingClientRect();"
            "return [node.textContent.trim(), box.left, box.right, box.top, box.bottom]; })]; })()"
        )
        clashes = [f"{one[0]} / {two[0]}" for one, two in combinations(boxes, 2) if _overlap(one, two)]
        measured.append((width, height, clashes))
    return measured


def _overlap(one: Sequence[Any], two: Sequence[Any]) -> bool:
    """Return whether two boxes (text, left, right, top, bottom) share more than a pixel each way."""
    shared = [min(one[at + 1], two[at + 1]) - max(one[at], two[at]) for at in (1, 3)]
    return all(length > 1 for length in shared)
