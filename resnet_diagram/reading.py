"""Read files that are data: regular files of limited size, as bytes or as TOML."""

import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path
from typing import Any, BinaryIO

from resnet_diagram.errors import SourceError, UsageError, missing_file
from resnet_diagram.limits import FILE
from resnet_diagram.resources import templates_dir

_project: ContextVar[Path | None] = ContextVar("project", default=None)


@contextmanager
def confined_to(root: Path) -> Iterator[None]:
    """Read only files of a project inside the context, as a marker of its documents may, and our own."""
    token = _project.set(root)
    try:
        yield
    finally:
        _project.reset(token)


def check_confined(path: Path) -> None:
    """Raise SourceError for a file outside the project that reading is confined to."""
    root = _project.get()
    if root and not any(path.resolve().is_relative_to(place) for place in (root, templates_dir().resolve())):
        raise SourceError(f"A marker may not read {str(path)!r}: expected a file inside {str(root)!r}.")


def read_bytes(path: Path) -> bytes:
    """Return the bytes of a file. Raise SourceError if it is missing, no regular file, or too large."""
    check_confined(path)
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            problem = "it is a folder" if stat.S_ISDIR(status.st_mode) else "it is not a regular file"
        elif status.st_size > FILE:
            problem = f"it has {status.st_size:,} bytes; expected {FILE:,} at most"
        else:
            return path.read_bytes()
    except FileNotFoundError:
        raise SourceError(missing_file(str(path), path)) from None
    except (OSError, ValueError) as error:
        problem = getattr(error, "strerror", None) or str(error)
    raise SourceError(f"Cannot read {str(path)!r}: {problem}.")


def is_archive(file: Path | BinaryIO) -> bool:
    """Return whether a file ends as a zip archive that can be opened; one that spans disks cannot."""
    import zipfile

    try:
        return zipfile.is_zipfile(file)
    except zipfile.BadZipFile:
        return False


def is_there(path: Path) -> bool:
    """Return whether a file exists, and try to open one that does not: `--watch` then waits for it too."""
    if not path.exists():
        with suppress(OSError):
            path.open("rb").close()
    return path.is_file()


def is_of_project(path: Path, root: Path) -> bool:
    """Return whether a file is in a folder, also through links, and not in a package installed there."""
    resolved = path.expanduser().resolve()
    if not resolved.is_relative_to(root):
        return False
    return not {"site-packages", "dist-packages"}.intersection(resolved.relative_to(root).parts)


def read_standard_input() -> bytes:
    """Return the bytes of standard input. Raise SourceError where it is closed, or too long."""
    if sys.stdin is None:
        raise SourceError("Standard input is closed; name a file, or write a spec into it.")
    content = sys.stdin.buffer.read(FILE + 1)
    if len(content) > FILE:
        raise SourceError(f"Standard input has more than {FILE:,} bytes; expected a spec in JSON or TOML.")
    return content


def backslash_remedy(problem: str) -> str:
    """Return what to do about a backslash that TOML does not take, as of a path of Windows; else nothing."""
    is_backslash = "hex value" in problem or "Unescaped" in problem
    return " A backslash begins an escape; write such a text in single quotes." if is_backslash else ""


def read_toml(path: Path, noun: str) -> dict[str, Any]:
    """Return the table in a TOML file. Raise UsageError if it cannot be read; `noun`: the kind of file."""
    import tomllib

    try:
        return tomllib.loads(read_bytes(path).decode("utf-8-sig"))
    except SourceError as error:
        raise UsageError(str(error)) from error
    except RecursionError:
        problem = "it is nested too deeply"
    except UnicodeDecodeError:
        problem = "it is not a text in UTF-8"
    except ValueError as error:
        problem = str(error)
    remedy = backslash_remedy(problem)
    raise UsageError(f"{noun} '{path}' cannot be read: {problem}. It must be a TOML file.{remedy}")
