"""What generated code makes when it is run."""

from typing import Any

import torch
from torch import nn

from resnet_diagram.codegen.code import code
from resnet_diagram.codegen.names import function_name
from resnet_diagram.spec.model import Network
from resnet_diagram.tracer import parse_input, trace


def namespace(text: str) -> dict[str, Any]:
    """The names a file of code defines."""
    names: dict[str, Any] = {"__name__": "generated"}
    exec(compile(text, "generated.py", "exec"), names)
    return names


def model_of(network: Network, *, device: str = "meta") -> nn.Module:
    """The model that the code of a network makes; without values, unless on another device."""
    names = namespace(code(network))
    with torch.device(device):
        model = names[function_name(network.name)]()
    assert isinstance(model, nn.Module)
    return model.eval()


def traced(model: nn.Module, network: Network) -> Network:
    """What is read from a model, given the input of `network`."""
    return trace(model, [parse_input("x".join(map(str, network.input_shape)))], name=network.name)
