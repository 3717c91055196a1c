"""Import the module of a target, from a file or by its dotted name."""

import ast
import asyncio
import contextlib
import importlib
import importlib.util
import inspect
import json
import os
import re
import sys
import traceback
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import replace
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from resnet_diagram.errors import SourceError, closest, did_you_mean, missing_file
from resnet_diagram.reading import read_bytes
from resnet_diagram.tracer.errors import import_error, location, message_of
from resnet_diagram.tracer.load.build import build
from resnet_diagram.tracer.load.target import Target

_SUFFIXES = (".py", ".ipynb", ".toml", ".json", ".pt", ".pt2")
"""Suffixes of files that may have been meant where there is no module."""


def module_of(target: Target) -> ModuleType:
    """Return the module of a target; raise SourceError where there is none or its import fails."""
    if target.is_file:
        return _file_module(target)
    path = target.folder.absolute() / f"{target.module.replace('.', '/')}.py"
    with search_path(target.folder.absolute()):
        try:
            return importlib.import_module(target.module)
        except (Exception, SystemExit) as error:
            missing = error.name or "" if isinstance(error, ModuleNotFoundError) else None
            if missing is not None and f"{target.module}.".startswith(f"{missing}."):
                files = [file.name for file in target.folder.iterdir() if file.suffix in _SUFFIXES]
                hint = did_you_mean(closest(target.module, files))
                raise SourceError(
                    f"There is no module {missing!r} for the source {target.text!r}.{hint} Is it installed, "
                    "and are you in the folder it lies in? A file is written with its path: path/file.py:Net."
                ) from None
            if "." in target.module and path.is_file() and not _raised_by(error, path):
                return _file_module(replace(target, module=str(path)))
            raise import_error(target.module, error) from error


@contextlib.contextmanager
def _contents(holder: list[str], items: Sequence[str]) -> Iterator[None]:
    """Give a list other items, and its own again afterwards."""
    before = list(holder)
    holder[:] = items
    try:
        yield
    finally:
        holder[:] = before


def own_arguments(script: str) -> contextlib.AbstractContextManager[None]:
    """Set `sys.argv` as for a script without arguments, so that a module that parses it gets its defaults."""
    return _contents(sys.argv, [script])


def search_path(folder: Path) -> contextlib.AbstractContextManager[None]:
    """Search `folder` first for modules, and restore `sys.path` afterwards."""
    return _contents(sys.path, [str(folder), *sys.path])


def _file_module(target: Target) -> ModuleType:
    """Return the module in a file, imported by its dotted name if it is in a package."""
    path = target.path
    if not path.is_file():
        raise SourceError(missing_file(target.module, path))
    if path.suffix not in (".py", ".ipynb"):
        raise SourceError(
            f"{target.module!r} is no Python file. A model comes from a .py file, a notebook or a module."
        )
    if path.suffix == ".ipynb":
        _source(path)
    root, name = _package_of(path)
    started: list[ModuleType] = []
    with search_path(root):
        try:
            for imported in _imports_of(path):
                with contextlib.suppress(Exception):
                    importlib.import_module(imported)
            return build(lambda: _fresh_module(path, name, started))
        except (Exception, SystemExit) as error:
            attribute = target.attribute.partition(".")[0]
            if path.suffix == ".ipynb" and started and attribute in vars(started[-1]):
                warnings.warn(
                    f"The notebook stopped at {location(error, path)}: {message_of(error)}. What it had "
                    "defined by then is drawn.",
                    stacklevel=2,
                )
                return started[-1]
            raise import_error(target.module, error, path) from error


def _package_of(path: Path) -> tuple[Path, str]:
    """Return the folder to search from and the dotted name of a file.

    Its packages are the folders with an `__init__.py`, and those that relative imports of the files beside
    it reach up to. A stem that is no identifier is replaced by one.
    """
    stem = path.stem if path.stem.isidentifier() else f"_drawn_{re.sub(r'[^0-9a-zA-Z_]', '_', path.stem)}"
    parts, folder, levels = [stem], path.parent, _levels_in(path)
    if levels:
        levels = max(levels, *map(_levels_in, folder.glob("*.py")))
    while (folder / "__init__.py").is_file() or len(parts) <= min(levels, len(path.parents) - 1):
        parts.insert(0, folder.name)
        folder = folder.parent
    if parts[-1] == "__init__" and len(parts) > 1:
        parts.pop()
    return folder, ".".join(parts)


def _levels_in(path: Path) -> int:
    """Return the largest number of dots of the relative imports in a file; 0 if it cannot be read."""
    with contextlib.suppress(SyntaxError, ValueError, SourceError, RecursionError, MemoryError):
        tree = ast.parse(_source(path))
        return max((node.level for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)), default=0)
    return 0


def _source(path: Path) -> bytes:
    """Return the code in a file; for a notebook, the code cells without IPython commands.

    Raises SourceError for a notebook that is damaged.
    """
    content = read_bytes(path)
    if path.suffix != ".ipynb":
        return content
    try:
        cells = json.loads(content)["cells"]
        texts = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise SourceError(
            f"{str(path)!r} is no notebook of format 4 that can be read: {message_of(error)}."
        ) from error
    return "\n".join(map(_without_commands, texts)).encode(errors="replace")


