"""Digests in the first line of generated LaTeX and draw.io files, which show whether one was edited."""

import hashlib
import re

_MARK = re.compile(r' \[resnet-diagram ([0-9a-f]{12})\]$| etag="([0-9a-f]{12})"(?=>$)')


def with_digest(text: str) -> str:
    """Return a file with the digest of all its text at the end of its first line.

    LaTeX has it in a comment, draw.io in the attribute that it changes whenever it saves a file.
    """
    first, newline, rest = text.partition("\n")
    if first.startswith("%"):
        return f"{first} [resnet-diagram {_digest(text)}]{newline}{rest}"
    if first.startswith("<mxfile") and first.endswith(">"):
        return f'{first[:-1]} etag="{_digest(text)}">{newline}{rest}'
    return text


def is_edited(text: str) -> bool:
    """Return whether a file is not what its digest says, or has none; the ends of lines do not count."""
    first, newline, rest = text.replace("\r\n", "\n").partition("\n")
    match = _MARK.search(first)
    if match is None:
        return True
    unmarked = first[: match.start()] + first[match.end() :]
    return _digest(unmarked + newline + rest) not in match.groups()


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:12]
