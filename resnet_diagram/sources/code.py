"""Networks in PyTorch code: `package.module:attribute`, `path/file.py:Net(depth=20)`."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from resnet_diagram.spec.model import Network

if TYPE_CHECKING:
    from resnet_diagram.tracer import InputSpec


def read_code(
    source: str, inputs: "Sequence[str | InputSpec]", *, weights: Path | None, unsafe: bool, folder: Path
) -> Network:
    """Build the model that a source names, run it once and return its network.

    `inputs`: shapes such as "3x224x224". `weights`: a checkpoint whose names and shapes must fit. `folder`:
    start of relative paths, and first in the search for modules. Raises SourceError or TraceError.
    """
    from resnet_diagram.tracer import check_weights, load_model, parse_input, read_run, run_once

    specs = [parse_input(given) if isinstance(given, str) else given for given in inputs]
    with _forgotten(folder):
        loaded = load_model(source, unsafe=unsafe, folder=folder)
        if weights:
            check_weights(loaded.model, weights, unsafe=unsafe)
        run, name = run_once(loaded.model, specs or loaded.inputs or None), loaded.name
        del loaded  # the weights of a large model need more memory than its recorded run
        return read_run(run, name=name, source=source)


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
