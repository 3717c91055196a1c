"""Upper limits for reading, tracing and drawing, against wrong or hostile numbers."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from resnet_diagram.errors import SpecError

ELEMENTS = 250_000
"""Most layers, blocks and stages that a spec file may expand to; `--limit` raises it."""

OPERATIONS = 1_000_000
"""Most operations of one run of a model; `--limit` raises it."""

QUESTIONS = 256
"""Maximum number of times that one line of a module may read a value of real data."""

SIZE = 10**12
"""Largest size, count of channels or number of repetitions."""

COUNT = 10**18
"""Largest number of values, parameters or multiply-accumulates."""

POINTS = 100_000.0
"""Largest length in a theme, and largest width and height of a drawing, in points."""

ROUNDS = 5_000_000
"""Most rounds of loops and calls of macros in a template of your own."""

FILE = 100_000_000
"""Largest document, spec file, theme or other file that is read, in bytes."""

TEXT = 256_000_000
"""Most characters that a template may write, and that all values of a template of your own may have."""

_raised: ContextVar[int | None] = ContextVar("raised", default=None)
_counted: ContextVar[list[int] | None] = ContextVar("counted", default=None)


def operations() -> int:
    """Return the most operations of one run."""
    return _raised.get() or OPERATIONS


@contextmanager
def raised_to(count: int | None) -> Iterator[None]:
    """Raise the limits of elements and operations inside the context; None keeps the limits."""
    token = _raised.set(count or _raised.get())
    try:
        yield
    finally:
        _raised.reset(token)


@contextmanager
def counting_elements() -> Iterator[None]:
    """Count the elements that are made inside."""
    token = _counted.set([0])
    try:
        yield
    finally:
        _counted.reset(token)


def count_element() -> None:
    """Count one element. Raise SpecError above the limit."""
    counter, limit = _counted.get(), _raised.get() or ELEMENTS
    if counter is None:
        return
    counter[0] += 1
    if counter[0] > limit:
        raise SpecError(
            f"it has more than {limit:,} layers and blocks; expected fewer. Lower its depths and repeats, or "
            "allow more with --limit."
        )


def is_length(value: float) -> bool:
    """Return whether a number of points is finite and within the limit."""
    return -POINTS <= value <= POINTS
