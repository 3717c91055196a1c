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

_MANY = 4
"""Steps that are all drawn; of more, the first and the number of the others."""


def aggregated(block: Block, prefix: str, context: "BuildContext", items: Items) -> Dag | None:
    """Return a drawing, with a single Ⓒ, of a block with two and more steps; None of any other block."""
    copies = [copy for copy in context.copies.get(id(block), (block,)) if isinstance(copy, Block)]
    steps = [tuple(aggregated_steps(copy)) for copy in copies]
    if len(steps[0]) < 2:
        return None
    graphs: list[Graph] = []
    for copy, inside in zip(copies, steps, strict=True):
        nodes = [GraphNode(shape=in_shape(copy))]
        nodes += [
            GraphNode(shape=out_shape(step), reads=(at,), body=step) for at, (_, step) in enumerate(inside)
        ]
        reads = tuple(range(len(nodes)))
        merge = GraphNode(shape=merged_shape(copy), reads=reads, merge=Merge.CONCAT, name=copy.name)
        graphs.append(Graph(nodes=(*nodes, merge), outputs=(len(nodes),)))
    served = {**context.copies, id(graphs[0]): tuple(graphs)}
    context = context._replace(copies=served, folds=len(steps[0]) > _MANY)
    drawing = dag(graphs[0], prefix, context, items)
    *parts, last = drawing.vertices
    paths = tuple(inner.name for inside in steps for inner, _ in inside)
    node = tuple(
        replace(node, origin=replace(node.origin, paths=paths)) if isinstance(node, Node) else node
        for node in vertex_items(last)
    )
    return replace(drawing, vertices=(*parts, replace(last, content=node)))
