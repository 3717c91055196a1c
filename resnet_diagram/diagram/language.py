"""The words of a drawing in another language."""

import re
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any

from resnet_diagram.diagram.model import Column, Diagram

_TEXTS = ("lines", "label", "title", "text", "caption", "note", "notes", "rows")
"""Fields that hold words. The titles of columns are names of networks and stay."""


def translated(diagram: Diagram, phrases: Mapping[str, str]) -> Diagram:
    """The diagram with every phrase that `phrases` knows replaced; its title and description stay."""
    if not phrases:
        return diagram
    say = _sayer(phrases)
    said: Diagram = _said(diagram, say)
    return replace(said, title=diagram.title, description=diagram.description)


def _sayer(phrases: Mapping[str, str]) -> Callable[[str], str]:
    """What replaces the phrases in a text, longer ones first, whole words only."""
    known = "|".join(
        re.escape(phrase) for phrase in sorted(phrases, key=lambda phrase: (-len(phrase), phrase))
    )
    pattern = re.compile(rf"(?<!\w)(?:{known})(?!\w)")
    return lambda text: pattern.sub(lambda found: phrases[found[0]], text)


def _said(part: Any, say: Callable[[str], str]) -> Any:
    """A part of a diagram with its words replaced."""
    if isinstance(part, tuple):
        return tuple(_said(one, say) for one in part)
    if not is_dataclass(part) or isinstance(part, type):
        return part
    changes: dict[str, Any] = {}
    for one in fields(part):
        value = getattr(part, one.name)
        if isinstance(part, Column) and one.name == "title":
            continue
        if one.name in _TEXTS and (isinstance(value, str) or _all_texts(value)):
            changes[one.name] = say(value) if isinstance(value, str) else tuple(say(text) for text in value)
        else:
            changes[one.name] = _said(value, say)
    return replace(part, **changes)


def _all_texts(value: Any) -> bool:
    return isinstance(value, tuple) and all(isinstance(one, str) for one in value)
