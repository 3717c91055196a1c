"""Trace a model: choose its inputs, run it, describe it."""

import re
from collections.abc import Sequence
from dataclasses import replace

from torch import nn

from resnet_diagram.dataclass import dataclass
from resnet_diagram.errors import SpecError, TraceError
from resnet_diagram.spec.check.network import check
from resnet_diagram.spec.model import Network
from resnet_diagram.tracer.errors import failure, message_of
from resnet_diagram.tracer.flow.graph import OpGraph
from resnet_diagram.tracer.flow.rewrites.one_item import add_batches, lacks_batch
from resnet_diagram.tracer.load.arguments import arguments_of, bound, example_of, lead_keyword
from resnet_diagram.tracer.load.inputs import (
    InputSpec,
    guess_inputs,
    has_no_batch,
    has_nodes,
    in_type_of,
    variants,
)
from resnet_diagram.tracer.load.lazy import with_sizes
from resnet_diagram.tracer.load.quantised import as_float
from resnet_diagram.tracer.record.isolation import attribute_of, exclusive
from resnet_diagram.tracer.record.operators import WEIGHTED, Role, operator_of
from resnet_diagram.tracer.record.run import record, unwrapped
from resnet_diagram.tracer.structure.assemble import Sizes, network_of
from resnet_diagram.tracer.structure.partial import is_useful, operations, progress, stop_note, with_stop


def trace(
    model: nn.Module, inputs: Sequence[InputSpec] | None = None, *, name: str = "", source: str = ""
) -> Network:
    """Return the network of a model, recorded in one run on tensors without values.

    `inputs` are in the order of the model's arguments, or named; without them they are guessed, and the
    guess is in the notes. The model keeps its weights, device and mode. Of a run that stops late, the
    network is what ran, with a note on the cause. Raises TraceError if no run comes that far.
    """
    return read_run(run_once(model, inputs), name=name, source=source)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """The record of one run and the sizes of the model's parameters, without the model."""

    kind: str
    graph: OpGraph
    sizes: Sizes


def run_once(model: nn.Module, inputs: Sequence[InputSpec] | None = None) -> Run:
    """Return the record of one run of a model; arguments and errors are as for `trace`."""
    with exclusive():
        inner = unwrapped(model)
        kind = type(inner).__name__
        if attribute_of(inner, "_modules") is None:
            raise TraceError(f"{kind} is not complete: its __init__ calls no super().__init__().")
        try:
            list(nn.Module.named_modules(inner))
        except Exception as error:  # a hash or an equality of the model's own
            raise TraceError(f"The modules of {kind} cannot be listed: {message_of(error)}.") from error
        specs = bound(inner, inputs or ())
        with as_float(inner) as notes:
            trial = _run_on_inputs(inner, specs) if specs else _run_on_guesses(inner)
            weights = nn.Module.named_parameters(trial.subject)
            sizes = {id(weight): (name, weight.numel()) for name, weight in weights}
        trial.graph.notes += notes
        return Run(kind=kind, graph=trial.graph, sizes=sizes)


