"""The overview: parts of a wide frame, notes, and labels of long shortcuts."""

from collections import Counter
from dataclasses import replace

import pytest

from resnet_diagram.diagram.model import Bar, Frame, GroupRole, NodeRole, Overview
from resnet_diagram.diagram.options import Options, Show, View
from resnet_diagram.diagram.views import build
from resnet_diagram.layout.layout import layout
from resnet_diagram.layout.overview.measure import measure_frame
from resnet_diagram.layout.overview.ports import Ends
from resnet_diagram.layout.overview.scale import bar_size, scale_of
from resnet_diagram.layout.overview.split import split_frame
from resnet_diagram.layout.scene import Text, groups, walk
from resnet_diagram.layout.text.metrics import text_width
from resnet_diagram.layout.units import Fit
from resnet_diagram.spec import catalog
from resnet_diagram.style.theme import load_theme
from resnet_diagram.wording.terms import literal

THEME = load_theme()


def frame(count: int) -> Frame:
    bars = tuple(
        Bar(id=f"bar{number}", role=NodeRole.BLOCK, resolution=1.0, channels=64) for number in range(count)
    )
    return Frame(
        id="stage1",
        role=GroupRole.STAGE,
        title=literal("Stage 1"),
        bars=bars,
        repeat=count,
        notes=(literal("bottleneck"),),
        caption=literal("shapes"),
    )


@pytest.mark.parametrize("room", [120.0, 160.0])
def test_what_is_said_of_a_frame_is_said_once_over_its_parts(room: float) -> None:
    wide = frame(14)
    parts = split_frame(wide, (), scale_of(Overview(frames=(wide,)), tight=False), THEME, room)
    assert len(parts) > 1
    assert sum((part.bars for part in parts), ()) == wide.bars
    assert [part.title for part in parts] == ["Stage 1", *["Stage 1 …"] * (len(parts) - 1)]
    assert [part.repeat for part in parts] == [14, *[1] * (len(parts) - 1)]
    assert [part.notes for part in parts] == [wide.notes, *[()] * (len(parts) - 1)]
    assert [part.caption for part in parts] == [*[""] * (len(parts) - 1), "shapes"]


def test_a_frame_with_room_stays_whole() -> None:
    narrow = frame(3)
    scale = scale_of(Overview(frames=(narrow,)), tight=False)
    assert split_frame(narrow, (), scale, THEME, 400.0) == [narrow]


@pytest.mark.parametrize("text", ["3×3 max pool, s=2", "global avg pool", "7×7 conv, 64, s=2"])
def test_a_bar_holds_its_text_as_tex_sets_it(text: str) -> None:
    bar = Bar(id="bar", role=NodeRole.POOL, resolution=0.2, channels=64, text=literal(text))
    size = bar_size(bar, scale_of(Overview(frames=(frame(3),)), tight=False), THEME, strict=True)
    assert " ".join(size.lines).replace(",", "") == text.replace(",", "")
    assert all(1.05 * text_width(line, THEME.size("node")) < size.height for line in size.lines)


@pytest.mark.parametrize("width", [234.0, 495.0])
def test_notes_are_read_from_top_to_bottom(width: float) -> None:
    diagram = build([catalog.network("resnet50")], Options(view=View.OVERVIEW, show=frozenset(Show)))
    content = diagram.panels[0].content
    assert isinstance(content, Overview)
    scene = layout(diagram, THEME, Fit(width))
    texts = {group.id: [leaf for leaf in walk(group) if isinstance(leaf, Text)] for group in groups(scene)}
    noted = [one for one in content.frames if one.notes]
    assert noted
    for one in noted:
        shown = sorted((text for text in texts[one.id] if text.text in one.notes), key=lambda text: text.y)
        assert [text.text for text in shown] == list(one.notes)


def test_the_number_under_a_bar_lies_in_its_frame() -> None:
    bars = tuple(
        Bar(id=index, role=NodeRole.BLOCK, resolution=1.0, channels=64, index=index)
        for index in ("1001–1100", "1101–1200")
    )
    wide = replace(frame(2), bars=bars)
    ends = Ends(tails=Counter(), heads=Counter())
    measured = measure_frame(wide, 0, scale_of(Overview(frames=(wide,)), tight=True), [], ends, THEME)
    for slot in measured.slots:
        assert slot.bar
        half = text_width(slot.bar.index, THEME.size("label")) / 2
        middle = slot.x + slot.size.width / 2
        assert half < middle < measured.content - half


@pytest.mark.parametrize("width", [234.0, 495.0])
def test_a_note_is_broken_alike_in_all_frames(width: float) -> None:
    scene = layout(
        build([catalog.network("preact-resnet164")], Options(view=View.OVERVIEW)), THEME, Fit(width)
    )
    words = [text.text for text in walk(scene.root) if isinstance(text, Text)]
    assert words.count("pre-activation bottleneck") in (0, 3)
    assert words.count("bottleneck") in (0, 3)
