"""Charts of networks that are no chain: open as far as a page holds them, and never one closed box."""

import re
import warnings
from dataclasses import replace

import pytest

from resnet_diagram.app.drawing.draw import render
from resnet_diagram.diagram.accounting import missing
from resnet_diagram.diagram.model import Dag, Direction, NodeRole
from resnet_diagram.diagram.options import Options, View
from resnet_diagram.diagram.views import build
from resnet_diagram.diagram.walk import nodes
from resnet_diagram.errors import UnrenderedWarning
from resnet_diagram.layout.layout import layout
from resnet_diagram.layout.scene import texts
from resnet_diagram.layout.units import Fit
from resnet_diagram.render.figure import Output
from resnet_diagram.spec.model import Network, Stage
from tests.browser import mermaid_geometry
from tests.layout.geometry import is_crossing, problems
from tests.layout.test_exchanges import parallel
from tests.layout.test_lanes import THEME, conv, exchange, pyramid, residual, shape

HEIGHT = 2400.0
"""Height of a page for charts, in pixels."""


def chart(network: Network, form: str = "mermaid", view: View = View.PAPER) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UnrenderedWarning)
        text = render([network], form, Options(view=view), Output())
    assert isinstance(text, str)
    return text


def graph_of(network: Network) -> Dag:
    (item,) = build([network], Options(view=View.OVERVIEW), flat=True).chain.items
    assert isinstance(item, Dag)
    return item


@pytest.mark.parametrize(("branches", "modules"), [(2, 6), (3, 5), (4, 6)])
def test_a_chart_of_parallel_branches_has_a_box_for_each_branch(branches: int, modules: int) -> None:
    network = parallel(branches, modules)
    text = chart(network).replace("\u00a0", " ")
    for level in range(branches):
        assert f"→ {64 >> level}×{64 >> level}×16" in text
    assert len(re.findall(r"Stage \d \[×3\]<br/>basic block", text)) == branches
    assert len(re.findall(rf'subgraph part_module1\["[^"]+ \[×{modules}\]"\]', text)) == 1
    assert "not drawn open" not in text
    assert "lines to finer resolutions" in text


def test_a_chart_runs_each_value_to_each_sum_inside_the_frame_of_a_module() -> None:
    dag = graph_of(parallel(3, 4))
    inside = [vertex for vertex in dag.vertices if vertex.frame]
    assert [len(vertex.reads) for vertex in inside] == [1, 1, 1, 3, 3, 3]
    assert {vertex.frame and vertex.frame.repeat for vertex in inside} == {4}


@pytest.mark.parametrize("network", [pyramid(4), parallel(3, 4), exchange(3, 6)], ids=lambda one: one.name)
@pytest.mark.parametrize("room", [24, 6])
def test_a_chart_leaves_nothing_out(network: Network, room: int) -> None:
    assert (
        missing(network, [build([network], Options(view=View.OVERVIEW, graph_room=room), flat=True).chain])
        == ()
    )


def test_a_chart_folds_modules_only_where_it_is_higher_than_a_page() -> None:
    """Few modules are open; many are boxes, and the chart is within the page."""
    assert '"m0<br/>' not in chart(exchange(3, 2))
    high = chart(exchange(3, 24))
    assert '"m0' in high
    ((_, height, clashes),) = mermaid_geometry([high], "mermaid-11")
    assert height <= HEIGHT
    assert clashes == []


def test_layers_behind_the_blocks_of_a_stage_have_a_box() -> None:
    network = pyramid(3)
    blocks = tuple(residual(f"enc.{number}", shape(0)) for number in range(2))
    last = replace(conv("enc.last", shape(0), shape(0)), kernel=(7, 7))
    staged = replace(network, body=(Stage(body=(*blocks, last), name="enc"), *network.body))
    found = {str(node.lines[0]): node.role for node in nodes((graph_of(staged),))}
    assert found["Stage 1 [×2]"] is NodeRole.STAGE
    assert found["7×7 conv, 16"] is NodeRole.CONV


def test_the_outline_names_the_modules_of_a_graph() -> None:
    lines = chart(parallel(3, 4), "outline", View.OVERVIEW).splitlines()
    start = next(at for at, line in enumerate(lines) if line.endswith(" [×4]") and line[0].isalpha())
    assert [line[:2] for line in lines[start + 1 : start + 7]] == ["├ "] * 5 + ["└ "]


@pytest.mark.parametrize("branches", [2, 3, 4])
def test_no_line_crosses_the_title_of_a_module_where_the_flow_runs_down(branches: int) -> None:
    options = Options(view=View.OVERVIEW, direction=Direction.DOWN)
    drawing = layout(build([parallel(branches, 4)], options), THEME, Fit())
    assert "[×4]" in {text.text for text in texts(drawing)}
    assert [fault for fault in problems(drawing, THEME) if not is_crossing(fault)] == []
