"""The text of a Python file: docstring, imports, helpers, classes and functions."""

from collections.abc import Sequence

from resnet_diagram.codegen.helpers import helper_lines
from resnet_diagram.codegen.text import docstring


def source(doc: str, parts: Sequence[Sequence[str]], dims: int) -> str:
    """Return the text of a file: docstring, imports, required helpers and parts."""
    text = "\n".join(line for part in parts for line in part)
    helpers = helper_lines(text, dims)
    contents = [*helpers, *parts]
    head = [*docstring(doc), "", *_imports("\n".join(line for part in contents for line in part))]
    blocks = ["\n".join(head), *("\n".join(part) for part in contents)]
    return "\n\n\n".join(blocks) + "\n"


def _imports(text: str) -> list[str]:
    """Return the imports that a text needs, in the usual order."""
    lines = ["from collections.abc import Sequence", ""] if "Sequence[" in text else []
    lines += ["import torch"] if "torch." in text else []
    lines += ["import torch.nn.functional as F"] if "F.pad(" in text else []
    return [*lines, "from torch import Tensor, nn"]
