r"""Any text made safe for DOT, Mermaid, TeX and XML: pure functions from string to string."""

import re
import unicodedata
from collections.abc import Iterable
from itertools import groupby

# Characters that XML 1.0 forbids even when escaped, and the other control characters.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_XML = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;"})


def xml_text(text: str) -> str:
    r"""`text` for XML, between tags as well as in an attribute; forbidden characters become U+FFFD.

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
    escaped = _FORBIDDEN.sub("\ufffd", text).translate(_XML)
    return escaped.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "&#10;")


def dot_quote(text: str) -> str:
    r"""`text` as a quoted DOT string, shown by Graphviz letter by letter.

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
    clean = _FORBIDDEN.sub("\ufffd", text).replace("\r\n", "\n").replace("\r", "\n")
    escaped = clean.replace("\\", "\\\\").replace('"', '\\"').replace("&", "&amp;").replace("\n", "\\n")
    return f'"{escaped}"'


def dot_html(text: str) -> str:
    r"""`text` for an HTML-like label of DOT, between its tags.

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
    shown = xml_text(text).replace("&#10;", "<br/>")
    return re.sub(r"\\(?=[NGETHL])", r"\\&#8203;", shown)


# ASCII signs that mean nothing to Mermaid inside a quoted label.
_MERMAID_PLAIN = frozenset(" ,.-+=/()[]_")
_MERMAID_NAMED = {'"': "#quot;", "<": "#lt;", ">": "#gt;", "&": "#amp;", "\n": "<br/>"}
# What Markdown would take for a list, a rule, emphasis, a link or an address.
_MERMAID_LIST = re.compile(r"^([ \t]*(?:[-+*]|\d+[.)]))[ \t]", re.MULTILINE)
_MERMAID_MARKS = re.compile(
    r"^[ \t]*([-+=])|^[ \t]*\d+([.)])|(?<![^\W_])(_)|(_)(?![^\W_])|\]([(])|www(\.)",
    re.MULTILINE | re.IGNORECASE,
)


def mermaid_text(text: str) -> str:
    r"""`text` for a quoted label of Mermaid, shown letter by letter; a line break becomes `<br/>`.

    The space after what looks like a list's mark becomes unbreakable: some releases read Markdown.

    >>> mermaid_text("3×3 conv, 64")
    '3×3 conv, 64'
    >>> mermaid_text('say "hi"')
    'say #quot;hi#quot;'
    >>> mermaid_text("a<b> & #35;")
    'a#lt;b#gt; #amp; #35;35#59;'
    >>> mermaid_text("%%{init}%% `md` $$x$$")
    '#37;#37;#123;init#125;#37;#37; #96;md#96; #36;#36;x#36;#36;'
    >>> mermaid_text("C:\\net | end; [x] (y)")
    'C#58;#92;net #124; end#59; [x] (y)'
    >>> mermaid_text("1. one\n- two")
    '1#46;\xa0one<br/>#45;\xa0two'
    >>> mermaid_text("__init__ and layer_1")
    '#95;#95;init#95;#95; and layer_1'
    >>> mermaid_text("残差 🦜")
    '残差 🦜'
    """
    clean = _FORBIDDEN.sub("\ufffd", text).replace("\r\n", "\n").replace("\r", "\n")
    clean = _MERMAID_LIST.sub("\\1\u00a0", clean)
    marks = {found.start(found.lastindex or 0) for found in _MERMAID_MARKS.finditer(clean)}
    return "".join(_mermaid_sign(sign, at in marks) for at, sign in enumerate(clean))


def _mermaid_sign(sign: str, mark: bool) -> str:
    if not mark and (sign in _MERMAID_PLAIN or sign.isalnum() or ord(sign) > 0x9F):
        return sign
    return _MERMAID_NAMED.get(sign) or f"#{ord(sign)};"


_TEX_ASCII = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "#": r"\#",
    "$": r"\$",
    "%": r"\%",
    "&": r"\&",
    "_": r"\_",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': "''",
    "`": r"\textasciigrave{}",
    "\n": r"\\",
    "\t": " ",
}
_TEX_TEXT = {
    "\u00a0": "~",
    "–": r"\textendash{}",
    "—": r"\textemdash{}",
    "‘": "`",
    "’": "'",
    "“": "``",
    "”": "''",
    "…": r"\ldots{}",
    "\ufffd": "?",
    "ß": r"\ss{}",
    "æ": r"\ae{}",
    "Æ": r"\AE{}",
    "œ": r"\oe{}",
    "Œ": r"\OE{}",
    "ø": r"\o{}",
    "Ø": r"\O{}",
    "ł": r"\l{}",
    "Ł": r"\L{}",
    "ı": r"\i{}",
    "§": r"\S{}",
    "©": r"\copyright{}",
}
# Braces make an ordinary sign of an operator: no space on its sides.
_TEX_MATHS = {
    "×": r"\times",
    "·": r"\cdot",
    "±": r"\pm",
    "−": "-",
    "→": r"\rightarrow",
    "←": r"\leftarrow",
    "↑": r"\uparrow",
    "↓": r"\downarrow",
    "⊕": r"\oplus",
    "⊗": r"\otimes",
    "⊙": r"\odot",
    "≤": r"\leq",
    "≥": r"\geq",
    "≠": r"\neq",
    "≈": r"\approx",
    "∞": r"\infty",
    "∥": r"\parallel",
    "²": "^2",
    "³": "^3",
    "½": r"\frac12",
    "°": r"^\circ",
    "α": r"\alpha",
    "β": r"\beta",
    "γ": r"\gamma",
    "δ": r"\delta",
    "ε": r"\varepsilon",
    "λ": r"\lambda",
    "μ": r"\mu",
    "π": r"\pi",
    "σ": r"\sigma",
    "φ": r"\varphi",
    "Δ": r"\Delta",
    "Σ": r"\Sigma",
}
_TEX_ACCENTS = {
    "\u0300": "`",
    "\u0301": "'",
    "\u0302": "^",
    "\u0303": "~",
    "\u0304": "=",
    "\u0306": "u",
    "\u0307": ".",
    "\u0308": '"',
    "\u030a": "r",
    "\u030b": "H",
    "\u030c": "v",
    "\u0323": "d",
    "\u0327": "c",
}
_TEX_SIGNS = _TEX_ASCII | _TEX_TEXT | {sign: f"${{{command}}}$" for sign, command in _TEX_MATHS.items()}


def tex_text(text: str) -> str:
    r"""`text` for TeX outside math, as in a TikZ node (one with `align=` when there are several lines).

    Compiles with pdflatex as with lualatex. What pdflatex's standard fonts lack stays as it is for lualatex
    and xelatex and is named by its code point under pdflatex.

    >>> tex_text("50% of #1 & a_b")
    '50\\% of \\#1 \\& a\\_b'
    >>> print(tex_text(r"{x}^2 ~ \end $"))
    \{x\}\textasciicircum{}2 \textasciitilde{} \textbackslash{}end \$
    >>> print(tex_text("3×3 conv, s≤2"))
    3${\times}$3 conv, s${\leq}$2
    >>> print(tex_text("56 → 28 ⊕"))
    56 ${\rightarrow}$ 28 ${\oplus}$
    >>> print(tex_text("two\nlines -- a<b>"))
    two\\lines -{}- a\textless{}b\textgreater{}
    >>> print(tex_text('é Åñ "so"'))
    \'{e} \r{A}\~{n} ''so''
    >>> print(tex_text("残差 🦜"))
    \ifdefined\Umathchar 残差\else U+6B8B U+5DEE\fi{} \ifdefined\Umathchar 🦜\else U+1F99C\fi{}
    """
    clean = _FORBIDDEN.sub("\ufffd", text).replace("\r\n", "\n").replace("\r", "\n")
    composed = unicodedata.normalize("NFC", clean)
    signs = [(sign, _tex_sign(sign)) for sign in composed]
    runs = groupby(signs, key=lambda pair: pair[1] is not None)
    escaped = "".join(_tex_known(run) if known else _tex_unknown(run) for known, run in runs)
    return re.sub("-(?=-)", "-{}", escaped)


def _tex_sign(sign: str) -> str | None:
    """TeX for one character, or None when the standard fonts have none."""
    if sign in _TEX_SIGNS:
        return _TEX_SIGNS[sign]
    if " " <= sign <= "~":
        return sign
    parts = unicodedata.normalize("NFD", sign)
    if len(parts) == 2 and parts[0].isascii() and parts[1] in _TEX_ACCENTS:
        return f"\\{_TEX_ACCENTS[parts[1]]}{{{parts[0]}}}"
    return None


def _tex_known(run: Iterable[tuple[str, str | None]]) -> str:
    return "".join(tex or "" for _, tex in run)


def _tex_unknown(run: Iterable[tuple[str, str | None]]) -> str:
    signs = [sign for sign, _ in run]
    names = " ".join(f"U+{ord(sign):04X}" for sign in signs)
    return rf"\ifdefined\Umathchar {''.join(signs)}\else {names}\fi{{}}"
