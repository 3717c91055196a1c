"""The exceptions and warnings this package raises, and the hint their messages share."""

from collections.abc import Iterable


def closest(given: object, known: Iterable[str]) -> str:
    """The known name most like the one given, or "".

    >>> closest("strde", ["stride", "kernel"]), closest("xyz", ["stride"]), closest(3, ["stride"])
    ('stride', '', '')
    """
    from difflib import get_close_matches  # slow to import, and needed for a message only

    close = get_close_matches(given, list(known), n=1) if isinstance(given, str) else []
    return str(close[0]) if close else ""


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
