"""Symbols that mean the same in every language."""

ARROW = " → "
"""Separator between input and output shape."""

PLUS = " + "
"""Joint between layers that follow each other."""

DIFFERS = "≠"
APPROXIMATELY = "≈"
"""Sign of a difference between two networks."""


def panel_letter(number: int) -> str:
    """Return the letter of a panel by its number from 0: a to z, then aa and on.

    >>> panel_letter(0), panel_letter(27)
    ('(a)', '(ab)')
    """
    letters = ""
    while number >= 0:
        letters = chr(ord("a") + number % 26) + letters
        number = number // 26 - 1
    return f"({letters})"


def times(count: int) -> str:
    """Return the number of repetitions in brackets; empty for one.

    >>> times(36), times(1)
    ('[×36]', '')
    """
    return f"[×{count}]" if count > 1 else ""


def times_marked(count: int, *, marked: bool) -> str:
    """Return the number of repetitions, followed by a sign if it differs from another network's.

    >>> times_marked(36, marked=True), times_marked(1, marked=True)
    ('[×36] ≠', '≠')
    """
    return " ".join(part for part in (times(count), DIFFERS if marked else "") if part)
