"""Declare an option once, for Python keywords, the command line and Sphinx."""

from collections.abc import Collection
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from resnet_diagram.dataclass import dataclass
from resnet_diagram.errors import UsageError, closest, did_you_mean

Choice = TypeVar("Choice", bound=StrEnum)


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """The metadata of one keyword of a TypedDict, written as `Annotated[type, Option(...)]`.

    `group`: heading in the help. `kind`: `str`, `int`, `bool`, `Path` (a folder), or `tuple` (one word, or
    several separated by commas, where `default` is a tuple; else the option may be repeated). `values`: the
    words that are accepted, () for any. `flags`: names on the command line, where they are not the keyword's.
    `file`: the value may be the path of a TOML file; with `kind=Path`, a file instead of a folder.
    `lone`: the value when the flag has none.
    """

    help: str
    group: str
    kind: type = str
    default: Any = None
    values: tuple[str, ...] = ()
    metavar: str | None = None
    flags: tuple[str, ...] = ()
    file: bool = False
    lone: str = ""


def options_in(keywords: type) -> dict[str, Option]:
    """Return the options of a TypedDict whose values are annotated, by keyword."""
    return {name: value.__metadata__[0] for name, value in keywords.__annotations__.items()}


def check_keywords(value: Collection[str], keywords: type, noun: str) -> None:
    """Raise UsageError for a keyword missing from the TypedDict; `noun` names the owner of the options."""
    names = keywords.__annotations__
    for name in value:
        if name not in names:
            hint = did_you_mean(closest(name, [*names, "input_shape"]))  # a keyword of each function
            raise UsageError(f"A {noun} has no option {name!r}.{hint} The options are {', '.join(names)}.")


def one_of(kind: type[Choice], value: Any, noun: str) -> Choice:
    """Return the member of an enumeration with that value. Raise UsageError, naming all, if there is none."""
    names = [str(member) for member in kind]
    if value not in names:
        hint = did_you_mean(closest(str(value), names))
        raise UsageError(f"No {noun} is named {value!r}.{hint} Choose one of {', '.join(names)}.")
    return kind(value)


def in_folder(value: Any, option: Option, folder: Path) -> Any:
    """Return a value with its path, if it is one, taken from `folder`."""
    if isinstance(value, Path) or (option.file and isinstance(value, str) and value.endswith(".toml")):
        return type(value)(folder / value)
    return value
