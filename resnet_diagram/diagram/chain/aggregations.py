"""Concatenations that go on in one another, as in VoVNet: a chain whose values all go to one Ⓒ."""

from dataclasses import replace
from typing import TYPE_CHECKING

from resnet_diagram.diagram.chain.graph import Items, dag
from resnet_diagram.diagram.model import Dag, Node
from resnet_diagram.diagram.walk import vertex_items
from resnet_diagram.spec.graph import aggregated_steps
from resnet_diagram.spec.measure import in_shape, merged_shape, out_shape
from resnet_diagram.spec.model import Block, Graph, GraphNode, Merge

if TYPE_CHECKING:
    from resnet_diagram.diagram.chain.blocks import BuildContext


def aggregated(block: Block, prefix: str, context: "BuildContext", items: Items) -> Dag:
    """Return a drawing, with a single Ⓒ, of a block with two and more steps."""
    count = len(list(aggregated_steps(block)))
    copies = [copy for copy in context.copies.get(id(block), (block,)) if isinstance(copy, Block)]
    graphs = tuple(map(_graph, copies))
    served = {**context.copies, id(graphs[0]): graphs}
    drawing = dag(graphs[0], prefix, context._replace(copies=served, folds=count > _MANY), items)
    *parts, last = drawing.vertices
    paths = tuple(inner.name for copy in copies for inner, _ in aggregated_steps(copy))
    merge = tuple(
        replace(node, origin=replace(node.origin, paths=paths)) if isinstance(node, Node) else node
        for node in vertex_items(last)
    )
    return replace(drawing, vertices=(*parts, replace(last, content=merge)))


_MANY = 4
"""Steps that are all drawn; of more, the first and the number of the others."""


def _graph(block: Block) -> Graph:
    nodes = [GraphNode(shape=in_shape(block))]
    for _, step in aggregated_steps(block):
        nodes.append(GraphNode(shape=out_shape(step), reads=(len(nodes) - 1,), body=step))
    merge = GraphNode(
        shape=merged_shape(block), reads=tuple(range(len(nodes))), merge=Merge.CONCAT, name=block.name
    )
    return Graph(nodes=(*nodes, merge), outputs=(len(nodes),))
