r"""Escape text for XML and DOT."""

import re

from resnet_diagram.errors import HiddenCharacters
from resnet_diagram.wording.terms import FORMULA_MARK

_UNSEEN = HiddenCharacters(lambda code: "\r" if code == ord("\r") else "\ufffd")
_XML = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;"})


def printable(text: str) -> str:
    r"""Return `text` with U+FFFD for each hidden character, and with uniform line breaks.

    Formulas become letters of Unicode.

    >>> printable("bell\x07")
    'bell�'
    >>> printable("one\r\ntwo\rthree")
    'one\ntwo\nthree'
    """
    if FORMULA_MARK in text:
        from resnet_diagram.wording.formulas.spans import unicode_text

        text = unicode_text(text)
    if text.isascii() and text.isprintable():
        return text
    return text.translate(_UNSEEN).replace("\r\n", "\n").replace("\r", "\n")


def one_line(text: str) -> str:
    r"""Return `text` on one line, printable, as comments and cells hold it.

    >>> one_line("two\nlines /* and */ more")
    'two lines /* and */ more'
    """
    return " ".join(printable(text).split())


def xml_text(text: str) -> str:
    r"""Return `text` escaped for XML text and attributes; hidden characters become U+FFFD.

    >>> xml_text("C<64 & D>3")
    'C&lt;64 &amp; D&gt;3'
    >>> xml_text('a "quoted" name')
    'a &quot;quoted&quot; name'
    >>> xml_text("it's")
    'it&#39;s'
    >>> xml_text("two\nlines")
    'two&#10;lines'
    >>> xml_text("bell\x07")
    'bell�'
    >>> xml_text("残差 🦜 3×3")
    '残差 🦜 3×3'
    """
    return printable(text).translate(_XML).replace("\n", "&#10;")


def dot_quote(text: str) -> str:
    r"""Return `text` as a quoted DOT string, which Graphviz shows unchanged.

    >>> dot_quote("3×3 conv, 64")
    '"3×3 conv, 64"'
    >>> print(dot_quote('say "hi"'))
    "say \"hi\""
    >>> print(dot_quote(r"C:\net"))
    "C:\\net"
    >>> print(dot_quote(r"ends in \\"[:-1]))
    "ends in \\"
    >>> print(dot_quote("two\nlines"))
    "two\nlines"
    >>> print(dot_quote("R&D &lt; <b>"))
    "R&amp;D &amp;lt; <b>"
    >>> dot_quote("残差 🦜")
    '"残差 🦜"'
    >>> dot_quote("")
    '""'
    """
    clean = printable(text).replace("\t", " ")
    escaped = clean.replace("\\", "\\\\").replace('"', '\\"').replace("&", "&amp;").replace("\n", "\\n")
    return f'"{escaped}"'


def dot_html(text: str) -> str:
    r"""Return `text` escaped for an HTML-like label of DOT, between its tags.

    A backslash and a letter that Graphviz would replace are parted by an empty space: it has no escape here.

    >>> dot_html("C<64 & D>3")
    'C&lt;64 &amp; D&gt;3'
    >>> dot_html('a "quoted" name')
    'a &quot;quoted&quot; name'
    >>> dot_html("two\nlines")
    'two<br/>lines'
    >>> print(dot_html(r"back\slash \Name"))
    back\slash \&#8203;Name
    >>> dot_html("#1 50% {x} _y_ ^~")
    '#1 50% {x} _y_ ^~'
    >>> dot_html("残差 🦜")
    '残差 🦜'
    """
    shown = xml_text(text).replace("&#10;", "<br/>").replace("\t", " ")
    return re.sub(r"\\(?=[NGETHL])", r"\\&#8203;", shown)
