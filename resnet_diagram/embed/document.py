"""A document as its file holds it: encoding, line ends and, in a notebook, cells are kept."""

import codecs
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from resnet_diagram.embed.markers import Region, regions
from resnet_diagram.embed.syntax import Syntax, syntax_of
from resnet_diagram.errors import EmbedError, SourceError
from resnet_diagram.reading import read_bytes

_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))

_MARK = "\ufeff"

_SURROGATES = re.compile("[\ud800-\udfff]")
"""Halves of surrogate pairs, which JSON can escape and no encoding has."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """A run of lines with their ends, and the regions in it: a whole file, or a cell of a notebook."""

    lines: tuple[str, ...]
    regions: tuple[Region, ...]
    where: str


@dataclass(frozen=True, kw_only=True)
class Document:
    """A file with markers. `notebook` is its parsed JSON, or None for a text."""

    path: Path
    raw: bytes
    syntax: Syntax
    encoding: str
    parts: tuple[Part, ...]
    notebook: Any = None


def read_document(path: Path) -> Document:
    """Return the document in a file: in UTF-8 or UTF-16 by byte order mark, in UTF-8, else in Latin-1.

    Raises EmbedError if it cannot be read or its markers are wrong.
    """
    try:
        raw = read_bytes(path)
    except SourceError as error:
        raise EmbedError(str(error)) from error
    syntax = syntax_of(path)
    by_mark = next((name for mark, name in _MARKS if raw.startswith(mark)), "")
    encoding = by_mark or "utf-8"
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        if by_mark:
            raise EmbedError(f"{path}: not a text in {error.encoding}, as its first bytes say.") from error
        encoding, text = "latin-1", raw.decode("latin-1")
    if path.suffix.lower() == ".ipynb":
        return _notebook(path, raw, syntax, encoding, text)
    part = _part(text, syntax, str(path))
    return Document(path=path, raw=raw, syntax=syntax, encoding=encoding, parts=(part,))


def _part(text: str, syntax: Syntax, place: str) -> Part:
    lines = tuple(re.findall(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+", text))
    result = regions([line.lstrip(_MARK) for line in lines], syntax, place)
    return Part(lines=lines, regions=result, where=place)


def _notebook(path: Path, raw: bytes, syntax: Syntax, encoding: str, text: str) -> Document:
    try:
        notebook = json.loads(text.lstrip(_MARK))
        cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "markdown"]
        sources = ["".join(cell["source"]) for cell in cells]
    except RecursionError:
        raise EmbedError(f"{path}: not a notebook that can be read (nested too deeply).") from None
    except (ValueError, KeyError, TypeError) as error:
        raise EmbedError(f"{path}: not a notebook that can be read ({error!r}).") from None
    parts = [_part(source, syntax, f"{path}, text cell {at}") for at, source in enumerate(sources, 1)]
    return Document(
        path=path, raw=raw, syntax=syntax, encoding=encoding, parts=tuple(parts), notebook=notebook
    )


def rewritten(document: Document, bodies: Sequence[Mapping[Region, Sequence[str]]]) -> bytes:
    """Return the file's bytes with new bodies, one mapping for each part; unchanged if no text changed.

    A mapping has the regions of its part in their order. Raises EmbedError if the file's encoding cannot
    represent a character.
    """
    texts = []
    for part, body in zip(document.parts, bodies, strict=True):
        ends = [line[len(line.rstrip("\r\n")) :] for line in part.lines]
        newline = max(("\n", "\r\n", "\r"), key=ends.count)
        text, at = "", 0
        for region, lines in body.items():
            text += "".join(part.lines[at : region.start])
            text += "".join(f"{region.indent}{line}".rstrip(" \t") + newline for line in lines)
            at = region.end
        texts.append(text + "".join(part.lines[at:]))
    if all(text == "".join(part.lines) for text, part in zip(texts, document.parts, strict=True)):
        return document.raw
    full = _filled(document, texts) if document.notebook is not None else texts[0]
    try:
        return full.encode(document.encoding)
    except UnicodeEncodeError as error:
        letter = full[error.start]
        raise EmbedError(
            f"{document.path}: {letter!r} cannot be written in {document.encoding}; save the file as UTF-8."
        ) from None


def _filled(document: Document, texts: Sequence[str]) -> str:
    """Return the notebook's JSON with new sources in its text cells; indent and line ends are kept."""
    raw = document.raw.decode(document.encoding)
    notebook = json.loads(raw.lstrip(_MARK))
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "markdown"]
    for cell, text in zip(cells, texts, strict=True):
        listed = isinstance(cell["source"], list)
        cell["source"] = text.splitlines(keepends=True) if listed else text
    match = re.search(r"\n([ \t]+)\"", raw)
    escaped = "\\u" in raw and raw.lstrip(_MARK).isascii()
    complete = json.dumps(notebook, indent=match[1] if match else None, ensure_ascii=escaped)
    complete = _SURROGATES.sub(lambda half: f"\\u{ord(half[0]):04x}", complete)
    ended = complete + ("\n" if raw.endswith("\n") else "")
    return _MARK * raw.startswith(_MARK) + (ended.replace("\n", "\r\n") if "\r\n" in raw else ended)
