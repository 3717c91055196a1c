"""Digests in the first line of generated LaTeX, which show whether a file was edited by hand."""

import hashlib
import re

_MARK = re.compile(r" \[resnet-diagram ([0-9a-f]{12})\]$")


def with_digest(text: str) -> str:
    """Return LaTeX with the digest of all its text at the end of its first comment line."""
    first, newline, rest = text.partition("\n")
    return f"{first} [resnet-diagram {_digest(text)}]{newline}{rest}" if first.startswith("%") else text


def is_edited(text: str) -> bool:
    """Return whether LaTeX is not what its digest says, or has none; the ends of lines do not count."""
    first, newline, rest = text.replace("\r\n", "\n").partition("\n")
    match = _MARK.search(first)
    return match is None or match[1] != _digest(first[: match.start()] + newline + rest)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:12]