def read_run(run: Run, *, name: str = "", source: str = "") -> Network:
    """Return the network of a recorded run. Raises TraceError if it has none."""
    with exclusive():
        network = network_of(run.graph, run.sizes, name or run.kind, source)
        if network is None:
            works = any(operator_of(node.op).role in WEIGHTED for node in run.graph.nodes)
            raise TraceError(
                f"{run.kind} does nothing with its input: no operation leads from it to the output."
                + " Values are not followed through NumPy or Python numbers: draw the module behind them "
                "alone, as in path/file.py:Net().backbone." * works
            )
        network = with_stop(network, run.graph)
        try:
            return check(network)
        except SpecError as error:
            return replace(network, notes=(*network.notes, f"not all shapes join up: {error}"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """The record of a run on some inputs, and the model that ran."""

    graph: OpGraph
    subject: nn.Module
    specs: Sequence[InputSpec]


def _run_on_inputs(model: nn.Module, inputs: Sequence[InputSpec]) -> Trial:
    """Return a run on the inputs the user gave; raise TraceError."""
    trials = _trials(model, inputs)
    if trials[-1].graph.error is None:
        return trials[-1]
    batches = (_asked_batch(model, trial) for trial in trials)
    return next(filter(None, batches), None) or _longest_part(model, trials, given=True)


def _trials(model: nn.Module, inputs: Sequence[InputSpec]) -> list[Trial]:
    """Return the runs on each interpretation of some inputs, up to the first that comes to its end.

    That gets the batch that items run without one lack, or a note on a batch of more than one.
    """
    trials: list[Trial] = []
    for specs in variants(inputs, model):
        trials.append(_run(model, specs))
        graph = trials[-1].graph
        if graph.error is not None:
            continue
        first = next((spec for spec in specs if spec.shape), specs[0])
        if (has_no_batch(first, model) and lacks_batch(graph)) or has_nodes(specs):
            add_batches(graph)
        elif len(first.shape) > 1 and first.shape[0] != 1:
            graph.notes.append(
                f"the first size of the input, {first.shape[0]}, is taken for the batch; all shapes and "
                "counts are for one"
            )
        break
    return trials


def _run_on_guesses(model: nn.Module) -> Trial:
    """Return a run on the model's own example or the first guessed input that works.

    Raises TraceError if none works.
    """
    example = example_of(model)
    if example and (last := _trials(model, example)[-1]).graph.error is None:
        return last
    trials: list[Trial] = []
    name = lead_keyword(model)
    for spec in (replace(guess, name=name) for guess in guess_inputs(model)):
        trial = _run(model, [spec])
        complete = trial if trial.graph.error is None else _asked_batch(model, trial)
        if complete is not None:
            complete.graph.notes.append(_guess_note(spec))
            return complete
        if not trials or progress(trial.graph) > progress(trials[-1].graph):
            trials = [*trials[:1], trial]
    if not trials:
        raise TraceError("No input could be guessed; give its shape with --input.")
    return _longest_part(model, trials, given=False)


_NEEDS_BATCH = re.compile(
    r"shape '\[(\d+), [^']*' is invalid for input of size|(Expected more than 1 value per channel)"
)


def _asked_batch(model: nn.Module, first: Trial) -> Trial | None:
    """Return a run with the batch size that the first run asks for; None if it fails too.

    The error names it; otherwise the last view that makes a batch of many out of a batch of one does.
    """
    error = first.graph.error
    match = _NEEDS_BATCH.search(message_of(error)) if error else None
    views = [node for node in operations(first.graph) if operator_of(node.op).role is Role.VIEW]
    counts = [v.shape[0] for v in views if v.shape[:1] > (1,) and v.inputs and v.inputs[0].shape[:1] == (1,)]
    count = int(match[1] or 2) if match else [1, *counts][-1]
    if count == 1 or any(spec.shape and spec.shape[0] != 1 for spec in first.specs):
        return None
    specs = [replace(s, shape=(count, *s.shape[1:])) if s.shape else s for s in first.specs]
    trial = _run(model, specs)
    if trial.graph.error is not None:
        return None
    reason = "a norm in training mode" if match and match[2] else "a size in its forward"
    trial.graph.notes.append(
        f"{reason} asks for a batch of {count}, so it was run with one; all counts are for one input"
    )
    return trial


def _longest_part(model: nn.Module, trials: Sequence[Trial], *, given: bool) -> Trial:
    """Return the run that came furthest, with a note on its end; raise TraceError if none is of use."""
    longest = max(trials, key=lambda trial: progress(trial.graph))
    if not is_useful(longest.graph):
        raise failure(model, trials[0].graph, trials[0].specs, given=given)
    notes = [] if given else [_guess_note(longest.specs[0])]
    longest.graph.notes += [stop_note(longest.graph, type(model).__name__), *notes]
    return longest


def _guess_note(spec: InputSpec) -> str:
    """Return the note on a guessed input, in command-line notation without its batch of one."""
    sizes = "x".join(map(str, spec.shape[1:]))
    return f"input {sizes}{f':{spec.dtype}' * (spec.dtype != 'float32')} was guessed"


def _run(model: nn.Module, specs: Sequence[InputSpec]) -> Trial:
    """Return a run on some inputs, of a copy of the model where layers learn their sizes first.

    A model in half or double precision gets inputs of its type, then float32, as it may convert them itself.
    """
    trials: list[Trial] = []
    typed = in_type_of(model, specs)
    for values in [typed, specs] if typed != list(specs) else [specs]:
        arguments = arguments_of(model, values)
        ready = with_sizes(model, arguments)
        trials.append(Trial(graph=record(ready, arguments), subject=ready, specs=specs))
        if trials[-1].graph.error is None:
            return trials[-1]
    return max(trials, key=lambda trial: progress(trial.graph))
