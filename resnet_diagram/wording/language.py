"""Languages of a drawing: a TOML table of translations each, and labels put into a language."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from resnet_diagram.errors import UsageError, closest, did_you_mean
from resnet_diagram.reading import read_toml
from resnet_diagram.resources import templates_dir
from resnet_diagram.wording.terms import Kind, Label, Language
from resnet_diagram.wording.vocabulary import Word

_Part = TypeVar("_Part")

ENGLISH = "en"
"""Language of the vocabulary itself; it needs no table."""


def language_names() -> tuple[str, ...]:
    """Return the names of the languages that come with the package."""
    return (ENGLISH, *sorted(path.stem for path in _folder().glob("*.toml")))


def language(name_or_path: str) -> Language:
    """Return the translations of a language, or those in a TOML file. Raises UsageError."""
    if name_or_path == ENGLISH:
        return {}
    path = _folder() / f"{name_or_path}.toml" if name_or_path in language_names() else Path(name_or_path)
    if path.suffix != ".toml" or not path.exists():
        names = ", ".join(language_names())
        hint = did_you_mean(closest(name_or_path, language_names()))
        raise UsageError(
            f"No language named {name_or_path!r}.{hint} Choose one of {names}, or give a .toml file."
        )
    return _read(path)


def _folder() -> Path:
    return templates_dir() / "languages"


def _read(path: Path) -> Language:
    phrases = read_toml(path, "Language file").get("phrases")
    if not isinstance(phrases, dict) or not all(isinstance(text, str) for text in phrases.values()):
        raise UsageError(f'Language file \'{path}\' needs a table [phrases] of texts, such as "Stem" = "…".')
    for english, text in phrases.items():
        if english not in _ENTRIES:
            hint = did_you_mean(closest(english, _ENTRIES))
            raise UsageError(
                f"Language file '{path}' translates {english!r}, which no drawing writes.{hint} "
                "templates/languages/zh.toml has all phrases."
            )
        _check(path, english, text)
    return {_ENTRIES[english]: text for english, text in phrases.items()}


def _check(path: Path, english: str, text: str) -> None:
    """Raise UsageError unless a translation can be filled with the values of its phrase."""
    count = sum(f"{{{at}}}" in english for at in range(english.count("{")))
    try:
        text.format(*[""] * count)
    except (IndexError, KeyError, ValueError, AttributeError) as error:
        places = ", ".join(f"{{{at}}}" for at in range(count)) or "no values"
        raise UsageError(
            f"Language file '{path}' translates {english!r} by {text!r}, which cannot be filled: {error}. "
            f"Use {places}, and write a brace as two."
        ) from error


_ENTRIES: dict[str, Word] = {word.value: word for word in Word}


def in_language(part: _Part, translations: Language) -> _Part:
    """Return a drawing, or any part of one, with each of its labels in another language."""
    translated: Any = part
    if isinstance(part, Label):
        translated = part.in_language(translations)
    elif isinstance(part, tuple):
        translated = tuple(in_language(member, translations) for member in part)
    elif is_dataclass(part) and not isinstance(part, type):
        values = {field.name: getattr(part, field.name) for field in fields(part)}
        changed = {name: in_language(value, translations) for name, value in values.items()}
        translated = replace(part, **changed)
    result: _Part = translated
    return result


def kinds_in(part: object) -> frozenset[Kind]:
    """Return the kinds of term in all labels of a drawing, or of any part of one."""
    return frozenset[Kind]().union(*(label.kinds for label in labels_in(part)))


def labels_in(part: object) -> Iterator[Label]:
    """Yield every label of a drawing, or of any part of one."""
    if isinstance(part, Label):
        yield part
    elif isinstance(part, tuple):
        for member in part:
            yield from labels_in(member)
    elif is_dataclass(part) and not isinstance(part, type):
        for field in fields(part):
            yield from labels_in(getattr(part, field.name))
