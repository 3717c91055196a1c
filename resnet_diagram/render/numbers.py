"""Format numbers for drawings."""


def number(value: float) -> str:
    """Return `value` with at most two decimals.

    >>> number(12.0), number(0.125), number(-0.001), number(3.14159)
    ('12', '0.12', '0', '3.14')
    """
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
