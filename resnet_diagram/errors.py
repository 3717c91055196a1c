"""The exceptions and warnings of this package, and the suggestions in their messages."""

import os
import warnings
from collections.abc import Callable, Iterable
from pathlib import Path


def closest(value: object, names: Iterable[str]) -> str:
    """Return the known name most similar to `value`, or "".

    Of several, the one with the fewest changed letters; two letters in the wrong order are none.

    >>> closest("strde", ["stride", "kernel"]), closest("xyz", ["stride"]), closest(3, ["stride"])
    ('stride', '', '')
    >>> closest("resnet51", ["resnet50-v1", "resnet50"]), closest("resnet18x", ["resnet152", "resnet18"])
    ('resnet50', 'resnet18')
    >>> closest(".sgv", [".gv", ".svg"])
    '.svg'
    """
    from difflib import SequenceMatcher, get_close_matches  # slow to import, and for messages only

    if not isinstance(value, str):
        return ""
    close = get_close_matches(value, list(names), n=5)

    def changes(name: str) -> int:
        if sorted(name) == sorted(value) and value.strip(".").isalpha():
            return 0
        steps = SequenceMatcher(None, value, name).get_opcodes()
        return sum(max(end - start, stop - begin) for tag, start, end, begin, stop in steps if tag != "equal")

    return str(min(close, key=changes, default=""))


def check_text(value: object, noun: str, advice: str = "") -> None:
    """Raise UsageError for a value that is neither text nor a path; `noun` names the expected value."""
    if not isinstance(value, str | os.PathLike):
        raise UsageError(f"Expected {noun}, got {type(value).__name__!r}.{advice}")


def did_you_mean(guess: str) -> str:
    """Return the suggestion for a misspelt name, with a leading space; "" if there is no guess.

    >>> did_you_mean("stride"), did_you_mean("")
    (" Did you mean 'stride'?", '')
    """
    return f" Did you mean {guess!r}?" if guess else ""


def number_of(noun: str, count: int) -> str:
    """Return a noun with its count.

    >>> number_of("block", 1), number_of("parameter", 25557032)
    ('1 block', '25,557,032 parameters')
    """
    return f"{count:,} {noun}{'s' * (count != 1)}"


def number_is(noun: str, count: int) -> str:
    """Return a noun with its count and verb.

    >>> number_is("way", 1), number_is("way", 2)
    ('1 way is', '2 ways are')
    """
    return f"{number_of(noun, count)} {'is' if count == 1 else 'are'}"


def missing_file(text: str, path: Path, noun: str = "a Python file") -> str:
    """Return the message for a missing file, with similar files in its folder; `noun`: what was expected."""
    if path.is_dir():
        return f"{text!r} is a folder; name {noun} in it."
    if path.exists():
        return f"{text!r} is not a regular file; name {noun}."
    beside = sorted(path.parent.iterdir()) if path.parent.is_dir() else []
    neighbours = [file.name for file in beside if file.suffix == (path.suffix or ".py")]
    hint = did_you_mean(closest(path.name, neighbours))
    hint += f" That folder has {', '.join(neighbours[:8])}." if neighbours else ""
    return f"There is no file {text!r}.{hint}"


HIDDEN = (
    *((0x00, 0x09), (0x0B, 0x20), (0x7F, 0xA0), (0xAD, 0xAE), (0x180E, 0x180F), (0x200B, 0x200C)),
    *((0x2028, 0x202F), (0x2060, 0x2070), (0xD800, 0xE000), (0xFDD0, 0xFDF0), (0xFEFF, 0xFF00)),
    *((0x3164, 0x3165), (0xFFA0, 0xFFA1), (0xFFF9, 0xFFFC), (0xFFFE, 0x10000), (0x1BCA0, 0x1BCA4)),
    *((0x1D173, 0x1D17B), (0xE0000, 0xE0080)),
    *((plane + 0xFFFE, plane + 0x10000) for plane in range(0x10000, 0x110000, 0x10000)),
)
"""Ranges of code points that act unseen, or are no characters: control characters but tab and line feed,
marks that reverse the direction of text or separate lines, signs without width, halves of surrogate pairs.
Joiners and direction marks that scripts are spelled with are none."""


class HiddenCharacters(dict[int, int | str]):
    """Table for `str.translate` that spells hidden characters, filled by the characters it meets.

    A whole table takes longer to make, at every start, than the texts of a drawing take to translate.
    """

    def __init__(self, spell: Callable[[int], str]) -> None:
        """Make an empty table; `spell` is given the code point of a hidden character."""
        super().__init__()
        self._spell = spell

    def __missing__(self, code: int) -> int | str:
        """Return what a character becomes, and keep it."""
        is_hidden = any(low <= code < high for low, high in HIDDEN)
        self[code] = spelled = self._spell(code) if is_hidden else code
        return spelled


_CONTROL = HiddenCharacters(lambda code: ascii(chr(code))[1:-1])
_IN_QUOTES = HiddenCharacters(
    lambda code: f"\\u{code:04X}" if 127 <= code < 0xD800 or 0xE000 <= code < 0x10000 else chr(code)
)


def escape_controls(text: str) -> str:
    r"""Return a text whose hidden characters are spelled out: they would act on a terminal.

    >>> escape_controls("conv" + chr(27) + "[2J" + chr(0x202E))
    'conv\\x1b[2J\\u202e'
    """
    return text if text.isascii() and text.isprintable() else text.translate(_CONTROL)


def escape_in_quotes(text: str) -> str:
    r"""Return text in JSON, TOML or YAML without raw hidden characters; `json` escapes those below 32.

    >>> escape_in_quotes('"' + chr(155) + '"')
    '"\\u009B"'
    """
    return text.translate(_IN_QUOTES)


def error_text(error: BaseException) -> str:
    """Return the message of an error, "" for one of a user's own whose message fails too."""
    try:
        return str(error)
    except Exception:
        return ""


class ResnetDiagramError(Exception):
    """An error that the user can fix; its message names the value, the expectation and the remedy."""


class UsageError(ResnetDiagramError):
    """The call itself is wrong: an unknown format, view, theme or option value."""


class SpecError(ResnetDiagramError):
    """A network description breaks the rules of `resnet_diagram.spec.check.network`."""


class SourceError(ResnetDiagramError):
    """A source cannot be found, read or turned into a model."""


class TraceError(ResnetDiagramError):
    """A model was built but could not be run far enough to be drawn."""


class RenderError(ResnetDiagramError):
    """A figure could not be written."""


class CodeError(ResnetDiagramError):
    """A network has a part that cannot be written as PyTorch code."""


class UnrenderedWarning(UserWarning):
    """The format cannot show a part of the figure, which was omitted."""


class GuessedInputWarning(UserWarning):
    """No input was given and the model has no example of one, so its shape was guessed."""


class EmbedError(ResnetDiagramError):
    """A document's marker is invalid, or its command fails."""


def warn_unrendered(message: str) -> None:
    """Warn that a figure lacks something; the message says what, and how to get it."""
    warnings.warn(message, UnrenderedWarning, stacklevel=3)
