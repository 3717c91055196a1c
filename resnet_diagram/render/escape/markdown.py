r"""Escape text for Markdown."""

import re

from resnet_diagram.render.escape.xml import one_line

# What Markdown could take for emphasis, code, a link, a tag, an entity, a cell's border, maths, a heading …
_MARKS = re.compile(r"[\\`*{}\[\]<>|~$&#@!^]|(?<![^\W_])_|_(?![^\W_])")
# … or, at the start of a line, for a list or a rule.
_NUMBERED = re.compile(r"^(\d+)([.)])")
_LISTED = re.compile(r"^([-+=:])")
# GitHub makes links of bare addresses; an empty comment parts them without a trace.
_ADDRESSES = re.compile(r"(https?|ftp)(?=://)|(www)(?=\.)", re.IGNORECASE)


def markdown_text(text: str) -> str:
    r"""Return `text` escaped for one line of Markdown, inside a table or outside.

    >>> markdown_text("7×7, 64, stride 2")
    '7×7, 64, stride 2'
    >>> print(markdown_text("fc, [16, 256]"))
    fc, \[16, 256\]
    >>> print(markdown_text("conv2_x, _init_ | c*d"))
    conv2_x, \_init\_ \| c\*d
    >>> print(markdown_text("two\nlines"))
    two lines
    >>> print(markdown_text("1. one"), markdown_text("- one"))
    1\. one \- one
    >>> markdown_text("残差 🦜")
    '残差 🦜'
    """
    line = one_line(text)
    escaped = _MARKS.sub(lambda result: "\\" + result[0], line)
    escaped = _LISTED.sub(r"\\\1", _NUMBERED.sub(r"\1\\\2", escaped))
    return _ADDRESSES.sub(lambda results: results[0] + "<!-- -->", escaped)
