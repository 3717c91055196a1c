"""The description of a network in words."""

import re
from dataclasses import replace

import pytest

import resnet_diagram as rd
from resnet_diagram.diagram.prose.describe import describe
from resnet_diagram.spec import catalog
from resnet_diagram.spec.model import Graph, GraphNode, Merge, Network, Port, Stage

NETWORK = catalog.network("resnet18")


def test_a_repeated_pattern_of_blocks_is_described_once() -> None:
    stage = NETWORK.body[1]
    assert isinstance(stage, Stage)
    words = describe(replace(NETWORK, body=(replace(stage, body=stage.body * 5),)))
    assert "10 blocks" in words
    assert (
        ": 5 times (basic block with 1×1 conv, s=2 shortcut, then basic block with identity shortcut)."
        in words
    )


def test_the_stages_of_a_graph_and_its_outputs_are_described() -> None:
    shape = (64, 56, 56)
    lanes = [GraphNode(reads=(0,), body=(stage,), shape=shape) for stage in NETWORK.body[:1] * 2]
    graph = Graph(
        nodes=(GraphNode(shape=shape), *lanes, GraphNode(reads=(1, 2), merge=Merge.ADD, shape=shape)),
        outputs=(1, 3),
    )
    outputs = (Port(name="left", shape=shape), Port(name="sum", shape=shape))
    words = describe(Network(name="n", input_shape=shape, body=(graph,), outputs=outputs))
    assert "Stage 1: 2 blocks" in words
    assert "Stage 2: 2 blocks" in words
    assert words.endswith("Outputs: left 56×56×64; sum 56×56×64.")


@pytest.mark.parametrize("names", [["resnet50d"], ["resnet18", "resnet34", "resnet50-v2"]])
def test_titles_and_descriptions_are_in_the_language_of_the_drawing(names: list[str]) -> None:
    view = "compare" if len(names) > 1 else "paper"
    chart = rd.to_text(names, "mermaid", lang="zh", view=view)
    spoken = re.findall(r"acc(?:Title|Descr): (.*)", chart)
    assert len(spoken) == 2
    for line in spoken:
        words = re.findall(r"[A-Za-z]{3,}", re.sub("|".join(names), "", line))
        assert set(words) <= {"conv"}, line


def test_many_stages_are_counted() -> None:
    words = describe(replace(NETWORK, body=NETWORK.body[:1] * 20))
    assert "Stage 12:" in words
    assert "Stage 13:" not in words
    assert "8 more stages." in words
