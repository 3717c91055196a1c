"""Languages of a drawing: a TOML table of translations each, and labels put into a language."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from operator import attrgetter
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
    table = read_toml(path, "Language file").get("phrases")
    if not isinstance(table, dict):
        raise UsageError(f'Language file \'{path}\' needs a table [phrases] of texts, such as "Stem" = "…".')
    return phrases(table, f"Language file '{path}'")


def _folder() -> Path:
    return templates_dir() / "languages"


def phrases(table: Mapping[str, object], place: str) -> Language:
    """Return the texts that replace phrases of the vocabulary. `place`: where they are written.

    Raises UsageError for a phrase that no drawing writes, and a text that cannot be filled with its values.
    """
    from string import Formatter  # for languages and words of an author's own only

    for english, text in table.items():
        if english not in _ENTRIES:
            hint = did_you_mean(closest(english, _ENTRIES))
            raise UsageError(
                f"{place}: no drawing writes the phrase {english!r}.{hint} "
                "templates/languages/zh.toml has all phrases."
            )
        count = sum(f"{{{at}}}" in english for at in range(english.count("{")))
        try:
            if not isinstance(text, str):
                raise ValueError("it is no text")
            for _, name, form, conversion in Formatter().parse(text):
                if name is not None and (form or conversion or not name.isdecimal()):
                    raise ValueError("a value is a number in braces, and nothing else")
            text.format(*[""] * count)
        except (IndexError, KeyError, ValueError, AttributeError) as error:
            places = ", ".join(f"{{{at}}}" for at in range(count)) or "no values"
            raise UsageError(
                f"{place}: the text {text!r} for {english!r} cannot be filled: {error}. "
                f"Use {places}, and write a brace as two."
            ) from error
    return {_ENTRIES[english]: str(text) for english, text in table.items()}


_ENTRIES: dict[str, Word] = {word.value: word for word in Word}


def in_language(part: _Part, translations: Language) -> _Part:
    """Return a drawing, or any part of one, with each of its labels in another language."""
    translated: Any = part
    kind: Any = type(part)
    if isinstance(part, Label):
        translated = part.in_language(translations)
    elif isinstance(part, tuple):
        translated = tuple(in_language(member, translations) for member in part)
    elif callable(part):  # builds a part of the drawing when it is needed
        translated = cache(lambda: in_language(part(), translations))
    elif names := _names_of_fields(kind):
        changed = {name: in_language(getattr(part, name), translations) for name in names}
        translated = kind(**changed)
    result: _Part = translated
    return result


def kinds_in(part: object) -> frozenset[Kind]:
    """Return the kinds of term in all labels of a drawing, or of any part of one."""
    return frozenset[Kind]().union(*(label.kinds for label in labels_in(part)))


def labels_in(part: object) -> Iterator[Label]:
    """Yield every label of a drawing, or of any part of one."""
    waiting = [part]
    while waiting:
        member = waiting.pop()
        kind: Any = type(member)
        if isinstance(member, Label):
            yield member
        elif isinstance(member, tuple):
            waiting += member[::-1]
        elif values := _values_of_fields(kind):
            waiting += values(member)


@cache
def _values_of_fields(kind: type) -> Callable[[object], tuple[object, ...]] | None:
    """Return a getter of a data class's fields, last first; None for any other class."""
    names = _names_of_fields(kind)
    if len(names) > 1:
        return attrgetter(*reversed(names))
    return (lambda part: (getattr(part, names[0]),)) if names else None


@cache
def _names_of_fields(kind: type) -> tuple[str, ...]:
    """Return the names of the fields of a data class; none of any other class."""
    return tuple(field.name for field in fields(kind)) if is_dataclass(kind) else ()
