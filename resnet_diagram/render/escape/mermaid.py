r"""Escape text for Mermaid."""

import re

from resnet_diagram.render.escape.xml import printable

# ASCII signs that mean nothing to Mermaid inside a quoted label.
_MERMAID_PLAIN = frozenset(" ,.-+=/()[]_")
_MERMAID_NAMED = {'"': "#quot;", "<": "#lt;", ">": "#gt;", "&": "#amp;", "\n": "<br/>"}
# What Markdown would take for a list, a rule, emphasis, a link or an address.
_MERMAID_LIST = re.compile(r"^([ \t]*(?:[-+*]|\d+[.)]))[ \t]", re.MULTILINE)
_MERMAID_MARKS = re.compile(
    r"^[ \t]*([-+=])|^[ \t]*\d+([.)])|(?<![^\W_])(_)|(_)(?![^\W_])|\]([(])|www(\.)",
    re.MULTILINE | re.IGNORECASE,
)

# What some releases read as Markdown although it is escaped, in a label with `<br/>` in it.
_MERMAID_READ = re.compile(r"[`*~#@\\<>&!|$]|\][(\[]|://|www\.|(?<![^\W_])_|_(?![^\W_])", re.IGNORECASE)


def mermaid_text(text: str) -> str:
    r"""Return `text` escaped for a quoted label of Mermaid.

    A line break becomes `<br/>`, except beside characters that would then start Markdown.

    The space after a possible list mark becomes unbreakable, since some releases read Markdown. A word joiner
    separates two dollar signs, which would start a formula.

    >>> mermaid_text("3×3 conv, 64")
    '3×3 conv, 64'
    >>> mermaid_text('say "hi"')
    'say #quot;hi#quot;'
    >>> mermaid_text("a<b> & #35;")
    'a#lt;b#gt; #amp; #35;35#59;'
    >>> mermaid_text("%%{init}%% `md` $$x$$")
    '#37;#37;#123;init#125;#37;#37; #96;md#96; #36;\u2060#36;x#36;\u2060#36;'
    >>> mermaid_text("C:\\net | end; [x] (y)")
    'C#58;#92;net #124; end#59; [x] (y)'
    >>> mermaid_text("1. one\n- two")
    '1#46;\xa0one<br/>#45;\xa0two'
    >>> mermaid_text("3×3 conv\n`x`")
    '3×3 conv\n#96;x#96;'
    >>> mermaid_text("__init__ and layer_1")
    '#95;#95;init#95;#95; and layer_1'
    >>> mermaid_text("残差 🦜")
    '残差 🦜'
    """
    clean = printable(text)
    clean = _MERMAID_LIST.sub("\\1\u00a0", clean)
    clean = re.sub(r"\$(?=\$)", "$\u2060", clean)
    between = "\n" if _MERMAID_READ.search(clean) else _MERMAID_NAMED["\n"]
    marks = {result.start(result.lastindex or 0) for result in _MERMAID_MARKS.finditer(clean)}
    signs = []
    for at, sign in enumerate(clean):
        plain = at not in marks and (sign in _MERMAID_PLAIN or sign.isalnum() or ord(sign) > 0x9F)
        named = between if sign == "\n" else _MERMAID_NAMED.get(sign)
        signs.append(sign if plain else named or f"#{ord(sign)};")
    return "".join(signs)
