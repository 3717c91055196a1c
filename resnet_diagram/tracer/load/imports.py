"""Import the module of a target, from a file or by its dotted name."""

import ast
import contextlib
import importlib
import importlib.util
import os
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from resnet_diagram.errors import SourceError
from resnet_diagram.tracer.errors import source_error
from resnet_diagram.tracer.load.build import build
from resnet_diagram.tracer.load.target import Target


def module_of(target: Target) -> ModuleType:
    """Return the module of a target; raise SourceError where there is none or its import fails."""
    if target.is_file:
        return _file_module(target)
    with search_path(target.folder.absolute()):
        return _named_module(target)


@contextlib.contextmanager
def own_arguments(target: Target) -> Iterator[None]:
    """Set `sys.argv` to what a script without arguments sees: a module that parses it gets its defaults."""
    before = list(sys.argv)
    sys.argv[:] = [target.module]
    try:
        yield
    finally:
        sys.argv[:] = before


@contextlib.contextmanager
def search_path(folder: Path) -> Iterator[None]:
    """Search `folder` first for modules, and restore `sys.path` afterwards."""
    before = list(sys.path)
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        sys.path[:] = before


def _named_module(target: Target) -> ModuleType:
    """Return the module of a dotted name."""
    try:
        return importlib.import_module(target.module)
    except ModuleNotFoundError as error:
        missing = error.name or ""
        if target.module == missing or target.module.startswith(missing + "."):
            raise SourceError(
                f"There is no module {missing!r} for the source {target.text!r}. Is it installed, and are "
                "you in the folder it lies in? A file is written with its path: path/file.py:Net."
            ) from None
        raise source_error(f"Importing {target.module!r} failed", error) from error
    except (Exception, SystemExit) as error:
        raise source_error(f"Importing {target.module!r} failed", error) from error


def _file_module(target: Target) -> ModuleType:
    """Return the module in a file, imported by its dotted name where it lies in a package."""
    path = target.path
    if not path.is_file():
        raise SourceError(_missing_file(target.module, path))
    if path.suffix != ".py":
        raise SourceError(f"{target.module!r} is no Python file. A model comes from a .py file or a module.")
    root, name = _package_of(path)
    with search_path(root):
        try:
            for imported in _imports_of(path):
                with contextlib.suppress(Exception):
                    importlib.import_module(imported)
            return build(lambda: _fresh_module(path, name))
        except (Exception, SystemExit) as error:
            raise source_error(f"Importing {target.module!r} failed", error, path) from error


def _missing_file(text: str, path: Path) -> str:
    """Return what to say about a file that is not there."""
    if path.is_dir():
        return f"{text!r} is a folder; name a Python file in it."
    neighbours = sorted(p.name for p in path.parent.glob("*.py"))[:8] if path.parent.is_dir() else []
    hint = f" In that folder there are {', '.join(neighbours)}." if neighbours else ""
    return f"There is no file {text!r}.{hint}"


def _package_of(path: Path) -> tuple[Path, str]:
    """Return the folder to search from and the dotted name of a file: packages have an `__init__.py`."""
    parts = [path.stem]
    folder = path.parent
    while (folder / "__init__.py").is_file():
        parts.insert(0, folder.name)
        folder = folder.parent
    if parts[-1] == "__init__" and len(parts) > 1:
        parts.pop()
    return folder, ".".join(parts)


def _fresh_module(path: Path, name: str) -> ModuleType:
    """Return the module of a file, run anew unless it is part of a package."""
    if "." in name:
        return _module_in_package(path, name)
    alias = name
    existing = sys.modules.get(name)
    taken_by_other = existing is not None and getattr(existing, "__file__", None) != os.fspath(path)
    if taken_by_other or name in sys.stdlib_module_names or not name.isidentifier():
        alias = f"_drawn_{''.join(c if c.isalnum() else '_' for c in name)}"
    spec = importlib.util.spec_from_file_location(alias, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"cannot import {path}")
    module = importlib.util.module_from_spec(spec)
    sys.modules[alias] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[alias]
        raise
    return module


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
    for statement in ast.parse(path.read_bytes(), filename=str(path)).body:
        if isinstance(statement, ast.Import):
            names += [alias.name for alias in statement.names]
        elif isinstance(statement, ast.ImportFrom) and not statement.level and statement.module:
            names.append(statement.module)
    return names
