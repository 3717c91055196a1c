"""Break the text of a box into lines that are short enough."""

import re
from functools import lru_cache

from resnet_diagram.layout.text.metrics import text_width
from resnet_diagram.layout.units import balanced
from resnet_diagram.wording.terms import FORMULA_MARK

_KEPT = 4096
"""Size of the caches; a deep network repeats its texts."""
LONGEST = 15.0
"""Greatest width of a line in a box, in ems."""
_LIMITS = (5.6, 6.8, 8.4, 11.0, LONGEST)
_SUMMARY = 9.0
_COMMAS = ",，"
_JOINER = "\u2060"
"""Prefix of a word that follows the one before it without a space."""
_FIRST_CHINESE = "\u3000"
_UNIT_ENDS = r"(?<=[，；：、。？])(?!$)|(?<!^)(?=（)"
"""Places in Chinese text, which has no spaces, where a line should end."""
_LETTER_ENDS = r"(?<=[\u3400-\u9fff])(?=[^，；：、。？）])"
"""Places in Chinese text where a line may end. Compiled when Chinese is drawn."""


@lru_cache(maxsize=_KEPT)
def wrap_lines(lines: tuple[str, ...], size: float) -> tuple[str, ...]:
    """Break each line in two if that makes the box narrower; break very long lines into more.

    >>> wrap_lines(("1×1 conv, 12",), 6.4), wrap_lines(("1×1 conv, 12", "concatenation"), 6.4)
    (('1×1 conv', '12'), ('1×1 conv, 12', 'concatenation'))
    """
    parts: list[tuple[str, ...]] = []
    for words in (_words(line, size) for line in lines):
        for limit in _LIMITS:
            packed = pack(words, limit * size, size)
            if len(packed) <= 2:
                break
        parts.append(packed)
    width = max((text_width(part, size) for packed in parts for part in packed), default=0.0)
    whole = [text_width(line, size) <= width for line in lines]
    return tuple(
        part
        for line, packed, fits in zip(lines, parts, whole, strict=True)
        for part in ([line] if fits else packed)
    )


@lru_cache(maxsize=_KEPT)
def wrap_label(label: str, size: float, width: float, *, keeps_commas: bool = False) -> tuple[str, ...]:
    """Break a text beside a line at `width` points or nine ems, whichever is more.

    A sum that is too long is broken before its plus signs if that is enough.

    >>> wrap_label("2×2 avg pool, s=2 + 1×1 conv", 6.4, 75.0)
    ('2×2 avg pool, s=2', '+ 1×1 conv')
    """
    limit = max(width, _SUMMARY * size)
    first, *rest = label.split(" + ")
    parts = [first, *(f"+ {part}" for part in rest)]
    if all(text_width(part, size) <= limit for part in parts):
        return pack(parts, limit, size)
    return pack(_words(label, size), limit, size, keeps_commas=keeps_commas)


def wrap_evenly(text: str, size: float, width: float) -> tuple[str, ...]:
    """Break a text into the fewest lines of up to `width` points, of similar lengths.

    A word longer than a line is a separate line.

    >>> wrap_evenly("3×3 depthwise conv, 960", 6.4, 50.0)
    ('3×3 depthwise', 'conv, 960')
    """
    return _even(_words(text, size), width, size)


def wrap_title(title: str, size: float, width: float, *, bold: bool = True) -> tuple[str, ...]:
    """Break a title into the fewest lines of up to `width` points, of similar lengths.

    Only words longer than a line are split. A remark in brackets begins a line if that needs no more
    lines.

    >>> wrap_title("Inverted bottleneck without shortcut (first block of stages 2–7)", 8.0, 180.0)
    ('Inverted bottleneck without shortcut', '(first block of stages 2–7)')
    >>> wrap_title("segmentation.fcn_resnet50(classes=21)", 8.0, 120.0)
    ('segmentation.fcn_', 'resnet50(classes=21)')
    >>> wrap_title("瓶颈块（其余各块）", 8.0, 60.0), wrap_title("瓶颈块（其余各块）", 8.0, 120.0)
    (('瓶颈块', '（其余各块）'), ('瓶颈块（其余各块）',))
    >>> wrap_title("恒等SE瓶颈块", 8.0, 40.0)
    ('恒等SE瓶', '颈块')
    """
    swelling = [text_width(word, 1.0, bold=bold) / (text_width(word, 1.0) or 1.0) for word in title.split()]
    em = size * max([1.0, *swelling])
    if not title:
        return ()
    lines = _even(_words(title, em, width), width, em)
    name, bracket, inside = title.partition(" (")
    pieces = [name, f"({inside}"] if bracket else [name]
    parts = [_even(_words(part, em, width), width, em) for part in pieces]
    apart = tuple(line for part in parts for line in part)
    return apart if len(apart) <= len(lines) else lines


