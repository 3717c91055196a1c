"""What a test asks of a traced network."""

from collections.abc import Iterator, Sequence

from resnet_diagram.spec.graph import merge_block
from resnet_diagram.spec.model import Block, Element, Graph, Layer, Merge, Network, Stage


def elements(network: Network) -> Iterator[Element]:
    """Yield each element of a network, nested ones included, in order."""
    yield from opened(network.elements)


def opened(found: Sequence[Element]) -> Iterator[Element]:
    """Yield each element and what is inside it."""
    for element in found:
        yield element
        if isinstance(element, Stage):
            yield from opened(element.body)
        elif isinstance(element, Block):
            yield from opened(element.before)
            for branch in element.branches:
                yield from opened(branch)
            yield from opened(element.shortcut.layers if element.shortcut else ())
            yield from opened(element.after)
        elif isinstance(element, Graph):
            for number, node in enumerate(element.nodes):
                if node.shares is None:
                    yield from opened(node.body)
                    yield from [merge_block(element, number)] if node.merge else []


def blocks(network: Network) -> list[Block]:
    """Return the residual blocks, outer before inner."""
    return [e for e in elements(network) if isinstance(e, Block) and e.shortcut is not None]


def shortcuts(network: Network) -> list[str]:
    """Return the kind of each residual block's shortcut."""
    return [b.shortcut.kind.value for b in blocks(network) if b.shortcut]


def merges(network: Network, merge: Merge) -> list[Block]:
    """Return the blocks of that merge which are not residual."""
    found = [e for e in elements(network) if isinstance(e, Block)]
    return [b for b in found if b.shortcut is None and b.merge is merge]


def layers(network: Network) -> list[Layer]:
    """Return each layer in order."""
    return [e for e in elements(network) if isinstance(e, Layer)]


def ops(found: Sequence[Element]) -> list[str]:
    """Return the operations of a run of layers; other elements as their class."""
    return [e.op if isinstance(e, Layer) else type(e).__name__ for e in found]


def stages(network: Network) -> dict[str, int]:
    """Residual blocks of each stage."""
    found = [s for s in network.body if isinstance(s, Stage)]
    return {s.name: sum(isinstance(e, Block) and e.shortcut is not None for e in s.body) for s in found}
