"""Digests in generated files, to detect manual edits."""

import hashlib
import re
import zipfile
import zlib
from io import BytesIO

from resnet_diagram.limits import FILE

_MARK = re.compile(r' \[resnet-diagram ([0-9a-f]{12})\]$| etag="([0-9a-f]{12})"(?=>$)')

_CORE = "docProps/core.xml"
_IDENTIFIER = re.compile(rb"<dc:identifier>resnet-diagram ([0-9a-f]{12})</dc:identifier>")

EDITABLE = ("tikz", "drawio", "pptx")
"""The formats of files that are made to be edited."""


def with_digest(data: bytes) -> bytes:
    """Return a drawing in one of the `EDITABLE` formats with a digest of all its content."""
    if _is_archive(data):
        parts = _parts(data)
        element = f"<dc:identifier>resnet-diagram {_digest_of_parts(parts)}</dc:identifier>".encode()
        parts[_CORE] = parts[_CORE].replace(b"</cp:coreProperties>", element + b"</cp:coreProperties>")
        signed = BytesIO()
        with zipfile.ZipFile(signed, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in parts.items():
                archive.writestr(zipfile.ZipInfo(name), content, compress_type=zipfile.ZIP_DEFLATED)
        return signed.getvalue()
    return _text_with_digest(data.decode("utf-8")).encode("utf-8")


def is_edited(data: bytes) -> bool:
    """Return whether a drawing differs from its digest, or has none; line ends are ignored."""
    if _is_archive(data):
        return _is_edited_presentation(data)
    first, newline, rest = _lines(data).partition("\n")
    match = _MARK.search(first)
    if match is None:
        return True
    unmarked = first[: match.start()] + first[match.end() :]
    return _digest_of_text(unmarked + newline + rest) not in match.groups()


def is_same(old: bytes, new: bytes) -> bool:
    """Return whether two files hold the same; line ends and compression do not count."""
    if old == new:
        return True
    if _is_archive(old) and _is_archive(new):
        return _parts(old) == _parts(new)
    return b"\0" not in new and _lines(old) == _lines(new)


def _is_archive(data: bytes) -> bool:
    return zipfile.is_zipfile(BytesIO(data))


def _lines(data: bytes) -> str:
    """Return the text of a file with line feeds at the ends of its lines."""
    return data.decode("utf-8", errors="surrogateescape").replace("\r\n", "\n")


def _text_with_digest(text: str) -> str:
    """Return a file with the digest of all its text at the end of its first line.

    LaTeX has it in a comment, draw.io in the attribute that it changes whenever it saves a file.
    """
    first, newline, rest = text.partition("\n")
    if first.startswith("%"):
        return f"{first} [resnet-diagram {_digest_of_text(text)}]{newline}{rest}"
    if first.startswith("<mxfile") and first.endswith(">"):
        return f'{first[:-1]} etag="{_digest_of_text(text)}">{newline}{rest}'
    return text


def _is_edited_presentation(data: bytes) -> bool:
    parts = _parts(data)
    match = _IDENTIFIER.search(parts.get(_CORE, b""))
    if match is None:
        return True
    parts[_CORE] = parts[_CORE].replace(match[0], b"")
    return _digest_of_parts(parts) != match[1].decode()


def _parts(data: bytes) -> dict[str, bytes]:
    """Return the files of a zip archive by name, none if it is damaged or too large."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > FILE:
                return {}
            return {name: archive.read(name) for name in archive.namelist()}
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError, RuntimeError):
        return {}


def _digest_of_parts(parts: dict[str, bytes]) -> str:
    return _digest(b"".join(name.encode() + _digest(parts[name]).encode() for name in sorted(parts)))


def _digest_of_text(text: str) -> str:
    return _digest(text.encode("utf-8", "surrogateescape"))


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:12]
