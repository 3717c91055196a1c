"""Run two networks with the same weights and input, and compare their outputs."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from resnet_diagram.codegen.code import code
from resnet_diagram.codegen.names import function_name
from resnet_diagram.sources.resolve import Reading, is_code
from resnet_diagram.spec.model import Network

if TYPE_CHECKING:
    from torch import nn

    from resnet_diagram.sources.resolve import Drawable
    from resnet_diagram.tracer import Deviation, InputSpec


def compare_outputs(
    sources: "tuple[Drawable, Drawable]", networks: tuple[Network, Network], reading: Reading
) -> "Deviation":
    """Return the deviation of the outputs of two networks; `sources` say where their models come from.

    A network that is no code is run as the code written for it. Raises CodeError where none can be written,
    and TraceError if the models do not run or their weights do not match.
    """
    from resnet_diagram.tracer import deviation, parse_input

    loaded = [_model(*pair, reading) for pair in zip(sources, networks, strict=True)]
    saved: list[Sequence[InputSpec]] = [inputs for _, inputs in loaded if inputs]
    shape = "x".join(map(str, networks[0].input_shape))
    inputs = [parse_input(each) if isinstance(each, str) else each for each in reading.inputs] or [
        *saved,
        [parse_input(shape)],
    ][0]
    return deviation(loaded[0][0], loaded[1][0], inputs)


def _model(source: "Drawable", network: Network, reading: Reading) -> "tuple[nn.Module, Sequence[InputSpec]]":
    """Return the model of a source with its weights in memory, and the inputs it was saved with."""
    from torch import nn

    from resnet_diagram.tracer import load_model

    if isinstance(source, nn.Module):
        return source, ()
    if callable(source):
        return source(), ()
    if isinstance(source, str) and is_code(source):
        loaded = load_model(source, unsafe=reading.unsafe, folder=reading.folder, with_values=True)
        return loaded.model, loaded.inputs
    names: dict[str, object] = {"__name__": "generated"}
    exec(compile(code(network), f"<code of {network.name}>", "exec"), names)
    make = names[function_name(network.name)]
    assert callable(make)
    return make(), ()
