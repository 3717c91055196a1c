"""Compare the results of our own shape rules with those of torch's kernels."""

from typing import Any

import torch
from torch import Tensor, nn

from resnet_diagram.tracer.load.arguments import arguments_of
from resnet_diagram.tracer.load.inputs import InputSpec, guess_inputs
from resnet_diagram.tracer.record.run import record
from resnet_diagram.tracer.record.tensors import map_tensors

Facts = tuple[torch.Size, tuple[int, ...], torch.dtype]


class Comparison:
    """Compares each result of a rule with what torch's meta kernel gives, and if it differs, its CPU kernel.

    Some meta kernels lay their results out as no device does; for these, the CPU's word counts.
    """

    def __init__(self) -> None:
        self.rules: set[str] = set()
        self.differences: list[str] = []

    def __call__(self, func: Any, args: Any, kwargs: Any, result: Tensor | tuple[Tensor, ...]) -> None:
        name = func.__name__.partition(".")[0]
        if result is args[0]:
            return
        self.rules.add(name)
        ours = facts(result)
        if ours != facts(func(*args, **kwargs)):
            theirs = facts(func(*map_tensors(args, real), **kwargs))
            if ours != theirs:
                self.differences.append(f"{name}: {ours} is not {theirs}")


def facts(result: Tensor | tuple[Tensor, ...]) -> list[Facts]:
    """Return shape, layout (of dimensions larger than one) and type of each tensor of a result."""
    tensors = result if isinstance(result, tuple) else (result,)
    layouts = [tuple(s for s, n in zip(t.stride(), t.shape, strict=True) if n != 1) for t in tensors]
    return [(t.shape, layout, t.dtype) for t, layout in zip(tensors, layouts, strict=True)]


def real(tensor: Tensor) -> Tensor:
    """Return a tensor on the CPU that lies in memory as this one does."""
    return (
        torch.empty_strided(tensor.shape, tensor.stride(), dtype=tensor.dtype).zero_()
        if tensor.is_meta
        else tensor
    )


def compared(model: nn.Module, *inputs: InputSpec) -> Comparison:
    """Return the comparison over one run; raises what the model raised."""
    comparison = Comparison()
    ways = [list(inputs)] if inputs else [[spec] for spec in guess_inputs(model)]
    for specs in ways:
        graph = record(model, arguments_of(model, specs), comparison)
        if graph.error is None:
            return comparison
    assert graph.error
    raise graph.error
