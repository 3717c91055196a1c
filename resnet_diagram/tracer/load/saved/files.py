"""Load the model in a saved file: TorchScript and, if allowed, exported programs and pickles."""

import logging
import warnings
from pathlib import Path
from typing import assert_never

import torch
from torch import Tensor, nn

from resnet_diagram.errors import SourceError, number_of
from resnet_diagram.tracer.load.imports import own_arguments, search_path
from resnet_diagram.tracer.load.inputs import InputSpec
from resnet_diagram.tracer.load.saved.archives import (
    Archive,
    archive_of,
    refusal,
    scripted,
    shapes_in,
    unpickled,
    unreadable,
)
from resnet_diagram.tracer.load.saved.replay import with_modules
from resnet_diagram.tracer.record.torchvision_operators import with_operators

SUFFIXES = (".pt", ".pth", ".pt2", ".ckpt", ".bin", ".pkl", ".pickle", ".safetensors")
"""Ends of the names of files that torch or safetensors wrote."""
_NAMED = 3


def saved_model(path: Path, *, unsafe: bool) -> tuple[nn.Module, tuple[InputSpec, ...]]:
    """Return the model in a file and the inputs it was saved with; raise SourceError.

    A checkpoint holds no model. A pickle, an exported program or TorchScript that uses files is read only if
    `unsafe`, as reading it may run code.
    """
    match archive_of(path):
        case Archive.SAFETENSORS:
            raise _only_weights(path, unsafe=unsafe)
        case Archive.SCRIPT:
            return scripted(path, unsafe=unsafe), ()
        case Archive.EXPORTED:
            return _exported(path, unsafe=unsafe)
        case Archive.PICKLE:
            with search_path(Path.cwd()), own_arguments(path.name):
                content = with_operators(lambda: unpickled(path, unsafe=unsafe))
            values = content.values() if isinstance(content, dict) else [content]
            model = next((value for value in values if isinstance(value, nn.Module)), None)
            if model is None:
                raise _only_weights(path, unsafe=unsafe)
            return model, ()
        case unknown:
            assert_never(unknown)


def _only_weights(path: Path, *, unsafe: bool) -> SourceError:
    """Return the error for a file with tensors and no model, with a suggestion."""
    shapes = shapes_in(path, unsafe=unsafe)
    first = ", ".join(
        f"{name} {'×'.join(map(str, shape))}".strip() for name, shape in list(shapes.items())[:_NAMED]
    )
    more = ", ..." if len(shapes) > _NAMED else ""
    return SourceError(
        f"{path.name!r} holds weights only ({number_of('tensor', len(shapes))}: {first}{more}); "
        f"how they are connected "
        "is in the code. Name the code that builds the model, and check that the weights fit it: "
        f"path/file.py:Net --weights {path.name}"
    )


def _exported(path: Path, *, unsafe: bool) -> tuple[nn.Module, tuple[InputSpec, ...]]:
    """Return the model in an exported program and its example inputs; raise SourceError.

    torch reads pickles in the file and evaluates its expressions, so it is refused unless `unsafe`.
    """
    if not unsafe:
        raise refusal(path, "an exported program")
    log = logging.getLogger("torch.export")
    disabled, log.disabled = log.disabled, True
    try:
        with warnings.catch_warnings(action="ignore"):
            program = torch.export.load(str(path))
            model = with_modules(program.module())
    except Exception as error:
        raise unreadable(path, error) from error
    finally:
        log.disabled = disabled
    vars(model)["eval"] = lambda: model  # it was exported in one mode and cannot change it
    args, kwargs = program.example_inputs or ((), {})
    inputs = []
    for name, value in [*(("", value) for value in args), *kwargs.items()]:
        if not isinstance(value, Tensor):
            raise SourceError(
                f"The exported program takes a {type(value).__name__}; only tensors can be given. "
                "Name the code that builds the model instead."
            )
        dtype = str(value.dtype).removeprefix("torch.")
        inputs.append(InputSpec(shape=tuple(value.shape), name=name, dtype=dtype))
    return model, tuple(inputs)
