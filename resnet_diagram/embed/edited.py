"""Digests in generated files, to detect manual edits and files of others."""

import hashlib
import re
import struct
import zipfile
import zlib
from enum import Enum, auto
from io import BytesIO

from resnet_diagram.limits import FILE
from resnet_diagram.reading import is_archive
from resnet_diagram.saving import zipped

_MARK = re.compile(r' \[resnet-diagram ([0-9a-f]{12})\]$| etag="([0-9a-f]{12})"(?=>$)')

_LAST_LINE = re.compile(rb"[^\n]{1,6}\[resnet-diagram ([0-9a-f]{12})\](?: -->)?\r?\n\Z")

_CHUNK = re.compile(rb"\0\0\0\x1btEXtresnet-diagram\0([0-9a-f]{12}).{4}", re.DOTALL)
"""A chunk of text in a PNG with the digest."""

_COMMENTS = {
    "svg": ("<!--", " -->"),
    "html": ("<!--", " -->"),
    "markdown": ("<!--", " -->"),
    "dot": ("//", ""),
    "typst": ("//", ""),
    "mermaid": ("%%", ""),
    "pdf": ("%", ""),
    "toml": ("#", ""),
    "python": ("#", ""),
}
"""Signs before and after the digest, which is the last line of a file in these formats."""

_FORMS = {
    "json": re.compile(rb'\{\s*"format": "resnet-diagram-network"'),
    "scene": re.compile(rb'\{\s*"schema": \d+,\s*"title": '),
    "csv": re.compile(b"stage,"),
    "text": re.compile("[^\0]*[─├└]".encode()),
    "outline": re.compile("[^\0]*[─├└]".encode()),
}
"""Beginnings of files in formats that have no comments."""

_CORE = "docProps/core.xml"
_IDENTIFIER = re.compile(rb"<dc:identifier>resnet-diagram ([0-9a-f]{12})</dc:identifier>")

EDITABLE = ("tikz", "drawio")
"""The formats of texts that are made to be edited."""


class Author(Enum):
    """Who wrote the content of a file: this tool, an author who edited its drawing, or somebody else."""

    TOOL = auto()
    EDITOR = auto()
    OTHER = auto()


def with_digest(data: bytes, form: str) -> bytes:
    """Return a file in a format with a digest of all its content; JSON, CSV and plain text have none.

    LaTeX has it in a comment at the end of its first line, draw.io in the attribute there that it changes
    whenever it saves a file.
    """
    if form == "pptx":
        parts = _parts(data)
        element = f"<dc:identifier>resnet-diagram {_digest_of_parts(parts)}</dc:identifier>".encode()
        parts[_CORE] = parts[_CORE].replace(b"</cp:coreProperties>", element + b"</cp:coreProperties>")
        return zipped(parts)
    if form == "png":
        text = b"tEXtresnet-diagram\0" + _digest(data).encode()
        chunk = struct.pack(">I", len(text) - 4) + text + struct.pack(">I", zlib.crc32(text))
        return data[:-12] + chunk + data[-12:]
    if form in _COMMENTS:
        opening, closing = _COMMENTS[form]
        lines = data if data.endswith(b"\n") else data + b"\n"
        return lines + f"{opening} [resnet-diagram {_digest_of_lines(lines)}]{closing}\n".encode()
    if form in _FORMS:
        return data
    first, newline, rest = data.partition(b"\n")
    if first.startswith(b"%"):
        first += f" [resnet-diagram {_digest(data)}]".encode()
    elif first.startswith(b"<mxfile") and first.endswith(b">"):
        first = first[:-1] + f' etag="{_digest(data)}">'.encode()
    return first + newline + rest


def author_of(data: bytes, form: str) -> Author:
    """Return who wrote a file in a format; line ends are ignored.

    A program that saves a drawing in one of the `EDITABLE` formats may drop the digest. A file in a format
    without comments is recognized by its beginning.
    """
    if form == "pptx":
        parts = _parts(data)
        identifier = _IDENTIFIER.search(parts.get(_CORE, b""))
        if identifier is None:
            return Author.EDITOR
        parts[_CORE] = parts[_CORE].replace(identifier[0], b"")
        return Author.TOOL if _digest_of_parts(parts) == identifier[1].decode() else Author.EDITOR
    if form in _FORMS:
        return Author.TOOL if _FORMS[form].match(data) else Author.OTHER
    if form == "png" or form in _COMMENTS:
        match = (_CHUNK if form == "png" else _LAST_LINE).search(data)
        if match is None:
            return Author.OTHER
        unmarked = data[: match.start()] + data[match.end() :]
        digest = _digest(unmarked) if form == "png" else _digest_of_lines(unmarked)
        return Author.TOOL if digest == match[1].decode() else Author.EDITOR
    first, newline, rest = _lines(data).partition("\n")
    mark = _MARK.search(first)
    if mark is None:
        return Author.EDITOR if form in EDITABLE else Author.OTHER
    unmarked_text = first[: mark.start()] + first[mark.end() :] + newline + rest
    digest = _digest(unmarked_text.encode("utf-8", "surrogateescape"))
    return Author.TOOL if digest in mark.groups() else Author.EDITOR


def is_same(old: bytes, new: bytes) -> bool:
    """Return whether two files hold the same; line ends and compression do not count."""
    if old == new:
        return True
    if all(is_archive(BytesIO(data)) for data in (old, new)):
        return _parts(old) == _parts(new)
    return b"\0" not in new and _lines(old) == _lines(new)


def _lines(data: bytes) -> str:
    """Return the text of a file with line feeds at the ends of its lines."""
    return data.decode("utf-8", errors="surrogateescape").replace("\r\n", "\n")


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


def _digest_of_lines(data: bytes) -> str:
    return _digest(data.replace(b"\r\n", b"\n"))


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:12]