@lru_cache(maxsize=_KEPT)
def wrap_summary(lines: tuple[str, ...], size: float) -> tuple[str, ...]:
    """Break long lines after their colon, and further if that is not enough; short ones are unchanged.

    >>> wrap_summary(("36 bottlenecks", "1 projection: 1×1 conv, s=2"), 6.4)
    ('36 bottlenecks', '1 projection:', '1×1 conv, s=2')
    >>> wrap_summary(("3×3 depthwise conv, 144",), 6.4)
    ('3×3 depthwise', 'conv, 144')
    """
    limit = _SUMMARY * size
    texts: list[str] = []
    for line in lines:
        head, colon, rest = line.partition(": ")
        if colon and text_width(line, size) > limit:
            texts += [*_even(_words(f"{head}:", size), limit, size), *_even(_words(rest, size), limit, size)]
        else:
            texts += _even(_words(line, size), limit, size)
    return tuple(texts)


@lru_cache(maxsize=_KEPT)
def narrow_lines(lines: tuple[str, ...], size: float, limit: float) -> tuple[str, ...]:
    """Break each line so that no part exceeds `limit` points, except single long words.

    >>> narrow_lines(("3×3 conv, 512, s=2",), 6.4, 21.0)
    ('3×3', 'conv', '512', 's=2')
    """
    return tuple(part for line in lines for part in pack(_words(line, size), limit, size))


def _words(line: str, size: float, longest: float = 0.0) -> list[str]:
    """Return the words of a line; those longer than a box or `longest` are cut.

    A plus sign is one word with what follows it, an equation with a symbol, such as "s = 2", is one word.
    """
    words: list[str] = []
    for word in re.findall(r"\+ [^ ]+|[^ ]{1,2} = [^ ]+|[^ ]+", line):
        units = [word]
        if max(word) >= _FIRST_CHINESE:
            units = re.split(_UNIT_ENDS, word)  # what is wider than `longest` is cut between any letters
            if longest and any(text_width(unit, size) > longest for unit in units):
                units = [part for unit in units for part in re.split(_LETTER_ENDS, unit)]
        pieces = [piece for unit in units for piece in _pieces(unit, size, max(longest, LONGEST * size))]
        words += [f"{_JOINER if number else ''}{piece}" for number, piece in enumerate(pieces)]
    return words


def _pieces(word: str, size: float, maximum: float) -> list[str]:
    if text_width(word, size) <= maximum or FORMULA_MARK in word:
        return [word]
    pieces = [""]
    for part in re.findall(r"[^._/×-]*[._/×-]|[^._/×-]+", word):
        length = len(part) if text_width(part, size) <= maximum else 10
        for letters in (part[at : at + length] for at in range(0, len(part), length)):
            fits = text_width(pieces[-1] + letters, size) <= maximum
            pieces[-1:] = [pieces[-1] + letters] if fits else [pieces[-1], letters]
    return [piece for piece in pieces if piece]


def _even(words: list[str], limit: float, size: float) -> tuple[str, ...]:
    """Break words into the fewest lines of up to `limit` points, of similar lengths."""
    widest = max(text_width(word.removeprefix(_JOINER), size) for word in words or [""])
    return balanced(lambda room: pack(words, room, size), limit, 0.5 * size, widest)


def pack(words: list[str], limit: float, size: float, *, keeps_commas: bool = False) -> tuple[str, ...]:
    """Fill lines of up to `limit` points with words; commas at line ends are dropped, unless kept.

    >>> pack(["3×3", "conv,", "128,", "s=2"], 36, 6.6)
    ('3×3 conv', '128, s=2')
    >>> pack(["SE", "门控，", "r=24"], 36, 6.6)
    ('SE 门控', 'r=24')
    >>> pack(["3×3", "conv,", "128,", "s=2"], 36, 6.6, keeps_commas=True)
    ('3×3 conv,', '128, s=2')
    """
    dropped = "" if keeps_commas else _COMMAS
    lines: list[str] = []
    for word in words:
        bare = word.removeprefix(_JOINER)
        longer = f"{lines[-1]}{' ' if bare == word else ''}{bare}" if lines else bare
        if lines and text_width(longer.rstrip(dropped), size) <= limit:
            lines[-1] = longer
        else:
            lines.append(bare)
    return (*(line.rstrip(dropped) for line in lines[:-1]), *lines[-1:])
