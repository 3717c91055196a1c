"""The exceptions and warnings this package raises, and the hint their messages share."""

from collections.abc import Iterable


def closest(given: object, known: Iterable[str]) -> str:
    """The known name most like the one given, or "".

    Among like ones the one with the fewest letters changed.

    >>> closest("strde", ["stride", "kernel"]), closest("xyz", ["stride"]), closest(3, ["stride"])
    ('stride', '', '')
    >>> closest("resnet51", ["resnet50-v1", "resnet50"]), closest("resnet18x", ["resnet152", "resnet18"])
    ('resnet50', 'resnet18')
    """
    from difflib import SequenceMatcher, get_close_matches  # slow to import, and for messages only

    if not isinstance(given, str):
        return ""
    close = get_close_matches(given, list(known), n=5)

    def changes(name: str) -> int:
        steps = SequenceMatcher(None, given, name).get_opcodes()
        return sum(max(end - start, stop - begin) for tag, start, end, begin, stop in steps if tag != "equal")

    return str(min(close, key=changes, default=""))


def did_you_mean(guess: str) -> str:
    """The hint at a guess, with a space before it; nothing without a guess.

    >>> did_you_mean("stride"), did_you_mean("")
    (" Did you mean 'stride'?", '')
    """
    return f" Did you mean {guess!r}?" if guess else ""


class ResnetDiagramError(Exception):
    """Something the user can mend; the message says what was given, what was expected and what to do."""


class UsageError(ResnetDiagramError):
    """The call itself is wrong: an unknown format, view, theme or option value."""


class SpecError(ResnetDiagramError):
    """A network description breaks the rules of `resnet_diagram.spec.check`."""


class SourceError(ResnetDiagramError):
    """A source cannot be found, read or turned into a model."""


class TraceError(ResnetDiagramError):
    """A model was built but could not be run far enough to be drawn."""


class RenderError(ResnetDiagramError):
    """A figure could not be written."""


class CodeError(ResnetDiagramError):
    """A network has a part that cannot be written as PyTorch code."""


class UnrenderedWarning(UserWarning):
    """A format cannot show something the figure holds; it was left out."""


class EmbedError(ResnetDiagramError):
    """A document's marker is wrong, or what it asks for cannot be made."""
