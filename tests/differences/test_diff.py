"""`diff` and `check`: what is said of networks from any source, and how the commands end."""

import json
from dataclasses import replace
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import resnet_diagram as rd
from resnet_diagram.cli.main import main
from resnet_diagram.differences.networks import differences
from resnet_diagram.spec import catalog
from resnet_diagram.spec.model import Block, Graph, GraphNode, Layer, LayerKind, Merge, Network, Stage
from resnet_diagram.spec.shapes import conv
from tests.spellings import SPELLINGS

EXAMPLE = Path(__file__).resolve().parent.parent.parent / "examples" / "resnet.py"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def said(left: str, right: str) -> list[tuple[str, str, str]]:
    return [(one.where, one.left, one.right) for one in rd.diff(left, right)]


@pytest.mark.parametrize("name", rd.names())
def test_a_network_is_itself(name: str) -> None:
    assert rd.diff(name, name) == ()


def test_no_two_known_networks_are_the_same() -> None:
    names = [name for name in rd.names() if not name.startswith(("resnet1202", "preact-resnet1001"))]
    for left, right in pairwise(names):
        assert rd.diff(left, right), (left, right)


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        (
            "resnet50-v1",
            "resnet50",
            [
                (
                    "first block of stages 2–4",
                    "the stride in the first convolution, 1×1",
                    "the stride in the second convolution, 3×3",
                )
            ],
        ),
        (
            "resnet56",
            "resnet56-b",
            [
                (
                    "first block of stages 2–3",
                    "a zero-pad shortcut (zero-pad, s=2)",
                    "a projection shortcut (1×1 conv, s=2)",
                )
            ],
        ),
        ("resnet101", "resnet50", [("stage 3", "23 blocks", "6 blocks")]),
        ("resnet50", "seresnet50", [("all blocks", "no SE gate", "an SE gate, r=16")]),
        ("resnet18", "resnet34", [("stages", "2, 2, 2, 2 blocks", "3, 4, 6, 3 blocks")]),
        (
            "plain18",
            "resnet18",
            [
                ("stage 1: 1–2; stages 2–4: 2", "no shortcut", "an identity shortcut"),
                (
                    "first block of stages 2–4",
                    "no shortcut",
                    "a projection shortcut (1×1 conv, s=2)",
                ),
            ],
        ),
        (
            "resnet50",
            "resnet50d",
            [
                ("stem", "7×7 conv, 64, s=2", "3×3 conv, 32, s=2 + 3×3 conv, 32 + 3×3 conv, 64"),
                (
                    "first block of stages 2–4",
                    "a projection shortcut (1×1 conv, s=2)",
                    "a pooled-projection shortcut (2×2 avg pool, s=2 + 1×1 conv)",
                ),
            ],
        ),
        (
            "resnet50",
            "resnext50_32x4d",
            [
                ("all blocks", "width 64, 128, 256, 512 by stage", "width 128, 256, 512, 1024"),
                ("all blocks", "expansion 4", "expansion 2"),
                ("all blocks", "no groups in the 3×3 conv", "32 groups"),
            ],
        ),
    ],
)
def test_the_difference_in_plain_words(left: str, right: str, expected: list[tuple[str, str, str]]) -> None:
    assert said(left, right) == expected


def test_another_type_of_block_is_said_once() -> None:
    assert (
        said("resnet50", "resnet50-v2").count(("all blocks", "a bottleneck", "a pre-activation bottleneck"))
        == 1
    )
    assert ("all blocks", "a bottleneck", "a basic block") in said("resnet50", "resnet34")


@pytest.mark.parametrize("name", ["resnet18", "resnet34", "resnet50"])
@pytest.mark.parametrize("spelling", SPELLINGS)
def test_the_spelling_of_a_network_is_no_difference(spelling: str, name: str) -> None:
    torch = pytest.importorskip("torch")
    with torch.device("meta"):
        model = getattr(import_module(f"tests.spellings.{spelling}"), name)()
    rd.assert_same(model, name)


@pytest.mark.parametrize("note", ["the forward stopped being slow", "only a part of the data set is used"])
def test_a_note_does_not_mean_that_the_forward_failed(note: str) -> None:
    network = catalog.network("resnet18")
    assert differences(replace(network, notes=(note,)), network) == ()


def test_diff_ends_with_one_where_they_differ() -> None:
    result = run("diff", "resnet50-v1", "resnet50")
    assert result.exit_code == 1
    assert result.stdout.startswith("resnet50-v1 and resnet50: 1 difference.\n")
    assert result.stderr == ""
    same = run("diff", "resnet50", "resnet50")
    assert (same.exit_code, same.stderr) == (0, "")


