"""A network as PyTorch code."""

from resnet_diagram.codegen.blocks.plain_units import with_dropouts, with_units
from resnet_diagram.codegen.docstrings import module_doc
from resnet_diagram.codegen.network.network_class import network_lines
from resnet_diagram.codegen.network.plan import plan
from resnet_diagram.codegen.network.stages import helper
from resnet_diagram.codegen.refusal import refuse_graphs
from resnet_diagram.codegen.snippet import snippet
from resnet_diagram.codegen.source import HELPERS, source
from resnet_diagram.spec.graph import with_runs
from resnet_diagram.spec.measure import BlockKind, block_kind, residual_blocks
from resnet_diagram.spec.model import Network, Stage


def code(network: Network, block: str | None = None) -> str:
    """Return a Python file that defines the network: its blocks, its class and a function that creates it.

    `block` selects a single block by its name, its position (`stage2.block1`) or its type (`bottleneck`).
    Raises CodeError, with the part, if something cannot be written, and UsageError for an unknown block.
    """
    network = with_runs(network, with_dropouts)
    if block is not None:
        return snippet(network, block)
    refuse_graphs(network)
    united = with_units(network)
    kinds = {block_kind(each) for each in residual_blocks(network)}
    name = "ResNet" if kinds & {BlockKind.BASIC, BlockKind.BOTTLENECK} else "Net"
    result = plan(united, reserved=(name, *HELPERS))
    elements = united.elements
    stages = [element for element in elements if isinstance(element, Stage)]
    staging = helper(stages, result)
    class_lines, factory = network_lines(united, name, result, staging)
    parts = [item.lines() for item in result.made]
    parts += [staging.lines()] if staging else []
    return source(module_doc(network), [*parts, class_lines, factory], len(network.input_shape) - 1)
