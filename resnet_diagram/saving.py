"""Write files whole or not at all."""

import os
from pathlib import Path

from resnet_diagram.errors import RenderError


def write_text(path: Path, text: str) -> None:
    """Write `text` as UTF-8 beside `path` first, then put it in its place in one step.

    A link is followed, so that the file it names is replaced. Raises RenderError where the folder is
    missing or may not be written.
    """
    target = Path(os.path.realpath(path))
    draft = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        draft.write_text(text, encoding="utf-8", newline="\n")
        draft.replace(target)
    except OSError as problem:
        message = f"Cannot write {str(path)!r}: {problem.strerror}. Name a file in a folder you may write to."
        raise RenderError(message) from problem
    finally:
        draft.unlink(missing_ok=True)
