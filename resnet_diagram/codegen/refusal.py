"""Refuse the parts of a network that cannot be written as code."""

from resnet_diagram.errors import CodeError
from resnet_diagram.spec.graph import graphs
from resnet_diagram.spec.model import Block, Graph, Layer, Network, Stage
from resnet_diagram.spec.shapes import shape_text


def refuse(part: Layer | Block | Stage | Graph, reason: str) -> CodeError:
    """Return the error for a part that cannot be written as code, with the reason."""
    kind = type(part).__name__.lower()
    name = f" {part.name!r}" if part.name else ""
    shapes = ""
    if isinstance(part, Layer):
        kind = f"layer {part.op}" if part.op != part.name else kind
        shapes = f" ({shape_text(part.in_shape)} → {shape_text(part.out_shape)})"
    return CodeError(f"Cannot write PyTorch code for {kind}{name}{shapes}: {reason}.")


def refuse_graphs(part: Network | Block) -> None:
    """Raise CodeError if there is a graph in a part."""
    for graph in graphs(part):
        raise refuse(graph, "its values meet other than in branches that begin at one value")
