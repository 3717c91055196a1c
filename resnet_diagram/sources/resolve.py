"""Find the kind of a source and read it: the way from a text or an object to a Network."""

import os
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from resnet_diagram.dataclass import dataclass
from resnet_diagram.errors import SourceError, UsageError
from resnet_diagram.sources.spec_file import is_spec, read_spec
from resnet_diagram.spec import catalog
from resnet_diagram.spec.model import Network
from resnet_diagram.spec.paths import before_arguments

if TYPE_CHECKING:
    from torch import nn

    from resnet_diagram.sources.module import Input
    from resnet_diagram.tracer import InputSpec

    Drawable = Network | nn.Module | Callable[..., Any] | str | os.PathLike[str]
    Drawings = Drawable | Sequence[Drawable]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Settings for reading sources.

    For code only: `inputs`, shapes such as "3x224x224", and `weights`, a checkpoint whose names and shapes
    must fit. `unsafe` reads pickles and exported programs, which may run any code. `folder`: start of
    relative paths, and first in the search for modules. `limit`: most elements and operations, None for the
    usual limits. `root`: the project that code must lie in, None for code from anywhere.
    """

    inputs: "Sequence[str | InputSpec]" = ()
    weights: Path | None = None
    unsafe: bool = False
    folder: Path = Path()
    limit: int | None = None
    root: Path | None = None


def read_source(source: str, reading: Reading = Reading()) -> Network:  # noqa: B008 - it is frozen
    """Return the network of a catalog name, a spec file (.toml, .json, -), PyTorch code or a saved model.

    Raises SourceError, SpecError or TraceError.
    """
    if is_code(source):
        from resnet_diagram.sources.code import read_code

        return read_code(source, reading)
    if reading.weights:
        raise SourceError(
            f"--weights checks a checkpoint against code; {source!r} is not code. Leave it out."
        )
    network = read_spec(source, reading.folder) if is_spec(source) else catalog.network(source)
    if reading.inputs:
        raise UsageError(
            f"{network.name!r} has its input shape written down; leave --input out, it is for code. "
            "For another size write it as a spec file ('resnet-diagram spec') and change the input there."
        )
    return network


def is_code(source: str) -> bool:
    """Return whether a source is traced: a Python module, or a file that is no spec."""
    looks_like_path = any(mark in before_arguments(source) for mark in (":", ".", "/", "\\"))
    return looks_like_path and source not in catalog.names() and not is_spec(source)


def network_of(what: "Drawable", input_shape: "Input | None" = None) -> Network:
    """Return a network: given, read from a source, or traced from a module, class or function.

    `input_shape` is for code. Raises UsageError where a network has its input written down.
    """
    if input_shape is not None and not is_traced(what):
        raise UsageError(f"{what!r} has its input shape written down; leave input_shape out, it is for code.")
    if isinstance(what, Network):
        return what
    if not isinstance(what, str | os.PathLike):
        from resnet_diagram.sources.module import trace_model

        return trace_model(what, input_shape)
    source = os.fspath(what)
    if input_shape is None:
        return read_source(source)
    from resnet_diagram.tracer import specs_of

    return read_source(source, Reading(inputs=specs_of(input_shape)))


def is_traced(what: "Drawable") -> bool:
    """Return whether a network is read from code, whose input is given."""
    return not isinstance(what, Network) and (
        not isinstance(what, str | os.PathLike) or is_code(os.fspath(what))
    )


def networks_of(what: "Drawings", input_shape: "Input | None" = None) -> list[Network]:
    """Return the networks of one thing to draw, or of several; of several, `input_shape` is for the code."""
    if isinstance(what, Sequence) and not isinstance(what, str):
        return numbered([network_of(item, input_shape if is_traced(item) else None) for item in what])
    return [network_of(what, input_shape)]


def numbered(networks: Sequence[Network]) -> list[Network]:
    """Return networks with names that differ: different ones of one name get a number."""
    result, counts = list(networks), Counter[str]()
    for at, network in enumerate(networks):
        if any(other.name == network.name and other != network for other in networks):
            counts[network.name] += 1
            result[at] = replace(network, name=f"{network.name} ({counts[network.name]})")
    return result
