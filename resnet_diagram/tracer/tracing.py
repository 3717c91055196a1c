"""Trace a model: choose its inputs, run it, describe it."""

from collections.abc import Sequence
from dataclasses import replace

from torch import nn

from resnet_diagram.errors import SpecError, TraceError
from resnet_diagram.spec.check import check
from resnet_diagram.spec.model import Network
from resnet_diagram.tracer.assemble import network_of
from resnet_diagram.tracer.failures import failure
from resnet_diagram.tracer.graph import OpGraph
from resnet_diagram.tracer.inputs import InputSpec, guess_inputs, variants
from resnet_diagram.tracer.lazy import materialised
from resnet_diagram.tracer.run import Arguments, record, unwrapped
from resnet_diagram.tracer.world import uncollected


def trace(
    model: nn.Module, inputs: Sequence[InputSpec] | None = None, *, name: str = "", source: str = ""
) -> Network:
    """Returns the network a model is, found by running it once on tensors without values.

    `inputs` are in the order of the model's arguments, or named; without them they are guessed, and the
    guess is in the notes. The model keeps its weights, device and mode. Raises TraceError if no run comes
    through.
    """
    with uncollected():
        inner = unwrapped(model)
        graph, ran = recorded(inner, inputs) if inputs else guessed(inner)
        network = network_of(graph, ran, name or type(inner).__name__, source)
        if network is None:
            kind = type(inner).__name__
            raise TraceError(f"{kind} does nothing with its input: no operation leads from it to the output.")
        return checked(network)


def checked(network: Network) -> Network:
    """Returns the network; where its shapes do not join up, with a note that says so."""
    try:
        return check(network)
    except SpecError as error:
        return replace(network, notes=(*network.notes, f"not all shapes join up: {error}"))


def recorded(model: nn.Module, inputs: Sequence[InputSpec]) -> tuple[OpGraph, nn.Module]:
    """Returns a run on the inputs the user gave, and the model that ran; raises TraceError."""
    ways = variants(inputs, model)
    first: OpGraph | None = None
    for way in ways:
        graph, ran = run(model, way)
        if graph.error is None:
            return graph, ran
        first = first or graph
    assert first is not None
    raise failure(model, first, ways[0], given=True)


def guessed(model: nn.Module) -> tuple[OpGraph, nn.Module]:
    """Returns a run on the first guessed input that works, and the model that ran; raises TraceError."""
    first: tuple[OpGraph, InputSpec] | None = None
    for spec in guess_inputs(model):
        graph, ran = run(model, [spec])
        if graph.error is None:
            graph.notes.append(f"input {written(spec)} was guessed; --input sets it")
            return graph, ran
        first = first or (graph, spec)
    if first is None:
        raise TraceError("No input could be guessed; give its shape with --input.")
    raise failure(model, first[0], [first[1]], given=False)


def run(model: nn.Module, specs: Sequence[InputSpec]) -> tuple[OpGraph, nn.Module]:
    """Returns a run on some inputs, and the model that ran: a copy where layers learn their sizes first."""
    arguments = arguments_of(specs)
    ready = materialised(model, arguments)
    return record(ready, arguments), ready


def arguments_of(specs: Sequence[InputSpec]) -> Arguments:
    """Returns tensors without values for some inputs."""
    return Arguments(
        args=tuple(s.tensor() for s in specs if not s.name),
        kwargs={s.name: s.tensor() for s in specs if s.name},
    )


def written(spec: InputSpec) -> str:
    """An input as it is written on the command line, without its batch of one."""
    sizes = "x".join(str(n) for n in spec.shape[1:])
    return sizes if spec.dtype == "float32" else f"{sizes}:{spec.dtype}"
