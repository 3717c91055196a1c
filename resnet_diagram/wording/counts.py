"""Counts in words: parameters, multiply-accumulate operations, blocks."""

from collections.abc import Collection

from resnet_diagram.spec.measure import Part, macs, params
from resnet_diagram.wording.terms import Kind, Label, phrase
from resnet_diagram.wording.vocabulary import Word


def si_text(count: int) -> str:
    """Return a count in three digits with its SI prefix.

    >>> si_text(25557032), si_text(4089184256), si_text(64)
    ('25.6 M', '4.09 G', '64')
    """
    for size, prefix in ((10**12, "T"), (10**9, "G"), (10**6, "M"), (10**3, "k")):
        if count >= 0.9995 * size:
            value = count / size
            digits = 2 if value < 9.995 else 1 if value < 99.95 else 0
            return f"{value:.{digits}f} {prefix}"
    return str(count)


def count_text(count: int) -> str:
    """Return a count with its digits in groups of three.

    >>> count_text(25557032)
    '25,557,032'
    """
    return f"{count:,}"


def scaled_text(count: int, total: int) -> str:
    """Return a count with three decimals in the unit of a total: k, M or G.

    >>> scaled_text(118013952, 4089184256), scaled_text(442368, 40813184), scaled_text(640, 640)
    ('0.118 G', '0.442 M', '0.640 k')
    """
    size, prefix = next(
        ((10**power, prefix) for power, prefix in ((9, "G"), (6, "M")) if total >= 10**power), (10**3, "k")
    )
    return f"{count / size:.3f} {prefix}"


def counted(count: int, noun: Label) -> Label:
    """Return a noun with its count.

    >>> block = phrase(Kind.BLOCK, Word.BASIC_BLOCK)
    >>> counted(3, block), counted(1, block)
    ('3 basic blocks', '1 basic block')
    """
    return phrase(Kind.COUNT, Word.ONE if count == 1 else Word.MANY, count, noun)


def macs_label(count: int) -> Label:
    """Return a count of MACs, with any SI prefix before the unit.

    >>> macs_label(4089184256), macs_label(64)
    ('4.09 GMACs', '64 MACs')
    """
    text = si_text(count)
    word = Word.MAC if count == 1 else Word.MACS if text.isdigit() else Word.MACS_WITH_PREFIX
    return phrase(Kind.COUNT, word, text)


def params_labels(count: int) -> tuple[Label, ...]:
    """Return a number of parameters, nothing where there are none.

    >>> params_labels(25557032), params_labels(1), params_labels(0)
    (('25.6 M params',), ('1 param',), ())
    """
    word = Word.PARAM if count == 1 else Word.PARAMS
    return (phrase(Kind.COUNT, word, si_text(count)),) if count else ()


def count_labels(part: Part, show: Collection[str]) -> tuple[Label, ...]:
    """Return the parameters and MACs of a part, those that are in `show` and not zero."""
    weights = params(part) if "params" in show else 0
    work = macs(part) if "macs" in show else 0
    return (*params_labels(weights), *([macs_label(work)] if work else []))