@pytest.mark.parametrize("op", ["softmax", "prelu"])
def test_layers_behind_the_classifier_do_not_differ_with_the_classes(op: str) -> None:
    def classifying(classes: int) -> Network:
        network = catalog.network("resnet18")
        last = network.head[-1]
        assert isinstance(last, Layer)
        linear = replace(last, out_shape=(classes,), params=513 * classes)
        shape = linear.out_shape
        act = Layer(
            kind=LayerKind.ACTIVATION,
            op=op,
            in_shape=shape,
            out_shape=shape,
            params=classes * (op == "prelu"),
        )
        return replace(network, head=(*network.head[:-1], linear, act))

    assert differences(classifying(10), classifying(100), ignore=("classes",)) == ()
    assert len(differences(classifying(10), classifying(100))) == 1


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("before", "before the shortcut leaves: negative slope 0.1 in the leaky ReLU"),
        ("after", "after the addition: negative slope 0.1 in the leaky ReLU"),
    ],
)
def test_a_layer_around_the_branch_that_differs_is_named_with_its_place(field: str, words: str) -> None:
    def sloped(slope: float) -> Network:
        network = catalog.network("resnet18")
        stage = network.body[0]
        assert isinstance(stage, Stage)
        first = stage.body[0]
        assert isinstance(first, Block)
        act = replace(first.after[0], op="leaky_relu", settings=(("negative_slope", slope),))
        block = replace(first, before=(), after=())
        block = replace(block, before=(act,)) if field == "before" else replace(block, after=(act,))
        return replace(network, body=(replace(stage, body=(block, *stage.body[1:])), *network.body[1:]))

    (difference,) = differences(sloped(0.1), sloped(0.2))
    assert (difference.left, difference.right) == (words, "negative slope 0.2")
    assert "stage 1" in difference.where


def lengthened(*stages: int) -> Network:
    """Return resnet18 with one more block at the end of some stages."""
    network = catalog.network("resnet18")
    body = []
    for number, stage in enumerate(network.body, 1):
        assert isinstance(stage, Stage)
        body.append(replace(stage, body=(*stage.body, stage.body[-1])) if number in stages else stage)
    return replace(network, body=tuple(body))


@pytest.mark.parametrize(
    ("stages", "expected"),
    [
        ((2,), [("stage 2", "2 blocks", "3 blocks")]),
        ((2, 3), [("stage 2", "2 blocks", "3 blocks"), ("stage 3", "2 blocks", "3 blocks")]),
        ((1, 2, 3), [("stages", "2, 2, 2, 2 blocks", "3, 3, 3, 2 blocks")]),
    ],
)
def test_depths_of_more_than_two_stages_are_one_difference(
    stages: tuple[int, ...], expected: list[tuple[str, str, str]]
) -> None:
    found = differences(lengthened(), lengthened(*stages))
    assert [(one.where, one.left, one.right) for one in found] == expected


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"shares": 1}, ("reads 1", "reads 1, shares 1")),
        ({"reads": (0,)}, ("reads 1", "reads 0")),
        ({"signs": (-1,)}, ("reads 1", "reads 1, signs -1")),
    ],
    ids=["shares", "reads", "signs"],
)
def test_what_a_node_of_a_graph_reads_and_shares_is_compared(change: Any, words: tuple[str, str]) -> None:
    shape = (8, 4, 4)
    layers = [GraphNode(shape=shape, reads=(number,), body=(conv(shape, 8, 1),)) for number in (0, 1)]
    end = GraphNode(shape=shape, reads=(1, 2), merge=Merge.ADD)
    left, right = (
        Network(
            name="n",
            input_shape=shape,
            body=(Graph(nodes=(GraphNode(shape=shape), layers[0], second, end), outputs=(3,)),),
        )
        for second in (layers[1], replace(layers[1], **change))
    )
    assert [(one.where, one.left, one.right) for one in differences(left, right)] == [
        ("graph 1 node 2", *words)
    ]


def test_diff_for_programs() -> None:
    found = json.loads(run("diff", "--json", "resnet101", "resnet50").stdout)
    assert found["same"] is False
    assert found["differences"] == [
        {"where": "stage 3", "modules": [], "left": "23 blocks", "right": "6 blocks"}
    ]


def test_check_of_ones_own_code() -> None:
    pytest.importorskip("torch")
    good = run("check", f"{EXAMPLE}:resnet(depth=50)", "--against", "resnet50")
    assert (good.exit_code, "are the same, names aside" in good.stdout) == (0, True)
    bad = run("check", f"{EXAMPLE}:resnet(depth=50)", "--against", "resnet101")
    assert bad.exit_code == 1
    assert "6 blocks          23 blocks" in bad.stdout


def test_code_is_traced_with_the_input_of_the_other_network() -> None:
    pytest.importorskip("torch")
    result = run("check", f"{EXAMPLE}:cifar_resnet(depth=20)", "--against", "resnet20")
    assert result.exit_code == 0, result.output


def test_wrong_calls() -> None:
    assert run("diff", "resnet50").exit_code == 2
    assert run("check", "resnet50").exit_code == 2
    assert run("diff", "resnet50", "resnet51").exit_code == 2
