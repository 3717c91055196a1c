"""What differs from a baseline is highlighted."""

import re
import warnings
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import resnet_diagram as rd
from resnet_diagram.app.drawing.baseline import with_baseline
from resnet_diagram.app.drawing.figure import figure_of
from resnet_diagram.app.options.options import draw_options
from resnet_diagram.cli.main import main
from resnet_diagram.diagram.annotations.model import NO_ANNOTATIONS
from resnet_diagram.diagram.elements import elements, members
from resnet_diagram.diagram.model import Bar, Frame, Node, NodeRole
from resnet_diagram.differences.parts import changes
from resnet_diagram.errors import UnrenderedWarning
from resnet_diagram.spec.catalog import names, network
from resnet_diagram.spec.measure import walk


@pytest.mark.parametrize("name", names())
def test_nothing_differs_from_itself(name: str) -> None:
    found = changes(network(name), network(name))
    assert (found.new, found.changed, found.removed) == ((), (), ())


def test_gates_are_new_and_their_blocks_changed() -> None:
    found = changes(network("seresnet50"), network("resnet50"))
    gates = {layer.name for layer in walk(network("seresnet50")) if ".se" in layer.name}
    assert gates <= set(found.new)
    assert {path.rpartition(".se")[0] for path in gates} == set(found.changed)
    assert "layer1.0.se" in found.new
    assert found.removed == ()


def test_what_is_missing_is_said_in_words() -> None:
    found = changes(network("resnet50"), network("resnet50d"))
    assert found.new == ()
    assert found.removed
    text = drawn("resnet50", "resnet50d", "-t", "svg")
    assert "without what resnet50d has: 2×2 avg pool, s=2" in text  # in three of the four blocks of a panel


def ghosts(name: str, baseline: str, *, flat: bool = False, **choices: Any) -> dict[str, str]:
    """Return the words of each ghost in a drawing, and the element before it in its series."""
    options, output = draw_options(choices)  # type: ignore[arg-type]
    options = replace(options, annotations=with_baseline(NO_ANNOTATIONS, network(name), network(baseline)))
    shown = figure_of([network(name)], options, output, flat=flat).diagram.panels
    return dict(pair for panel in shown for pair in found_in(panel.content))


def found_in(part: object) -> Iterator[tuple[str, str]]:
    series = part if isinstance(part, tuple) else tuple(members(part).values())
    for before, element in pairwise((None, *series)):
        if isinstance(element, Node | Bar) and element.role is NodeRole.REMOVED:
            words = element.text if isinstance(element, Bar) else " ".join(element.lines)
            yield words, str(getattr(before, "id", ""))
        yield from found_in(element)


@pytest.mark.parametrize(
    ("name", "baseline", "words", "before"),
    [
        ("resnet50", "seresnet50", "SE gate", "conv3"),
        ("resnet50", "resnet101", "17 bottlenecks", "stage3-slab"),
        ("resnet50", "resnet50d", "3×3 conv, 32, 3×3 conv, 64", "stem-slab2"),
        ("resnet20", "resnet18", "2 basic blocks", ""),
        ("resnet18", "resnet34", "4 basic blocks", "stage3-slab2"),
    ],
)
def test_what_is_missing_is_drawn_where_the_baseline_has_it(
    name: str, baseline: str, words: str, before: str
) -> None:
    assert before in ghosts(name, baseline)[words]
    assert ghosts(name, name) == {}


@pytest.mark.parametrize("view", ["paper", "overview", "full"])
def test_a_chart_has_ghosts_of_blocks_behind_the_last_one(view: str) -> None:
    drawing = ghosts("resnet18", "resnet34", flat=True, view=view)
    assert drawing["4 basic blocks"].startswith("stage3-block")


