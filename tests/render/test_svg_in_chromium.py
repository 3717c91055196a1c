"""The SVG as a real browser shows it: it opens, and text as measured there stays where it belongs."""

from pathlib import Path

import pytest

from resnet_diagram.diagram.model import Direction
from resnet_diagram.diagram.options import View
from resnet_diagram.render.svg import render_svg
from tests.browser import open_in_chromium
from tests.programs import require
from tests.render.figures import named

# Each text's extent, and each text that crosses the border of the box its middle lies in.
_MEASURE = """(() => {
    const inside = (a, b, by) => a.left >= b.left - by && a.right <= b.right + by
        && a.top >= b.top - by && a.bottom <= b.bottom + by;
    const page = document.documentElement.getBoundingClientRect();
    const texts = [...document.querySelectorAll("text")];
    const outlines = [...document.querySelectorAll("g[id] rect, g[id] polygon")];
    const boxes = outlines.map(one => one.getBoundingClientRect());
    const faults = [];
    for (const text of texts) {
        const seen = text.getBoundingClientRect();
        if (!inside(seen, page, 0.5)) faults.push("off the page: " + text.textContent);
        for (const box of boxes) {
            const x = (seen.left + seen.right) / 2, y = (seen.top + seen.bottom) / 2;
            const holds = x > box.left && x < box.right && y > box.top && y < box.bottom;
            if (holds && (seen.left < box.left || seen.right > box.right))
                faults.push("too wide: " + text.textContent);
        }
    }
    return {root: document.documentElement.nodeName, texts: texts.length, boxes: boxes.length, faults};
})()"""


@pytest.mark.parametrize(
    ("network", "view", "direction"),
    [
        ("resnet152", View.PAPER, Direction.DOWN),
        ("resnet152", View.PAPER, Direction.RIGHT),
        ("resnet50-v2", View.OVERVIEW, Direction.RIGHT),
        ("seresnet50", View.PAPER, Direction.DOWN),
        ("resnet56", View.FULL, Direction.DOWN),
    ],
)
def test_text_stays_on_the_page_and_in_its_box(
    network: str, view: View, direction: Direction, tmp_path: Path
) -> None:
    require("chromium")
    shown = open_in_chromium(render_svg(named(network, view, direction)), tmp_path, ".svg")
    seen = shown.evaluate(_MEASURE)
    assert seen["root"] == "svg"
    assert seen["texts"] > 10
    assert seen["boxes"] > 4
    assert seen["faults"] == []


def test_text_too_large_for_its_box_is_found(tmp_path: Path) -> None:
    require("chromium")
    large = render_svg(named("resnet152")).replace('font-size="6.4"', 'font-size="9"')
    assert open_in_chromium(large, tmp_path, ".svg").evaluate(_MEASURE)["faults"]
