"""The flat reading of a diagram: nodes and arrows, those on shortcuts too."""

from resnet_diagram.diagram.model import EdgeRole, Link, NodeRole
from resnet_diagram.diagram.walk import edges, nodes
from resnet_diagram.wording.terms import literal
from tests.layout.samples import box, conv, fork


def test_a_shortcut_runs_through_the_nodes_on_it() -> None:
    link = Link(
        role=EdgeRole.POOLED_PROJECTION, label=literal("pooled"), nodes=(box("p", NodeRole.POOL), conv("c"))
    )
    items = (box("x", NodeRole.TERMINAL, "x"), fork("add", (conv("a"),), link=link))
    assert [node.id for node in nodes(items)] == ["x", "a", "p", "c", "add"]
    arrows = [(edge.tail, edge.head) for edge in edges(items) if edge.role is link.role]
    assert arrows == [("x", "p"), ("p", "c"), ("c", "add")]
    assert not any(edge.label for edge in edges(items))


def test_a_bare_shortcut_carries_its_label() -> None:
    link = Link(role=EdgeRole.IDENTITY, label=literal("identity"))
    items = (conv("a"), fork("add", (conv("b"),), link=link))
    assert [(edge.tail, edge.head) for edge in edges(items) if edge.label == "identity"] == [("a", "add")]
