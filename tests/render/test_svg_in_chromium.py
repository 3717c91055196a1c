"""The SVG as a real browser shows it: text measured there stays in its box, clear of lines and of text."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from resnet_diagram.diagram.model import Direction, GroupRole
from resnet_diagram.diagram.options import Options, Show, View
from resnet_diagram.diagram.views import build
from resnet_diagram.layout.units import Fit
from resnet_diagram.render.figure import Figure, Output
from resnet_diagram.render.svg.render import render_svg
from resnet_diagram.spec import catalog
from resnet_diagram.style.theme import load_theme
from resnet_diagram.wording.modules import StageNames
from tests.browser import open_in_chromium
from tests.layout.traced import SUBJECTS, traced
from tests.layout.trees import with_leaves
from tests.programs import require
from tests.render.figures import named

FRAMES = [role.value for role in GroupRole]

# What is wrong with the page. `rect` is a text's extent without the room above capitals and below the line;
# a path is walked in steps of a point.
_MEASURE = """(() => {
    const frames = new Set(arguments[0]);
    const page = document.documentElement.getBoundingClientRect();
    const rect = text => {
        const seen = text.getBoundingClientRect();
        const room = 0.22 * parseFloat(text.getAttribute("font-size")) * page.width
            / document.documentElement.viewBox.baseVal.width;
        const turned = text.hasAttribute("transform");
        return {left: seen.left + (turned ? room : 0), right: seen.right - (turned ? room : 0),
            top: seen.top + (turned ? 0 : room), bottom: seen.bottom - (turned ? 0 : room),
            words: text.textContent, of: text.parentNode};
    };
    const within = (a, b, by) => a.left >= b.left - by && a.right <= b.right + by
        && a.top >= b.top - by && a.bottom <= b.bottom + by;
    const meet = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
    const texts = [...document.querySelectorAll("text")].map(rect);
    const groups = [...document.querySelectorAll("g")].filter(one => !frames.has(one.classList[0]));
    const shapes = ":scope > rect, :scope > polygon, :scope > circle";
    const boxes = groups.filter(one => one.id && !one.querySelector(":scope > path[d]:first-child"))
        .map(one => [...one.querySelectorAll(shapes)].at(-1)).filter(one => one);
    const faults = [];
    for (const text of texts) if (!within(text, page, 0.5)) faults.push("off the page: " + text.words);
    for (const box of boxes) {
        const place = box.getBoundingClientRect(), back = box.getScreenCTM().inverse();
        for (const text of texts.filter(one => one.of === box.parentNode)) {
            const corners = [[text.left, text.top], [text.right, text.top],
                [text.left, text.bottom], [text.right, text.bottom]];
            const filled = box.nodeName !== "polygon" || corners.every(
                ([x, y]) => box.isPointInFill(new DOMPoint(x, y).matrixTransform(back)));
            if (!within(text, place, 0.3) || !filled) faults.push("out of its box: " + text.words);
        }
        for (const text of texts.filter(one => one.of !== box.parentNode))
            if (meet(text, place)) faults.push("on a box: " + text.words);
    }
    texts.forEach((one, number) => texts.slice(number + 1).forEach(other => {
        if (meet(one, other)) faults.push("overlap: " + one.words + " and " + other.words);
    }));
    const bare = texts.filter(one => !one.of.querySelector(":scope > rect") || one.of.id);
    for (const path of document.querySelectorAll("g > path")) {
        const forward = path.getScreenCTM(), length = path.getTotalLength();
        for (let at = 0; at <= length; at += 1) {
            const {x, y} = path.getPointAtLength(at).matrixTransform(forward);
            const hit = bare.find(one => x > one.left && x < one.right && y > one.top && y < one.bottom);
            if (hit) { faults.push(path.parentNode.classList[0] + " through: " + hit.words); break; }
        }
    }
    const italic = document.querySelectorAll('text[font-style="italic"]').length;
    const turned = document.querySelectorAll("text[transform]").length;
    return {root: document.documentElement.nodeName, texts: texts.length, boxes: boxes.length, italic, turned,
        told: document.querySelector("desc").textContent.length, faults};
})()"""


def seen_in_chromium(markup: str, folder: Path) -> dict[str, Any]:
    require("chromium")
    shown = open_in_chromium(markup, folder, ".svg")
    found: dict[str, Any] = shown.evaluate(_MEASURE.replace("arguments[0]", repr(FRAMES)))
    return found


def figure(names: Sequence[str], options: Options, width: float | None) -> Figure:
    networks = [traced(name) if name in SUBJECTS else catalog.network(name) for name in names]
    return Figure(diagram=build(networks, options), theme=load_theme(), output=Output(fit=Fit(width)))


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
    seen = seen_in_chromium(render_svg(named(network, view, direction)), tmp_path)
    assert seen["root"] == "svg"
    assert seen["texts"] > 10
    assert seen["boxes"] > 4
    assert seen["told"] > 50
    assert seen["faults"] == []


@pytest.mark.parametrize("width", [234.0, 495.0])
@pytest.mark.parametrize("view", View)
def test_every_view_at_both_widths(view: View, width: float, tmp_path: Path) -> None:
    names = ["resnet50-v1", "resnet50"] if view is View.COMPARE else ["resnet50"]
    seen = seen_in_chromium(render_svg(figure(names, Options(view=view), width)), tmp_path)
    assert seen["texts"] > 10
    assert seen["faults"] == []
    if view is View.OVERVIEW or (view is View.PAPER and width > 400):
        assert seen["turned"] > 4
    if view is View.BLOCK:
        assert seen["italic"] >= 4


@pytest.mark.parametrize(
    ("name", "choices", "width"),
    [
        ("resnet34", {"show": frozenset(Show), "names": StageNames.BOTH}, 495.0),
        ("resnet50d", {"show": frozenset({Show.PARAMS, Show.MACS, Show.SHAPES})}, 495.0),
        ("resnet110", {"view": View.BLOCK, "show": frozenset(Show)}, 347.0),
        ("EDSR", {}, 347.0),
        ("wide", {}, 234.0),
    ],
)
def test_awkward_drawings(name: str, choices: dict[str, Any], width: float, tmp_path: Path) -> None:
    seen = seen_in_chromium(render_svg(figure([name], Options(**choices), width)), tmp_path)
    assert seen["faults"] == []


def test_text_too_large_for_its_box_is_found(tmp_path: Path) -> None:
    large = render_svg(named("resnet152")).replace('font-size="6.4"', 'font-size="9"')
    faults = seen_in_chromium(large, tmp_path)["faults"]
    assert any(fault.startswith("out of its box") for fault in faults)


def test_lines_through_text_and_texts_that_meet_are_found(tmp_path: Path) -> None:
    plain = figure(["resnet50"], Options(), 495.0)
    moved = with_leaves(plain.scene, _lower)
    vars(plain)["scene"] = moved
    faults = seen_in_chromium(render_svg(plain), tmp_path)["faults"]
    assert any("through" in fault for fault in faults)


def _lower(item: Any) -> Any:
    return replace(item, y=item.y + 6) if getattr(item, "text", "") == "identity" else item