_PYTHON_CELL = re.compile(r"\s*%%(time|capture|prun|debug|memit|snakeviz|pyinstrument|wandb)\b.*")
"""The first line of a cell of Python code that IPython runs in a special way."""
_COMMANDS = (
    (re.compile(r"^(\s*)%(?:time|prun|memit)\s+(?![-\s])", re.MULTILINE), r"\1"),
    (re.compile(r"^(\s*[\w.,\s]+=\s*)[!%](?:.*\\\n)*.*$", re.MULTILINE), r"\1None"),
    (re.compile(r"^(\s*)(?:[!%](?:.*\\\n)*.*|\?.*|[\w.*]+\?\??\s*)$", re.MULTILINE), r"\1pass"),
)
"""Lines that IPython runs and Python does not (`%time f()`, `!ls`, `x = !ls`, `Net?`), and stand-ins."""


def _without_commands(cell: str) -> str:
    r"""Return the Python code of a cell, without commands of IPython and without code in other languages.

    >>> _without_commands("%%time\nfiles = !ls\nNet?"), _without_commands("%%bash\nls")
    ('\nfiles = None\npass', '')
    """
    if cell.lstrip().startswith("%%"):
        first, _, rest = cell.partition("\n")
        return f"\n{_without_commands(rest)}" if _PYTHON_CELL.fullmatch(first) else ""
    try:
        ast.parse(cell)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        for pattern, stand_in in _COMMANDS:
            cell = pattern.sub(stand_in, cell)
    return cell


def _fresh_module(path: Path, name: str, started: list[ModuleType]) -> ModuleType:
    """Return the module of a file, run anew unless it is part of a package.

    It is added to `started` before it is run.
    """
    if "." in name and name.endswith(f".{path.stem}"):
        return _module_in_package(path, name)
    existing = sys.modules.get(name)
    taken_by_other = existing is not None and getattr(existing, "__file__", None) != os.fspath(path)
    alias = (
        f"_drawn_{name}" if "." not in name and (taken_by_other or name in sys.stdlib_module_names) else name
    )
    if "." in name:
        importlib.import_module(name.rpartition(".")[0])
    spec = importlib.util.spec_from_file_location(alias, path, loader=_Loader(alias, os.fspath(path)))
    if spec is None or spec.loader is None:
        raise ImportError(f"cannot import {path}")
    module = importlib.util.module_from_spec(spec)
    sys.modules[alias] = module
    started.append(module)
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[alias]
        raise
    return module


class _Loader(SourceFileLoader):
    """Loads the code of a Python file or of a notebook."""

    def exec_module(self, module: ModuleType) -> None:
        """Run the code; in a notebook, what IPython defines is there and does nothing."""
        if self.path.endswith(".ipynb"):
            from unittest.mock import MagicMock  # slow to import, and for notebooks only

            vars(module).update(display=MagicMock(), get_ipython=MagicMock())
            running = eval(self.get_code(module.__name__) or "None", vars(module))
            if inspect.iscoroutine(running):
                asyncio.run(running)
        else:
            super().exec_module(module)

    def source_to_code(self, data: Any, path: Any, *, _optimize: int = -1) -> CodeType:  # type: ignore[override]
        """Return the compiled code of a file; a notebook may await at its top level."""
        flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT if self.path.endswith(".ipynb") else 0
        code: CodeType = compile(data, path, "exec", flags, dont_inherit=True, optimize=_optimize)
        return code

    def get_data(self, path: str) -> bytes:
        """Return the code in a file."""
        return _source(Path(path)) if path.endswith(".ipynb") else super().get_data(path)

    def path_stats(self, path: str) -> Any:
        """Raise OSError for a notebook, whose code is not cached."""
        if path.endswith(".ipynb"):
            raise OSError
        return super().path_stats(path)


def _module_in_package(path: Path, name: str) -> ModuleType:
    """Return a module of a package; where a package's `__init__` fails, import the file without running it.

    Raises what the `__init__` raised if the file cannot be imported without it either.
    """
    try:
        return importlib.import_module(name)
    except (Exception, SystemExit) as error:
        if name in sys.modules or _raised_by(error, path):
            raise
        failed = error
    packages = name.split(".")[:-1]
    empty: list[str] = []
    for depth in range(len(packages)):
        package, folder = ".".join(packages[: depth + 1]), path.parents[len(packages) - depth - 1]
        if package not in sys.modules:
            module = sys.modules[package] = ModuleType(package)
            module.__path__ = [str(folder)]
            empty.append(package)
    try:
        return importlib.import_module(name)
    except (Exception, SystemExit):
        for package in empty:
            del sys.modules[package]
        raise failed from None


def _raised_by(error: BaseException, path: Path) -> bool:
    """Return True if the code of a file was running when an error was raised."""
    return any(Path(frame.filename) == path for frame in traceback.extract_tb(error.__traceback__))


def _imports_of(path: Path) -> list[str]:
    """Return the modules a file imports at its top level, relative ones left out."""
    names: list[str] = []
    for statement in ast.parse(_source(path), filename=str(path)).body:
        if isinstance(statement, ast.Import):
            names += [alias.name for alias in statement.names]
        elif isinstance(statement, ast.ImportFrom) and not statement.level and statement.module:
            names.append(statement.module)
    return names
