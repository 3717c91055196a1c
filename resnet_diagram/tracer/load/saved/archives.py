"""Identify files of torch and safetensors, and read the names and shapes in them."""

import json
import pickle
import warnings
import zipfile
from collections.abc import Mapping
from enum import Enum, auto
from pathlib import Path
from typing import Any, assert_never

import torch
from torch import Tensor, nn

from resnet_diagram.errors import SourceError
from resnet_diagram.tracer.errors import message_of

_HEADER = 8  # bytes before the JSON header of a safetensors file: its length, little-endian


class Archive(Enum):
    """The format of a saved file."""

    SAFETENSORS = auto()
    SCRIPT = auto()
    EXPORTED = auto()
    PICKLE = auto()


def archive_of(path: Path) -> Archive:
    """Return what sort of file it is by what is in it; raise SourceError where there is no such file."""
    if not path.is_file():
        raise SourceError(f"There is no file {str(path)!r}.")
    if path.suffix == ".safetensors":
        return Archive.SAFETENSORS
    try:
        with zipfile.ZipFile(path) as file:
            names = file.namelist()
    except zipfile.BadZipFile:
        return Archive.PICKLE
    inner = [name.partition("/")[2] or name for name in names]
    if "archive_format" in inner or "serialized_exported_program.json" in names:
        return Archive.EXPORTED
    return Archive.SCRIPT if any(name.startswith("code/") for name in inner) else Archive.PICKLE


def unpickled(path: Path, *, unsafe: bool) -> Any:
    """Return what a pickle holds, tensors without values; with `unsafe` code in the file may run.

    Raises SourceError where the file holds more than tensors and `unsafe` is off, and where it is broken.
    """
    try:
        return _loaded(path, weights_only=True)
    except pickle.UnpicklingError as error:
        if not unsafe:
            raise _refusal(path) from error
    except (Exception, SystemExit) as error:
        raise unreadable(path, error) from error
    try:
        return _loaded(path, weights_only=False)
    except (Exception, SystemExit) as error:
        raise unreadable(path, error) from error


def _loaded(path: Path, *, weights_only: bool) -> Any:
    """Return what torch reads from a file."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        mapped = zipfile.is_zipfile(path)
        return torch.load(path, map_location="meta", weights_only=weights_only, mmap=mapped)


def _refusal(path: Path) -> SourceError:
    """Return the error on a file that may run code when it is read."""
    return SourceError(
        f"{path.name!r} holds pickled Python objects, as a whole saved model does; reading it runs whatever "
        "code it names. Name the code that builds the model instead (path/file.py:Net), or add --unsafe if "
        "you trust the file."
    )


def unreadable(path: Path, error: BaseException) -> SourceError:
    """Return the error on a file that is damaged or of another kind."""
    return SourceError(f"{path.name!r} cannot be read: {message_of(error)}.")


def scripted(path: Path) -> nn.Module:
    """Return the model in a TorchScript file, without values; raise SourceError."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model: nn.Module = torch.jit.load(str(path), map_location="meta")  # type: ignore[no-untyped-call]
    except Exception as error:
        raise unreadable(path, error) from error
    return model


Shapes = dict[str, tuple[int, ...]]


def shapes_in(path: Path, *, unsafe: bool = False) -> Shapes:
    """Return the name and shape of each tensor of a checkpoint; raise SourceError."""
    match archive_of(path):
        case Archive.SAFETENSORS:
            return _safetensors_shapes(path)
        case Archive.SCRIPT:
            return _shapes_of(scripted(path).state_dict())
        case Archive.EXPORTED:
            raise SourceError(f"{path.name!r} is an exported program; --weights takes a checkpoint.")
        case Archive.PICKLE:
            return _shapes_of(_state_in(unpickled(path, unsafe=unsafe), path))
        case unknown:
            assert_never(unknown)


def _shapes_of(state: Mapping[str, Any]) -> Shapes:
    """Return the shape of each tensor by its name."""
    return {name: tuple(value.shape) for name, value in state.items() if isinstance(value, Tensor)}


def _state_in(entries: Any, path: Path) -> Mapping[str, Any]:
    """Return the mapping from names to tensors in what a file held, the largest where there are several."""
    if isinstance(entries, nn.Module):
        return entries.state_dict()
    if isinstance(entries, Mapping):
        inner = [
            _state_in(value, path) for value in entries.values() if isinstance(value, (Mapping, nn.Module))
        ]
        states = [entries, *(state for state in inner)]
        best = max(states, key=lambda state: len(_shapes_of(state)))
        if _shapes_of(best) or best is not entries:
            return best
        return entries
    raise SourceError(f"{path.name!r} holds a {type(entries).__name__}; wanted are tensors by name.")


def _safetensors_shapes(path: Path) -> Shapes:
    """Return the name and shape of each tensor from the header of a safetensors file; raise SourceError."""
    try:
        with path.open("rb") as file:
            length = int.from_bytes(file.read(_HEADER), "little")
            if not 0 < length <= path.stat().st_size - _HEADER:
                raise ValueError(f"its header would be {length} bytes long")
            header = json.loads(file.read(length))
        return {
            name: tuple(int(size) for size in entry["shape"])
            for name, entry in header.items()
            if name != "__metadata__"
        }
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, OverflowError) as error:
        raise unreadable(path, error) from error