def test_a_ghost_moves_nothing_in_the_facts_of_a_drawing() -> None:
    options, output = draw_options({})
    notes = with_baseline(NO_ANNOTATIONS, network("resnet18"), network("resnet34"))
    plain, annotated = (
        figure_of([network("resnet18")], replace(options, annotations=each), output).diagram
        for each in (NO_ANNOTATIONS, notes)
    )
    assert plain.description == annotated.description
    counts = [
        [frame.repeat for frame, _ in elements(diagram.panels) if isinstance(frame, Frame)]
        for diagram in (plain, annotated)
    ]
    assert counts[0] == counts[1]


def test_branches_and_shortcuts_are_compared_by_themselves() -> None:
    found = changes(network("seresnet50"), network("resnet50d"))  # a pooling in each: of the gate, and aside
    assert {f"layer{stage}.0.se" for stage in (1, 2, 3, 4)} <= set(found.new)
    assert not any(".se." in path for path in found.changed)
    pools = [run.before for run in found.removed if not run.behind]
    assert pools == [f"layer{stage}.0.shortcut.conv" for stage in (2, 3, 4)]


def test_further_blocks_are_new_and_the_others_are_not() -> None:
    found = changes(network("resnet34"), network("resnet18"))
    blocks = {path for path in found.new if re.fullmatch(r"layer\d\.\d", path)}
    assert len(blocks) == 8
    assert found.changed == ()


def test_a_stride_in_another_layer_changes_it() -> None:
    found = changes(network("resnet50-v1"), network("resnet50"))
    assert set(found.changed) == {
        path
        for stage in (2, 3, 4)
        for path in (f"layer{stage}.0.conv1", f"layer{stage}.0.conv2", f"layer{stage}.0")
    }


def drawn(name: str, baseline: str, *arguments: str) -> str:
    result = CliRunner().invoke(main, ["draw", name, "--baseline", baseline, *arguments])
    assert result.exit_code == 0, result.stderr
    return result.stdout


@pytest.mark.parametrize("to", ["svg", "tikz", "typst", "mermaid", "dot", "drawio"])
def test_every_format_shows_what_is_new(to: str) -> None:
    text = drawn("seresnet50", "resnet50", "-t", to)
    assert "new, not in resnet50" in text
    assert "changed from resnet50" in text


@pytest.mark.parametrize("to", ["svg", "tikz", "typst", "mermaid", "dot", "drawio", "outline"])
def test_every_format_shows_what_is_removed(to: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UnrenderedWarning)
        text = rd.to_text("resnet50", to, baseline="seresnet50")
    assert "SE gate" in text
    assert "removed, in seresnet50 only" in text


def test_the_words_are_in_the_language_of_the_drawing() -> None:
    assert "新增" in drawn("seresnet50", "resnet50", "-t", "svg", "--lang", "zh")


def test_only_what_differs_is_filled() -> None:
    options, output = draw_options({})
    notes = with_baseline(NO_ANNOTATIONS, network("resnet34"), network("resnet18"))
    figure = figure_of([network("resnet34")], type(options)(annotations=notes), output)
    boxes = [box for box, _ in elements(figure.diagram.panels) if isinstance(box, Bar | Node)]
    filled = {path for box in boxes if box.mark for path in box.origin.paths}
    assert filled
    assert filled <= set(changes(network("resnet34"), network("resnet18")).new)


def test_one_network_is_drawn_against_a_baseline(tmp_path: Path) -> None:
    arguments = ["draw", "resnet18", "resnet34", "--view", "compare", "--baseline", "resnet50", "-t", "svg"]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 2
    assert "--baseline draws one" in result.stderr
    rd.save("resnet18", tmp_path / "own.json")
    assert "new, not in own" in drawn("resnet34", str(tmp_path / "own.json"), "-t", "svg").replace(
        "resnet18", "own"
    )


def test_python_takes_a_baseline() -> None:
    known = network("seresnet50")
    assert rd.to_text(known, "svg", baseline="resnet50") == drawn("seresnet50", "resnet50", "-t", "svg")
    assert (
        "new, not in resnet50"
        in rd.figure(known, baseline=network("resnet50"))._repr_mimebundle_()["image/svg+xml"]
    )
    with pytest.raises(rd.UsageError, match="one"):
        rd.figure([known, known], view="compare", baseline="resnet50")
