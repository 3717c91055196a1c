"""What each view draws."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from resnet_diagram.cli.main import main
from resnet_diagram.diagram.flat import flattened
from resnet_diagram.diagram.model import Diagram, EdgeRole, Group, GroupRole, NodeRole, Taper
from resnet_diagram.diagram.options import Options, View
from resnet_diagram.diagram.views import VIEWS, ViewRow, build
from resnet_diagram.diagram.walk import edges, groups, nodes
from resnet_diagram.errors import UsageError
from resnet_diagram.spec import catalog
from resnet_diagram.spec.model import Block, Layer, Merge, Network, Shortcut, ShortcutKind, Stage
from resnet_diagram.spec.shapes import conv
from resnet_diagram.wording.terms import Label


def diagram(name: str, view: View = View.PAPER) -> Diagram:
    several = 2 if view is View.COMPARE else 1
    return flattened(build([catalog.network(name)] * several, Options(view=view)))


def stage(drawn: Diagram, number: int) -> Group:
    return next(group for group in groups(drawn.chain.items) if group.id == f"stage{number}")


def labels(drawn: Diagram, role: EdgeRole) -> list[str]:
    return [edge.label for edge in edges(drawn.chain.items) if edge.role is role]


def test_five_phases_and_the_head() -> None:
    found = [group for group in groups(diagram("resnet152").chain.items) if group.role is not GroupRole.BLOCK]
    assert [group.title for group in found] == ["Stem", "Stage 1", "Stage 2", "Stage 3", "Stage 4", "Head"]
    assert [group.repeat for group in found] == [1, 3, 8, 36, 3, 1]


def test_only_the_first_block_of_a_stage_is_open() -> None:
    first, rest = (item for item in stage(diagram("resnet152"), 3).items if isinstance(item, Group))
    assert (first.repeat, rest.repeat) == (1, 35)
    assert [node.lines[0] for node in nodes(first.items)] == [
        "1×1 conv, 256",
        "3×3 conv, 256, s=2",
        "1×1 conv, 1024",
        "+",
        "ReLU",
    ]
    assert [node.role for node in nodes(rest.items)] == [NodeRole.BLOCK, NodeRole.ADD, NodeRole.ACTIVATION]


def test_projections_and_identities_are_told_apart() -> None:
    drawn = diagram("resnet152")
    assert labels(drawn, EdgeRole.PROJECTION) == ["1×1 conv", *["1×1 conv, s=2"] * 3]
    assert labels(drawn, EdgeRole.IDENTITY) == ["identity"] * 4


@pytest.mark.parametrize(
    ("name", "role", "label"),
    [
        ("resnet56", EdgeRole.ZERO_PAD, "zero-pad, s=2"),
        ("resnet56-b", EdgeRole.PROJECTION, "1×1 conv, s=2"),
        ("resnet50d", EdgeRole.POOLED_PROJECTION, "2×2 avg pool, s=2 + 1×1 conv"),
    ],
)
def test_what_lies_on_a_shortcut_is_written_beside_it(name: str, role: EdgeRole, label: str) -> None:
    assert label in labels(diagram(name), role)


def test_the_shapes_stand_at_a_stages_entry() -> None:
    drawn = diagram("resnet50")
    assert stage(drawn, 2).caption == "56×56×256 → 28×28×512"
    assert "56×56×256 → 28×28×512" in labels(drawn, EdgeRole.FLOW)


def test_a_bottleneck_is_narrow_in_the_middle_and_a_basic_block_is_not() -> None:
    def tapers(name: str) -> list[Taper]:
        return [
            node.taper
            for node in nodes(stage(diagram(name), 2).items)
            if node.role in (NodeRole.CONV, NodeRole.BLOCK)
        ]

    assert tapers("resnet50") == [Taper.CLOSING, Taper.NONE, Taper.OPENING, Taper.HOURGLASS]
    assert tapers("resnet18") == [Taper.NONE] * 3
    assert tapers("resnext101_64x4d") == [Taper.NONE] * 4
    assert tapers("resnext50_32x4d") == tapers("resnet50")


def test_the_layers_that_widen_and_narrow_are_tapered() -> None:
    def outlines(channels: tuple[int, int, int], kernels: tuple[int, int, int]) -> list[Taper]:
        layers: list[Layer] = []
        inside = 8
        for count, kernel in zip(channels, kernels, strict=True):
            groups = 8 if kernel > 1 and count == inside == 8 else 1
            layers.append(
                conv((inside, 4, 4), count, (kernel,) * 2, padding=(kernel // 2,) * 2, groups=groups)
            )
            inside = count
        block = Block(
            branches=(tuple(layers),), merge=Merge.ADD, shortcut=Shortcut(kind=ShortcutKind.IDENTITY)
        )
        network = Network(name="net", input_shape=(8, 4, 4), stem=(), body=(block,), head=())
        built = build([network], Options(view=View.FULL))
        return [node.taper for node in nodes(built.chain.items) if node.role is NodeRole.CONV]

    assert outlines((8, 32, 8), (7, 1, 1)) == [Taper.NONE, Taper.OPENING, Taper.CLOSING]
    assert outlines((32, 32, 8), (1, 3, 1)) == [Taper.OPENING, Taper.NONE, Taper.CLOSING]
    assert outlines((2, 2, 8), (1, 3, 1)) == [Taper.CLOSING, Taper.NONE, Taper.OPENING]
    assert outlines((8, 8, 8), (1, 3, 1)) == [Taper.NONE] * 3


def test_norms_and_activations_stand_where_they_run() -> None:
    after = next(node for node in nodes(stage(diagram("resnet50"), 2).items) if node.role is NodeRole.CONV)
    before = list(nodes(stage(diagram("resnet50-v2"), 2).items))
    assert after.lines == ("1×1 conv, 128", "BN, ReLU")
    assert before[0].lines == ("BN, ReLU",)
    assert NodeRole.ACTIVATION not in {node.role for node in before}


def test_shared_pre_activation_comes_before_the_fork() -> None:
    drawn = diagram("resnet50-v2")
    shared = next(nodes(stage(drawn, 2).items))
    projections = [edge for edge in edges(drawn.chain.items) if edge.role is EdgeRole.PROJECTION]
    (tail,) = {edge.tail for edge in projections if "stage2" in edge.head}
    assert tail == shared.id


def test_a_gate_is_one_node() -> None:
    gates = [node for node in nodes(diagram("seresnet50").chain.items) if node.role is NodeRole.GATE]
    assert len(gates) == 4
    assert {node.lines for node in gates} == {("SE gate", "r=16")}


def test_a_comparison_tells_groups_and_dilations() -> None:
    wide = [catalog.network(name) for name in ("resnet50", "resnext50-32x4d")]
    drawn = flattened(build(wide, Options(view=View.COMPARE)))
    grouped = [line for node in nodes(drawn.chain.items) for line in node.lines if "3×3 conv" in line]
    assert sum("32 groups" in line for line in grouped) == len(grouped) / 2


def test_the_overview_has_one_node_a_stage() -> None:
    drawn = diagram("resnet152", View.OVERVIEW)
    assert [node.lines for number in range(2, 5) for node in nodes(stage(drawn, number).items)] == [
        (f"{count} bottlenecks", "1 projection: 1×1 conv, s=2", f"{count - 1} identity shortcuts")
        for count in (8, 36, 3)
    ]


def test_the_full_view_draws_every_block() -> None:
    drawn = diagram("resnet1202", View.FULL)
    assert sum(node.role is NodeRole.ADD for node in nodes(drawn.chain.items)) == 600


@pytest.mark.parametrize("name", catalog.names())
@pytest.mark.parametrize("view", list(View))
def test_ids_are_unique_and_every_arrow_joins_two_of_them(name: str, view: View) -> None:
    if view is View.FULL and "1202" in name:
        pytest.skip("the long networks' full view is drawn in another test")
    if view is View.BLOCK and name.startswith("plain"):
        pytest.skip("a plain network has no blocks; another test asks for one")
    drawn = diagram(name, view)
    ids = [node.id for node in nodes(drawn.chain.items)]
    assert len(ids) == len(set(ids))
    assert {end for edge in edges(drawn.chain.items) for end in (edge.tail, edge.head)} == set(ids)


@pytest.mark.parametrize("name", catalog.names())
def test_the_legend_explains_the_lines_drawn(name: str) -> None:
    drawn = diagram(name)
    explained = {entry.role for entry in drawn.legend if isinstance(entry.role, EdgeRole)}
    assert explained == {edge.role for edge in edges(drawn.chain.items)}


def test_the_description_says_the_architecture_in_words() -> None:
    words = diagram("resnet152").description
    assert "Stage 3: 36 blocks, 28×28×512 → 14×14×1024" in words
    assert "35 times bottleneck with identity shortcut" in words


def test_blocks_inside_a_long_skip_are_folded() -> None:
    network = catalog.network("resnet56")
    long = Block(branches=((network.body[0],),), shortcut=Shortcut(kind=ShortcutKind.IDENTITY))
    drawn = build([replace(network, body=(long,))], Options(), flat=True)
    assert 8 in {group.repeat for group in groups(drawn.chain.items)}
    assert len(labels(drawn, EdgeRole.IDENTITY)) == 3


def test_a_concatenation_among_folded_blocks_keeps_both_its_ways() -> None:
    network = catalog.network("resnet56")
    first = network.body[0]
    assert isinstance(first, Stage)
    joined = Block(branches=((), first.body[:1]), merge=Merge.CONCAT)
    drawn = build([replace(network, body=(Stage(body=(*first.body[:1], joined)),))], Options(), flat=True)
    merge = next(node for node in nodes(drawn.chain.items) if node.role is NodeRole.CONCAT)
    assert [edge.role for edge in edges(drawn.chain.items) if edge.head == merge.id] == [
        EdgeRole.SKIP,
        EdgeRole.FLOW,
    ]


def test_a_network_without_blocks_has_none_to_draw() -> None:
    with pytest.raises(UsageError, match="plain34 has no blocks"):
        diagram("plain34", View.BLOCK)


def test_a_network_is_titled_as_partial_by_its_field_alone() -> None:
    network = catalog.network("resnet18")
    noted = replace(network, notes=("only a part of the data set is used",))
    stopped = replace(network, stopped_at="layer3.0")
    titles = [str(build([each], Options()).title) for each in (network, noted, stopped)]
    assert titles == ["resnet18", "resnet18", "resnet18 (as far as it ran)"]


def test_every_view_has_a_row() -> None:
    assert [row.view for row in VIEWS] == list(View)
    assert VIEWS[0].view is Options().view


@pytest.mark.parametrize("row", VIEWS, ids=lambda row: row.view.value)
def test_a_view_takes_the_numbers_of_networks_in_its_row(row: ViewRow) -> None:
    network = catalog.network("resnet18")
    for count in (row.least, row.most):
        assert build([network] * count, Options(view=row.view)).title is not None
    for count in (row.least - 1, row.most + 1):
        with pytest.raises(UsageError, match=rf"Got {count} networks?\b"):
            build([network] * count, Options(view=row.view))


@pytest.mark.parametrize("row", VIEWS, ids=lambda row: row.view.value)
def test_a_view_is_documented(row: ViewRow) -> None:
    help_text = " ".join(CliRunner().invoke(main, ["draw", "--help"]).stdout.split())
    assert re.search(rf"--view \[[^\]]*\b{row.view}\b", help_text)
    assert re.search(rf"--view .*\b{row.view}: .*--block NAME", help_text), (
        "its sentence in the help is missing"
    )
    assert f"`{row.view}`" in Path("docs/drawing.md").read_text(encoding="utf-8")


def test_equal_branches_are_drawn_once_with_their_number() -> None:
    def path(channels: int) -> tuple[Layer, ...]:
        first = conv((64, 8, 8), channels, (1, 1))
        return (first, conv((channels, 8, 8), 64, (3, 3), padding=(1, 1)))

    def block(*widths: int) -> Block:
        identity = Shortcut(kind=ShortcutKind.IDENTITY)
        return Block(branches=tuple(path(width) for width in widths), merge=Merge.ADD, shortcut=identity)

    def drawn(*widths: int) -> tuple[list[Label], int]:
        network = Network(name="net", input_shape=(64, 8, 8), stem=(), body=(block(*widths),), head=())
        items = build([network], Options(view=View.FULL)).chain.items
        titles = [group.title for group in groups(items) if "parallel" in group.title]
        return titles, sum(node.role is NodeRole.CONV for node in nodes(items))

    assert drawn(*[4] * 32) == (["32 in parallel"], 2)
    assert drawn(4, 4, 4, 8) == (["3 in parallel"], 4)
    assert drawn(4, 4) == ([], 4)
    assert drawn(4, 8, 4, 8) == ([], 8)


@pytest.mark.parametrize("form", ["mermaid", "dot", "outline", "tikz", "svg"])
def test_every_format_says_how_many_branches_there_are(form: str) -> None:
    network = "tests/diagram/paths.py:Paths"
    result = CliRunner().invoke(main, ["draw", network, "--input", "16x8x8", "--view", "full", "-t", form])
    assert result.exit_code == 0, result.output
    assert "5 in parallel" in result.stdout.replace("\xa0", " ")
