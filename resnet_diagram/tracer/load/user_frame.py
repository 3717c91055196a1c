"""Say where in the user's code something went wrong."""

import traceback
from pathlib import Path

from resnet_diagram.errors import SourceError

OURS = str(Path(__file__).parents[1])


def blame(what: str, error: BaseException, path: Path | None = None) -> SourceError:
    """Returns a SourceError that says what failed, with what message, in which file and line."""
    place = where(error, path)
    return SourceError(f"{what}: {message_of(error)}{f' ({place})' if place else ''}.")


def message_of(error: BaseException) -> str:
    """The class and the first lines of an error's message, without a full stop at its end."""
    try:
        text = str(error)
    except Exception:  # an error of the user's own whose text fails too
        text = ""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    text = " ".join(lines[:3]).rstrip(".")
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def where(error: BaseException, path: Path | None = None) -> str:
    """The file and line an error came from: the innermost in `path`, else outside of torch and of us."""
    if isinstance(error, SyntaxError) and error.filename:
        return f"{error.filename}:{error.lineno}"
    frames = traceback.extract_tb(error.__traceback__)
    own = [f for f in frames if path is not None and f.filename == str(path)]
    theirs = [f for f in frames if not foreign(f.filename)]
    chosen = own or theirs
    return f"{chosen[-1].filename}:{chosen[-1].lineno}" if chosen else ""


def foreign(filename: str) -> bool:
    """Whether a file is torch's, Python's own, or ours."""
    parts = Path(filename).parts
    return filename.startswith((OURS, "<")) or "torch" in parts or "importlib" in parts or filename == ""
