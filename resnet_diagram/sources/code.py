"""Networks in PyTorch code: `package.module:attribute`, `path/file.py:Net(depth=20)`."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from resnet_diagram.errors import SourceError, missing_file
from resnet_diagram.phases import phase
from resnet_diagram.spec.model import Network
from resnet_diagram.spec.paths import module_and_attribute

if TYPE_CHECKING:
    from resnet_diagram.sources.resolve import Reading


OTHERS = (".onnx", ".h5", ".hdf5", ".keras", ".tflite", ".pb", ".yaml", ".yml", ".mlmodel", ".gguf")
"""Suffixes of files that are no source: models of other tools, and configurations."""

FILES = (".py", ".ipynb", ".pt", ".pt2", ".pth", ".ckpt")
"""Suffixes of files that hold code or a model."""


def read_code(source: str, reading: "Reading") -> Network:
    """Build the model that a source names, run it once and return its network.

    Raises SourceError or TraceError.
    """
    folder, weights, unsafe = reading.folder, reading.weights, reading.unsafe
    _check_file(source, folder)
    phase("importing torch")
    from resnet_diagram.tracer import check_weights, load_model, parse_input, read_run, run_once

    specs = [parse_input(shape) if isinstance(shape, str) else shape for shape in reading.inputs]
    with _forgotten(folder):
        phase(f"building {source}")
        loaded = load_model(source, unsafe=unsafe, folder=folder, root=reading.root)
        remark = check_weights(loaded.model, weights, unsafe=unsafe) if weights else ""
        phase(f"running {source}")
        run, name = run_once(loaded.model, specs or loaded.inputs or None), loaded.name
        del loaded  # the weights of a large model need more memory than its recorded run
        phase(f"reading the run of {source}")
        network = read_run(run, name=name, source=source)
        return replace(network, notes=(*network.notes, remark)) if remark else network


def _check_file(source: str, folder: Path) -> None:
    """Raise SourceError for a file that is not there, before torch is imported."""
    name, attribute = module_and_attribute(source)
    if "://" in source:
        raise SourceError(
            f"{source!r} is an address, and nothing is downloaded. Name a file (path/file.py:Net) or an "
            "installed module (package.module:Net)."
        )
    other = not attribute and name.endswith(OTHERS)
    path = folder / Path(name).expanduser()
    if (other or name.endswith(FILES)) and not path.is_file():
        raise SourceError(missing_file(name, path))
    if other:
        raise SourceError(
            f"{name!r} holds no model of PyTorch: expected code (path/file.py:Net), a model saved by torch "
            "(.pt, .pth), or a spec file (.toml, .json). Name the code that the file was made from."
        )


@contextmanager
def _forgotten(folder: Path) -> Iterator[None]:
    """Forget the modules imported from a document's folder: another folder may have the same names."""
    before = set(sys.modules)
    try:
        yield
    finally:
        root = folder.absolute()
        for name in set(sys.modules) - before if folder != Path() else ():
            file = Path(getattr(sys.modules[name], "__file__", None) or "")
            if file.is_relative_to(root) and "site-packages" not in file.relative_to(root).parts:
                del sys.modules[name]
