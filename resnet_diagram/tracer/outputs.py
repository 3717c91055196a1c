"""Compare the outputs of two models for the same weights and input."""

import copy
from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Tensor, nn

from resnet_diagram.dataclass import dataclass
from resnet_diagram.errors import TraceError, number_of
from resnet_diagram.spec.measure import walk
from resnet_diagram.spec.model import Layer, Network
from resnet_diagram.tracer.load.arguments import arguments_of, bound
from resnet_diagram.tracer.load.inputs import InputSpec, variants
from resnet_diagram.tracer.record.isolation import exclusive
from resnet_diagram.tracer.record.run import named_tensors, unwrapped
from resnet_diagram.tracer.trace import trace

SEED = 0
"""Seed of the random weights, the input, and each run."""

_PRECISIONS = {torch.float64: 1e-6, torch.float32: 1e-3}
"""Number types to run in, the preferred one first, with the relative deviation that rounding may cause."""

Weights = list[Tensor]


@dataclass(frozen=True, slots=True, kw_only=True)
class Deviation:
    """Largest deviation of the right outputs, and the largest value of the left ones.

    `tolerance`: the relative deviation that rounding may cause.
    """

    largest: float
    scale: float
    tolerance: float

    @property
    def relative(self) -> float:
        """Return the deviation as a share of the largest value."""
        return self.largest / (self.scale or 1.0)

    @property
    def differs(self) -> bool:
        """Return whether the outputs differ by more than rounding."""
        return not self.relative <= self.tolerance


def deviation(left: nn.Module, right: nn.Module, inputs: Sequence[InputSpec]) -> Deviation:
    """Return how far the outputs of two models deviate: same seed, matched weights, evaluation mode.

    The weights of the left model are drawn anew and copied into the layers of the right one, matched in the
    order of the network. The models themselves are not changed. Raises TraceError if weights do not match
    or a model does not run.
    """
    models = [copy.deepcopy(unwrapped(model)).eval() for model in (left, right)]
    traced = [_traced(model, inputs) for model in models]
    networks = [network for network, _ in traced]
    with exclusive(), torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.manual_seed(SEED)
        _fill(models[0])
        _copy_weights(*zip(models, networks, strict=True))
        dtype, results = _results(models, [specs for _, specs in traced])
    shapes = [[value.numel() for value in result] for result in results]
    if shapes[0] != shapes[1]:
        raise TraceError(f"The outputs have {shapes[0]} and {shapes[1]} values; expected equal numbers.")
    pairs = [(a.flatten().double(), b.flatten().double()) for a, b in zip(*results, strict=True)]
    return Deviation(
        largest=max((float((a - b).abs().max()) for a, b in pairs), default=0.0),
        scale=max((float(a.abs().max()) for a, _ in pairs), default=0.0),
        tolerance=_PRECISIONS[dtype],
    )


def _traced(model: nn.Module, inputs: Sequence[InputSpec]) -> tuple[Network, Sequence[InputSpec]]:
    """Return the network a model is, and the inputs as it takes them: by name, else in their order."""
    in_order = [replace(spec, name="") for spec in inputs if spec.shape]
    try:
        return trace(model, inputs), bound(model, inputs)
    except TraceError:
        if in_order == list(inputs):
            raise
        return trace(model, in_order), bound(model, in_order)


def _results(
    models: Sequence[nn.Module], inputs: Sequence[Sequence[InputSpec]]
) -> tuple[torch.dtype, list[list[Tensor]]]:
    """Return the first number type in which all models run, and the outputs of each."""
    failure: RuntimeError | None = None
    for dtype in _PRECISIONS:
        try:
            pairs = zip(models, inputs, strict=True)
            return dtype, [_outputs(model.to(dtype), specs, dtype) for model, specs in pairs]
        except RuntimeError as error:
            failure = error
    raise TraceError(f"The models do not run with real numbers: {failure}.") from failure


def _fill(model: nn.Module) -> None:
    """Draw all weights and statistics of norms anew: none is zero, so that each has an effect."""
    for weight in model.parameters():
        if weight.dim() > 1:
            nn.init.normal_(weight, std=(2 / weight[0].numel()) ** 0.5)
        elif weight.is_floating_point():
            nn.init.uniform_(weight, 0.5, 1.5)
    for name, buffer in model.named_buffers():
        if name.endswith(("running_mean", "running_var")):
            nn.init.uniform_(buffer, 0.5, 1.5)


Side = tuple[nn.Module, Network]


def _copy_weights(left: Side, right: Side) -> None:
    """Copy the weights of each layer of the left model to the corresponding layer of the right one."""
    layers = _weights(left), _weights(right)
    if len(layers[0]) != len(layers[1]):
        raise TraceError(
            f"The weights do not match: with weights, one model has {number_of('layer', len(layers[0]))}, "
            f"{len(layers[1])} in the other. Compare without --numerically first."
        )
    for (layer, source), (counterpart, target) in zip(*layers, strict=True):
        sizes = [[weight.numel() for weight in weights] for weights in (source, target)]
        if sizes[0] != sizes[1]:
            raise TraceError(
                f"The weights do not match: {layer.name!r} has {number_of('parameter', layer.params)} where "
                f"{counterpart.name!r} has {counterpart.params:,}. Compare without --numerically first."
            )
        for weight, copied in zip(source, target, strict=True):
            copied.copy_(weight.reshape(copied.shape))


def _weights(side: Side) -> list[tuple[Layer, Weights]]:
    """Return the layers with parameters in the order of the network, with their tensors.

    Layers of one module share out its tensors in order, each as many as have its number of values together.
    """
    model, network = side
    modules = dict(model.named_modules())
    ids: set[int] = set()
    found = []
    for layer in walk(network):
        path = layer.name
        while path not in modules:
            path = path.rpartition(".")[0]
        count, weights = layer.params, []
        for weight in modules[path].parameters():
            if count and id(weight) not in ids and weight.numel() <= count:
                count -= weight.numel()
                weights.append(weight)
        weights += [
            buffer
            for name, buffer in modules[path].named_buffers(recurse=False)
            if name in ("running_mean", "running_var") and id(buffer) not in ids
        ]
        ids.update(map(id, weights))
        if weights:
            found.append((layer, weights))
    return found


def _outputs(model: nn.Module, inputs: Sequence[InputSpec], dtype: torch.dtype) -> list[Tensor]:
    """Return the tensors that one run gives out, for the same random input each time."""
    failure: Exception | None = None
    for specs in variants(inputs, model):
        torch.manual_seed(SEED)
        arguments = arguments_of(model, specs, lambda spec: _input(spec, dtype))
        try:
            result = model(*arguments.args, **arguments.kwargs)
        except (RuntimeError, TypeError, ValueError, IndexError) as error:
            failure = failure or error
            continue
        return [tensor for _, tensor in named_tensors(result, "")]
    raise RuntimeError(str(failure)) from failure


def _input(spec: InputSpec, dtype: torch.dtype) -> object:
    """Return random numbers, small whole numbers, or the constant, as an input asks for."""
    if not spec.shape:
        return spec.constant
    kind = getattr(torch, spec.dtype)
    if kind.is_floating_point:
        return torch.rand(spec.shape, dtype=dtype)
    return torch.randint(0, 2, spec.shape).to(kind)
