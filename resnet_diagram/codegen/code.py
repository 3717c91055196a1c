"""A network as PyTorch code."""

from collections.abc import Sequence

from resnet_diagram.codegen.describe import module_doc
from resnet_diagram.codegen.helpers import HELPERS, helper_lines
from resnet_diagram.codegen.network_class import network_lines, residual
from resnet_diagram.codegen.plan import plan
from resnet_diagram.codegen.stages import helper
from resnet_diagram.codegen.text import docstring
from resnet_diagram.codegen.units import with_units
from resnet_diagram.spec.model import Network, Stage


def code(network: Network) -> str:
    """A Python file that makes the network: its blocks, its class, and a function of its name.

    Raises CodeError, naming the part, where something in the network cannot be written.
    """
    united = with_units(network)
    name = "ResNet" if residual(network) else "Net"
    made = plan(united, reserved=(name, *HELPERS))
    elements = (*united.stem, *united.body, *united.head)
    stages = [element for element in elements if isinstance(element, Stage)]
    staging = helper(stages, made)
    class_lines, factory = network_lines(united, name, made, staging)
    parts = [one.lines() for one in made.made]
    parts += [staging.lines()] if staging else []
    return module(module_doc(network), [*parts, class_lines, factory], len(network.input_shape) - 1)


def module(doc: str, parts: Sequence[Sequence[str]], dims: int) -> str:
    """The text of a file: docstring, imports, the helpers used, the parts."""
    text = "\n".join(line for part in parts for line in part)
    helpers = helper_lines(text, dims)
    everything = [*helpers, *parts]
    head = [*docstring(doc), "", *_imports("\n".join(line for part in everything for line in part))]
    blocks = ["\n".join(head), *("\n".join(part) for part in everything)]
    return "\n\n\n".join(blocks) + "\n"


def _imports(text: str) -> list[str]:
    """The imports that a text needs, in the order of the usual tools."""
    lines = ["from collections.abc import Sequence", ""] if "Sequence[" in text else []
    lines += ["import torch"] if "torch." in text else []
    lines += ["import torch.nn.functional as F"] if "F.pad(" in text else []
    return [*lines, "from torch import Tensor, nn"]
