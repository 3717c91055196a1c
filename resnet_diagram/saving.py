"""Write files atomically; write directly into devices and pipes."""

import errno
import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from io import BytesIO
from pathlib import Path

from resnet_diagram.dataclass import dataclass
from resnet_diagram.errors import RenderError

Content = str | bytes

_IN_PLACE = ("/dev/", "/proc/")
"""Folders whose files are written into, never replaced: `/dev/stdout` may lead to a regular file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Destination of one content: the path as given, links followed in `target`, its file if there is one.

    `draft` is a file beside the target that takes its place, None where the target is written into.
    """

    path: Path
    content: bytes
    target: Path
    present: os.stat_result | None
    draft: Path | None


def zipped(files: Mapping[str, bytes]) -> bytes:
    """Return a zip archive of files by their names; the same files give the same bytes."""
    import zipfile

    data = BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content, compress_type=zipfile.ZIP_DEFLATED)
    return data.getvalue()


def write_files(files: Sequence[tuple[Path, Content]]) -> None:
    """Write all files beside their targets first, then move each into place in one step.

    Texts are written as UTF-8. A link is followed. A file that exists keeps its mode and, where possible, its
    owner; one with several names (hard links), a device or a pipe is written into. Raises RenderError if a
    folder is missing, or a file or a folder is read-only; then no file has changed, unless moving a finished
    one into place was what failed.
    """
    places = [_place(path, content) for path, content in files]
    try:
        for place in places:
            if place.draft:
                with _named(place.path):
                    _write_draft(place.draft, place)
        for place in places:
            with _named(place.path):
                if place.draft:
                    place.draft.replace(place.target)
                else:
                    with place.target.open("wb") as file:
                        file.write(place.content)
    finally:
        for place in places:
            if place.draft:
                with suppress(OSError):
                    place.draft.unlink()


def encoded(content: Content) -> bytes:
    """Return the bytes of a file: text as UTF-8, "?" for half of a surrogate pair."""
    return content.encode(errors="replace") if isinstance(content, str) else content


def _place(path: Path, content: Content) -> _Place:
    """Return the path for a content. Raises RenderError if the file is read-only or is a folder."""
    data = encoded(content)
    present = None
    with _named(path), suppress(FileNotFoundError, NotADirectoryError):
        present = os.stat(path)
    if present and stat.S_ISDIR(present.st_mode):
        raise RenderError(f"Cannot write {str(path)!r}: it is a folder. Name a file in it.")
    target = Path(os.path.realpath(path))
    if (present and not stat.S_ISREG(present.st_mode)) or os.path.abspath(path).startswith(_IN_PLACE):
        return _Place(path=path, content=data, target=path, present=present, draft=None)
    if present and not (present.st_mode & 0o222 and os.access(target, os.W_OK)):
        raise RenderError(
            f"Cannot write {str(path)!r}: the file is read-only. Name another, or change its mode."
        )
    draft = target.with_name(f".{os.urandom(8).hex()}.part")
    linked = present is not None and present.st_nlink > 1
    return _Place(path=path, content=data, target=target, present=present, draft=None if linked else draft)


def _write_draft(draft: Path, place: _Place) -> None:
    """Write the content beside its target; the draft of an existing file is private until it is finished."""
    mode = 0o600 if place.present else 0o666
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(place.content)
    if place.present:
        with suppress(OSError, AttributeError):
            os.chown(draft, place.present.st_uid, place.present.st_gid)
        os.chmod(draft, stat.S_IMODE(place.present.st_mode))


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """Turn an OSError into a RenderError that names the file."""
    try:
        yield
    except OSError as problem:
        is_full = problem.errno in (errno.ENOSPC, errno.EDQUOT)
        advice = (
            "Make room, or name a file elsewhere" if is_full else "Name a file in a folder you may write to"
        )
        raise RenderError(f"Cannot write {str(path)!r}: {problem.strerror}. {advice}.") from problem
    except ValueError as problem:
        raise RenderError(f"Cannot write {str(path)!r}: {problem}.") from problem
