"""Write files whole or not at all."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path

from resnet_diagram.errors import RenderError

Content = str | bytes

_HELD: ContextVar[dict[Path, bytes] | None] = ContextVar("held", default=None)


def write_text(path: Path, text: str) -> None:
    """Write `text` as UTF-8 to `path`. Raises RenderError as `write_files` does."""
    write_files([(path, text)])


def write_bytes(path: Path, data: bytes) -> None:
    """Write `data` to `path`. Raises RenderError as `write_files` does."""
    write_files([(path, data)])


def write_files(files: Sequence[tuple[Path, Content]]) -> None:
    """Write all files beside their places first, then put each in its place in one step.

    Texts are written as UTF-8. A link is followed, so that the file it names is replaced. Raises RenderError
    where a folder is missing or may not be written; then no file has changed, unless putting a finished one
    in its place was what failed.
    """
    kept = _HELD.get()
    if kept is not None:
        kept.update((path, _bytes(content)) for path, content in files)
        return
    targets = [Path(os.path.realpath(path)) for path, _ in files]
    drafts = [_draft(target, number) for number, target in enumerate(targets)]
    try:
        for draft, (path, content) in zip(drafts, files, strict=True):
            with _named(path):
                draft.write_bytes(_bytes(content))
        for draft, target, (path, _) in zip(drafts, targets, files, strict=True):
            with _named(path):
                draft.replace(target)
    finally:
        for draft in drafts:
            with suppress(OSError):
                draft.unlink()


@contextmanager
def held() -> Iterator[dict[Path, bytes]]:
    """Hold back what would be written meanwhile: a dictionary that gets each file's content, by its path."""
    files: dict[Path, bytes] = {}
    token = _HELD.set(files)
    try:
        yield files
    finally:
        _HELD.reset(token)


def _bytes(content: Content) -> bytes:
    return content.encode() if isinstance(content, str) else content


def _draft(target: Path, number: int) -> Path:
    return target.with_name(f".{target.name}.{os.getpid()}-{number}.part")


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """Say which file it was that could not be written."""
    try:
        yield
    except OSError as problem:
        message = f"Cannot write {str(path)!r}: {problem.strerror}. Name a file in a folder you may write to."
        raise RenderError(message) from problem
