"""The languages a drawing can be written in: one TOML table of phrases each."""

import tomllib
from collections.abc import Mapping
from pathlib import Path

from resnet_diagram.errors import UsageError, closest, did_you_mean
from resnet_diagram.resources import templates_dir

ENGLISH = "en"
"""The language drawings are made in; it needs no table."""


def language_names() -> tuple[str, ...]:
    """The names of the languages that come with the package."""
    return (ENGLISH, *sorted(path.stem for path in _folder().glob("*.toml")))


def phrases(name_or_path: str) -> Mapping[str, str]:
    """What replaces English phrases in that language, or by that TOML file. Raises UsageError."""
    if name_or_path == ENGLISH:
        return {}
    path = _folder() / f"{name_or_path}.toml" if name_or_path in language_names() else Path(name_or_path)
    if path.suffix != ".toml" or not path.is_file():
        known = ", ".join(language_names())
        hint = did_you_mean(closest(name_or_path, language_names()))
        raise UsageError(
            f"No language named {name_or_path!r}.{hint} Choose one of {known}, or give a .toml file."
        )
    return _table(path)


def _folder() -> Path:
    return templates_dir() / "languages"


def _table(path: Path) -> dict[str, str]:
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(
            f"Language file '{path}' cannot be read: {error}. It must be a TOML file."
        ) from error
    found = table.get("phrases")
    if not isinstance(found, dict) or not all(isinstance(text, str) for text in found.values()):
        raise UsageError(f'Language file \'{path}\' needs a table [phrases] of texts, such as "Stem" = "…".')
    return found
