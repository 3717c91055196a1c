"""Find a row of a table of formats by its name, or by a file's suffix."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from resnet_diagram.errors import UsageError, closest, did_you_mean


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A format: its name, its suffixes with their dots, the usual one first, and other names it has."""

    name: str
    suffixes: tuple[str, ...]
    aliases: tuple[str, ...] = ()


Found = TypeVar("Found", bound=Row)
NOTHING: Mapping[str, str] = {}


def row_named(
    rows: Sequence[Found], name: str, what: str, listed: str, others: Mapping[str, str] = NOTHING
) -> Found:
    """The row of that name.

    Raises UsageError, with a suggestion, when there is none: no `what` has the name, and `listed` introduces
    those there are. `others`: names, with their suffixes, that have no row but may be meant.
    """
    for one in rows:
        if name == one.name or name in one.aliases:
            return one
    known = [*(one.name for one in rows), *others]
    by_suffix = {suffix.lstrip("."): one.name for one in rows for suffix in one.suffixes}
    wanted = name.lower().lstrip(".")
    hint = did_you_mean(by_suffix.get(wanted) or closest(wanted, known))
    raise UsageError(f"No {what} named {name!r}.{hint} {listed} {', '.join(known)}.")


def has_suffix(path: Path, suffix: str) -> bool:
    """Return whether a file has a suffix such as `.scene.json`, and a name before it."""
    return path.name[1:].lower().endswith(suffix)


def row_for(rows: Sequence[Found], path: Path, what: str, others: Mapping[str, str] = NOTHING) -> Found:
    """The row a file's suffix asks for. Raises UsageError, as `row_named` does, when there is none."""
    suffix = path.suffix.lower()
    for one in rows:
        if any(has_suffix(path, ending) for ending in one.suffixes):
            return one
    known = [*(suffix for one in rows for suffix in one.suffixes), *others.values()]
    said = f"the suffix {path.suffix!r}" if suffix else "no suffix"
    hint = did_you_mean(closest(suffix, known))
    remedy = f"Use one of {', '.join(known)}, or name the format with -t."
    raise UsageError(f"The file {str(path)!r} has {said}, which tells no {what}.{hint} {remedy}")
