"""Find a row of a table of formats by its name, or by a file's suffix."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from resnet_diagram.dataclass import dataclass
from resnet_diagram.errors import UsageError, check_text, closest, did_you_mean


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A format: its name, its suffixes with their dots, the usual one first, and other names it has."""

    name: str
    suffixes: tuple[str, ...]
    aliases: tuple[str, ...] = ()


Found = TypeVar("Found", bound=Row)
NOTHING: Mapping[str, str] = {}


def row_named(
    rows: Sequence[Found], name: str, noun: str, listed: str, rest: Mapping[str, str] = NOTHING
) -> Found:
    """Return the row with this name.

    Raises UsageError, with a suggestion, if there is none; `listed` introduces the list of names. `rest`:
    names without a row, with their suffixes, that may be suggested too.
    """
    check_text(name, f"the name of a {noun}", " Give several networks as a list.")
    for row in rows:
        if name == row.name or name in row.aliases:
            return row
    names = [*(entry.name for entry in rows), *rest]
    by_suffix = {suffix.lstrip("."): item.name for item in rows for suffix in item.suffixes}
    target = name.lower().lstrip(".")
    hint = did_you_mean(by_suffix.get(target) or closest(target, names))
    raise UsageError(f"No {noun} named {name!r}.{hint} {listed} {', '.join(names)}.")


def has_suffix(path: Path, suffix: str) -> bool:
    """Return whether a file has a suffix such as `.scene.json`, and a name before it."""
    return path.name[1:].lower().endswith(suffix)


def row_for(rows: Sequence[Found], path: Path, noun: str, rest: Mapping[str, str] = NOTHING) -> Found:
    """Return the row for a file's suffix. Raises UsageError, with a suggestion, if there is none."""
    suffix = path.suffix.lower()
    for row in rows:
        if any(has_suffix(path, ending) for ending in row.suffixes):
            return row
    names = [*(suffix for item in rows for suffix in item.suffixes), *rest.values()]
    settings = f"the suffix {path.suffix!r}" if suffix else "no suffix"
    hint = did_you_mean(closest(suffix, names))
    remedy = f"Use one of {', '.join(names)}, or name the format with -t."
    raise UsageError(
        f"The file {str(path)!r} has {settings}; expected the suffix of a {noun}.{hint} {remedy}"
    )
