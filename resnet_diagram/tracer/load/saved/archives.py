"""Identify files of torch and safetensors, and read the names and shapes in them."""

import json
import pickle
import re
import warnings
import zipfile
from collections.abc import Mapping
from enum import Enum, auto
from functools import partial
from pathlib import Path
from typing import Any, assert_never

import torch
from torch import Tensor, nn

from resnet_diagram.errors import SourceError, missing_file
from resnet_diagram.limits import FILE, SIZE
from resnet_diagram.reading import check_confined, is_archive
from resnet_diagram.tracer.errors import message_of

_HEADER = 8  # bytes before the JSON header of a safetensors file: its length, little-endian
_PICKLE = b"\x80"
"""First byte of a pickle."""
_FILE_OPERATORS = re.compile(
    rb"\b(save|from_file)\b|\bops\s*\.\s*(?!(?:aten|prim|prims|_?quantized|torchvision|mkldnn\w*|sparse)\b)"
)
"""Operators of TorchScript that read or write files, and those of namespaces that may."""


class Archive(Enum):
    """The format of a saved file."""

    SAFETENSORS = auto()
    SCRIPT = auto()
    EXPORTED = auto()
    PICKLE = auto()


def archive_of(path: Path) -> Archive:
    """Return the type of a file by its content. Raises SourceError if the file does not exist."""
    if not path.is_file():
        raise SourceError(missing_file(str(path), path, "a file that torch or safetensors wrote"))
    if path.suffix == ".safetensors":
        return Archive.SAFETENSORS
    try:
        with zipfile.ZipFile(path) as file:
            names = file.namelist()
    except zipfile.BadZipFile:
        return Archive.PICKLE
    except (OSError, ValueError, NotImplementedError, RuntimeError) as error:
        raise unreadable(path, error) from error
    inner = [name.partition("/")[2] or name for name in names]
    if "archive_format" in inner or "serialized_exported_program.json" in names:
        return Archive.EXPORTED
    return Archive.SCRIPT if any(name.startswith("code/") for name in inner) else Archive.PICKLE


def unpickled(path: Path, *, unsafe: bool) -> Any:
    """Return the content of a pickle, with tensors without values; with `unsafe` code in the file may run.

    Raises SourceError where the file holds more than tensors and `unsafe` is off, and where it is broken.
    """
    with path.open("rb") as file:
        is_known = is_archive(path) or file.read(1) == _PICKLE
    if not (unsafe or is_known):
        raise SourceError(
            f"{path.name!r} is damaged, or no file of torch: it is neither an archive nor a pickle. Name "
            "a file that torch.save or safetensors wrote."
        )
    load = partial(torch.load, path, map_location="meta", mmap=is_archive(path))
    try:
        with warnings.catch_warnings(action="ignore"):
            try:
                return load(weights_only=True)
            except pickle.UnpicklingError as error:
                if not unsafe:
                    raise refusal(path, "pickled Python objects, as a whole saved model does") from error
            return load(weights_only=False)
    except SourceError:
        raise
    except (Exception, SystemExit) as error:
        raise unreadable(path, error) from error


def refusal(path: Path, content: str) -> SourceError:
    """Return the error on a file that may run code when it is read; `content`: the reason."""
    return SourceError(
        f"{path.name!r} holds {content}; reading it runs any code that it names. Name the code that builds "
        "the model instead (path/file.py:Net), or add --unsafe if you trust the file."
    )


def unreadable(path: Path, error: BaseException) -> SourceError:
    """Return the error on a file that is damaged or of another kind."""
    if isinstance(error, ImportError | AttributeError | SystemExit):
        return SourceError(f"{path.name!r} cannot be read: {message_of(error)}.")
    return SourceError(
        f"{path.name!r} is damaged, or no file that torch {torch.__version__} reads "
        f"({message_of(error).partition(' Please check')[0]})."
    )


def scripted(path: Path, *, unsafe: bool) -> nn.Module:
    """Return the model in a TorchScript file, without values.

    Raises SourceError where it is broken, or its code reads or writes files and `unsafe` is off.
    """
    try:
        reader = torch.PyTorchFileReader(str(path))
        code = [reader.get_record(name) for name in reader.get_all_records() if name.endswith(".py")]
        if not unsafe and any(map(_FILE_OPERATORS.search, code)):
            raise refusal(path, "TorchScript that reads or writes files")
        with warnings.catch_warnings(action="ignore"):
            model: nn.Module = torch.jit.load(str(path), map_location="meta")  # type: ignore[no-untyped-call]
    except SourceError:
        raise
    except Exception as error:
        raise unreadable(path, error) from error
    return model


Shapes = dict[str, tuple[int, ...]]


def shapes_in(path: Path, *, unsafe: bool = False) -> Shapes:
    """Return the name and shape of each tensor of a checkpoint; raise SourceError."""
    check_confined(path)
    match archive_of(path):
        case Archive.SAFETENSORS:
            return _safetensors_shapes(path)
        case Archive.SCRIPT:
            return _shapes_of(scripted(path, unsafe=unsafe).state_dict())
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
    """Return the mapping with the most tensors by name in what a file held; raise SourceError."""
    states: dict[int, Mapping[str, Any]] = {}
    waiting = [entries]
    while waiting:
        entry = waiting.pop()
        state = entry.state_dict() if isinstance(entry, nn.Module) else entry
        if isinstance(state, Mapping) and id(state) not in states:
            states[id(state)] = state
            waiting += reversed(list(state.values()))
    if not states:
        raise SourceError(f"{path.name!r} holds a {type(entries).__name__}; wanted are tensors by name.")
    return max(states.values(), key=lambda state: len(_shapes_of(state)))


def _safetensors_shapes(path: Path) -> Shapes:
    """Return the name and shape of each tensor from the header of a safetensors file; raise SourceError."""
    try:
        with path.open("rb") as file:
            length = int.from_bytes(file.read(_HEADER), "little")
            if not 0 < length <= min(path.stat().st_size - _HEADER, FILE):
                raise ValueError(f"its header would be {length:,} bytes long")
            header = json.loads(file.read(length))
        if not isinstance(header, dict):
            raise ValueError("its header is no object of tensors by name")
        shapes: Shapes = {}
        for name, entry in header.items():
            if name == "__metadata__":
                continue
            shape = entry.get("shape") if isinstance(entry, dict) else None
            if not isinstance(shape, list) or not all(type(n) is int and 0 <= n <= SIZE for n in shape):
                raise ValueError(f"the shape of {name!r} is {shape!r}; expected a list of whole numbers")
            shapes[name] = tuple(shape)
        return shapes
    except RecursionError:
        problem = "its header is nested too deeply"
    except (OSError, ValueError) as error:
        problem = str(error)
    raise SourceError(f"{path.name!r} is damaged, or no safetensors file ({problem}).")
