"""Properties of annotations: they move nothing, miss nothing, and are shown or reported in every format."""

import io
import re
import warnings
import zipfile
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import resnet_diagram as rd
from resnet_diagram.app.drawing.draw import is_binary
from resnet_diagram.app.drawing.figure import figure_of
from resnet_diagram.app.options.options import draw_options
from resnet_diagram.diagram.annotations.match import module_paths
from resnet_diagram.diagram.model import GroupRole
from resnet_diagram.errors import UnrenderedWarning, UsageError
from resnet_diagram.layout.scene import Box, boxes
from resnet_diagram.render.figure import Figure
from resnet_diagram.render.formats import FORMATS
from resnet_diagram.spec.catalog import network

NAMES = ("resnet18", "seresnet50", "resnet20")
VIEWS = ("paper", "overview", "full", "block")
KINDS: dict[str, tuple[dict[str, Any], str]] = {
    "title": ({"title": "A title of ours"}, "A title of ours"),
    "notes": ({"notes": ["trained for longer"]}, "trained for longer"),
    "label": ({"parts": {"fc": {"label": "Classifier"}}}, "Classifier"),
    "note": ({"parts": {"fc": {"note": "without bias"}}}, "without bias"),
    "badge": ({"parts": {"fc": {"badge": "ours"}}}, "ours"),
    "highlight": ({"parts": {"fc": {"highlight": True, "note": "kept frozen"}}}, "kept frozen"),
    "color": ({"parts": {"fc": {"color": "#FFD581"}}}, "FFD581"),
    "unit": ({"parts": {"*.se": {"unit": True, "label": "Squeezer"}}}, "Squeezer"),
    "hide": ({"parts": {"maxpool": {"hide": True}}}, "not drawn: maxpool"),
    "words": ({"words": {"addition": "sum of both"}}, "sum of both"),
    "brace": ({"braces": {"where it happens": ["layer3", "layer4"]}}, "where it happens"),
}


@cache
def paths(name: str) -> tuple[str, ...]:
    return module_paths(network(name))


def figure(name: str, annotate: Any = None, **choices: Any) -> Figure:
    options, output = draw_options({"annotate": annotate, **choices})  # type: ignore[typeddict-item]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UnrenderedWarning)
        return figure_of([network(name)], options, output)


def placed(drawing: Figure) -> list[tuple[object, ...]]:
    """Return the boxes of a drawing without legend, badges and colours, and where they are in their panels.

    Frames grow with the words under their bars.
    """
    plain = replace(drawing, diagram=replace(drawing.diagram, legend=()))
    panels = [[box for box in boxes(group) if is_of_network(box)] for group in plain.scene.root.children]
    return [
        (box.id, box.form, box.width, box.height, box.x, round(box.y - panel[0].y, 2), words(box))
        for panel in panels
        for box in panel
    ]


def is_of_network(box: Box) -> bool:
    return box.role not in ("badge", *GroupRole)


def words(box: Box) -> list[str]:
    return [text.text for text in box.texts]


@settings(max_examples=40, deadline=None)
@given(st.data(), st.sampled_from(NAMES), st.sampled_from(VIEWS))
def test_colours_and_notes_move_nothing(data: st.DataObject, name: str, view: str) -> None:
    chosen = data.draw(st.lists(st.sampled_from(paths(name)), min_size=1, max_size=4, unique=True))
    looks = st.fixed_dictionaries(
        {},
        optional={
            "highlight": st.just(True),
            "color": st.just("#00AA77"),
            "badge": st.just("" if view == "full" else "ours"),  # there, a line of the box
            "note": st.text("ab ", max_size=9),
        },
    )
    notes = {"parts": {path: data.draw(looks) for path in chosen}, "notes": ["more"]}
    assert placed(figure(name, notes, view=view)) == placed(figure(name, view=view))


@settings(max_examples=40, deadline=None)
@given(st.data(), st.sampled_from(NAMES))
def test_a_label_changes_the_words_of_its_module_alone(data: st.DataObject, name: str) -> None:
    path = data.draw(st.sampled_from(paths(name)))
    plain, labelled = (
        [(box.id, box.origin.paths, [text.text for text in box.texts]) for box in boxes(drawing.scene)]
        for drawing in (figure(name), figure(name, {"parts": {path: {"label": "x"}}}))
    )
    for (_, origin, before), (_, _, after) in zip(plain, labelled, strict=True):
        assert before == after or path in origin


@settings(max_examples=60, deadline=None)
@given(st.data(), st.sampled_from(NAMES), st.sampled_from(["parts", "braces", "insets", "unit"]))
def test_a_renamed_module_is_an_error_wherever_it_is_named(
    data: st.DataObject, name: str, place: str
) -> None:
    path = data.draw(st.sampled_from(paths(name)))
    renamed = f"{path}_renamed"
    cases: dict[str, dict[str, Any]] = {
        "parts": {"parts": {renamed: {"label": "x"}}},
        "unit": {"parts": {path: {"unit": True}, renamed: {"unit": True}}},
        "braces": {"braces": {"x": [path, renamed]}},
        "insets": {"insets": [renamed]},
    }
    with pytest.raises(UsageError, match=re.escape(f"no module matches {renamed!r}")):
        figure(name, cases[place])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("to", [row.name for row in FORMATS if row.name != "png"])
def test_every_format_shows_or_reports_each_kind_of_annotation(to: str, kind: str) -> None:
    notes, sign = KINDS[kind]
    with warnings.catch_warnings(record=True) as reports:
        warnings.simplefilter("always", UnrenderedWarning)
        text = written("seresnet50", to, notes)
    if (to, kind) == ("scene", "color"):
        sign = '"shade": 7'  # the number of a colour, behind the six of the theme
    assert sign in text or any(issubclass(report.category, UnrenderedWarning) for report in reports)


def written(name: str, to: str, notes: dict[str, Any]) -> str:
    """Return the words and colours of a drawing in any format."""
    if not is_binary(to):
        text = rd.to_text(name, to, annotate=notes)
        plain = re.sub("[\u00a0\u2007\u2000-\u200a]|#160;|&nbsp;", " ", re.sub(r"[\\~]", "", text))
        return re.sub(r"#58;|&#58;", ":", plain)
    data = rd.to_bytes(name, to, annotate=notes)
    if to == "pptx":
        with zipfile.ZipFile(io.BytesIO(data)) as deck:
            slides = [deck.read(part).decode() for part in deck.namelist() if "slides/slide" in part]
        return re.sub(r"</a:t>.*?<a:t>", "", "".join(slides))
    pypdf = pytest.importorskip("pypdf")
    page = pypdf.PdfReader(io.BytesIO(data)).pages[0]
    fills = re.findall(r"([\d.]+) ([\d.]+) ([\d.]+) sc\w?", page.get_contents().get_data().decode("latin-1"))
    colours = ["".join(f"{round(255 * float(part)):02X}" for part in fill) for fill in fills]
    return " ".join([page.extract_text(), *colours])
