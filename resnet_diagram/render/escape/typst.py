r"""Escape text for Typst."""

from resnet_diagram.render.escape.xml import printable


def typst_string(text: str) -> str:
    r"""Return `text` as a string literal of Typst code.

    >>> print(typst_string("3×3 conv, 64"))
    "3×3 conv, 64"
    >>> print(typst_string('say "hi"'))
    "say \"hi\""
    >>> print(typst_string(r"a\nb \u{41}"))
    "a\\nb \\u{41}"
    >>> print(typst_string("#let *x* _y_ $z$ @w <v> //"))
    "#let *x* _y_ $z$ @w <v> //"
    >>> print(typst_string("two\nlines"))
    "two\nlines"
    >>> print(typst_string("残差 🦜"))
    "残差 🦜"
    """
    escaped = printable(text).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
