"""The exceptions and warnings this package raises."""


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
