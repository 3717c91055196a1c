"""The exceptions and warnings this package raises, and the hint their messages share."""

from collections.abc import Iterable


def closest(given: object, known: Iterable[str]) -> str:
    """The known name most like the one given, or "".

    Among like ones the one most like it in length.

    >>> closest("strde", ["stride", "kernel"]), closest("xyz", ["stride"]), closest(3, ["stride"])
    ('stride', '', '')
    >>> closest("resnet51", ["resnet50-v1", "resnet50"])
    'resnet50'
    """
    from difflib import get_close_matches  # slow to import, and needed for a message only

    if not isinstance(given, str):
        return ""
    close = get_close_matches(given, list(known), n=5)
    return str(min(close, key=lambda name: abs(len(name) - len(given)), default=""))


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


class UnrenderedWarning(UserWarning):
    """A format cannot show something the figure holds; it was left out."""
