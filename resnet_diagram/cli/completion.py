"""Shell completion of networks, files and names in them, themes, formats and venues."""

import ast
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

from click import Context, Parameter

_SOURCES = (".py", ".ipynb", ".toml", ".json", ".pt", ".pt2")
"""Suffixes of files that may hold a network."""

Completer = Callable[[Context, Parameter, str], list[str]]


def sources(context: Context, parameter: Parameter, incomplete: str) -> list[str]:
    """Return the sources that begin as typed: networks, files, and behind a colon the names in a file."""
    file, colon, _ = incomplete.rpartition(":")
    if colon and file.endswith(".py"):
        return _items([f"{file}:{name}" for name in names_in(Path(file))], incomplete)
    from resnet_diagram.spec.catalog import names

    return [*_items(names(), incomplete), *_files(incomplete, _SOURCES)]


def names_in(path: Path) -> list[str]:
    """Return the classes, functions and variables of a Python file, read without running it."""
    try:
        tree = ast.parse(path.read_bytes())
    except (OSError, SyntaxError, ValueError):
        return []
    names: list[str] = []
    for statement in tree.body:
        if isinstance(statement, (ast.ClassDef, ast.FunctionDef)):
            names.append(statement.name)
        elif isinstance(statement, ast.Assign):
            names += [target.id for target in statement.targets if isinstance(target, ast.Name)]
    return [name for name in dict.fromkeys(names) if not name.startswith("_")]


def values_of(name: str) -> Completer | None:
    """Return the completion of an option's value by the option's name; None for other options."""
    return partial(_values, name) if name in ("theme", "lang", "venue", "show", "format_name") else None


def _values(name: str, context: Context, parameter: Parameter, typed: str) -> list[str]:
    """Return the values of an option that begin as typed; in a list the last word does, and signs stay."""
    from resnet_diagram.app.options.options import theme_names
    from resnet_diagram.diagram.options import Show
    from resnet_diagram.layout.units import VENUES
    from resnet_diagram.render.formats import FORMATS, SPECS
    from resnet_diagram.wording.language import language_names

    head, comma, last = typed.rpartition(",")
    sign = last[:1] if last[:1] in ("+", "-") else ""
    words = {
        "theme": theme_names(),
        "lang": language_names(),
        "venue": [f"{venue}{columns}" for venue in VENUES for columns in ("", "-double")],
        "show": [f"{head}{comma}{sign}{label}" for label in Show],
        "format_name": [*(row.name for row in FORMATS), *SPECS],
    }[name]
    return [*_items(words, typed), *(_files(typed, (".toml",)) if name in ("theme", "lang") else ())]


def _items(words: Iterable[str], typed: str) -> list[str]:
    """Return the words that begin as typed."""
    return [word for word in words if word.startswith(typed)]


def _files(typed: str, suffixes: tuple[str, ...]) -> list[str]:
    """Return the files with a suffix, and the folders, that begin as typed."""
    folder, name = (Path(typed), "") if typed.endswith("/") else (Path(typed).parent, Path(typed).name)
    try:
        entries = sorted(folder.iterdir())
    except OSError:
        return []
    start = typed[: len(typed) - len(name)]
    return [
        f"{start}{path.name}{'/' * path.is_dir()}"
        for path in entries
        if path.name.startswith(name) and (path.is_dir() or path.suffix in suffixes)
        if not path.name.startswith(".") or name.startswith(".")
    ]
