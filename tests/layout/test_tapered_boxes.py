"""Words stay within tapered boxes, and no line of a caption ends before its number."""

import warnings
from collections.abc import Sequence
from itertools import pairwise

import pytest

from resnet_diagram.app.drawing.folding import folded_page
from resnet_diagram.diagram.options import Options
from resnet_diagram.layout.scene import Point, Scene, boxes, texts
from resnet_diagram.layout.units import Fit
from resnet_diagram.render.figure import Output
from resnet_diagram.spec import catalog

NAMES = ["resnet50", "seresnet50", "resnext50_32x4d", "resnet50d", "preact-resnet164"]


def drawn(name: str, width: float) -> Scene:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return folded_page([catalog.network(name)], Options(), Output(fit=Fit(width=width))).scene


def extent(points: Sequence[Point], y: float) -> tuple[float, float]:
    """Return the ends of an outline at the height y."""
    sides = pairwise((*points, points[0]))
    crossed = [(a, b) for a, b in sides if min(a[1], b[1]) <= y <= max(a[1], b[1]) and a[1] != b[1]]
    ends = [a[0] + (b[0] - a[0]) * (y - a[1]) / (b[1] - a[1]) for a, b in crossed]
    return min(ends), max(ends)


@pytest.mark.parametrize("width", [234.0, 495.0])
@pytest.mark.parametrize("name", NAMES)
def test_words_stay_within_tapered_boxes(name: str, width: float) -> None:
    scene = drawn(name, width)
    for box in (box for box in boxes(scene) if box.points):
        for text in (text for text in box.texts if not text.turned):
            for y in (text.y - 0.35 * text.size, text.y, text.y + 0.35 * text.size):
                left, right = extent(box.points, y)
                assert left <= text.x - text.width / 2, (box.id, text.text)
                assert text.x + text.width / 2 <= right, (box.id, text.text)
    assert not [text.text for text in texts(scene) if text.text.endswith("=")]
