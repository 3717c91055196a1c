"""Choose the fonts of PDF and PNG."""

from resnet_diagram.layout.text.metrics import unmeasured

FACE = "Arimo"
"""The family that comes with the package; its letters are as wide as those of the families below."""

_AS_WIDE = frozenset({"helvetica", "helvetica neue", "arial", "liberation sans", "arimo", "nimbus sans"})


def families(font: str) -> list[str]:
    """The names in a list of families, as a theme writes it.

    >>> families("Helvetica, 'Liberation Sans', sans-serif")
    ['Helvetica', 'Liberation Sans', 'sans-serif']
    """
    return [name.strip(" \"'") for name in font.split(",")]


def ours_first(font: str) -> str:
    """The list of families with our face first, if the one wished for is as wide as ours.

    >>> ours_first("Arial, sans-serif"), ours_first("Georgia, serif")
    ('Arimo, Arial, sans-serif', 'Georgia, serif')
    """
    return f"{FACE}, {font}" if _is_ours(font) else font


def needs_installed(text: str, font: str) -> bool:
    """Return whether system fonts are needed: the theme names one, or ours lacks a letter of `text`.

    >>> needs_installed("3×3", "Arial"), needs_installed("残差", "Arial"), needs_installed("a", "Georgia")
    (False, True, True)
    """
    return not _is_ours(font) or bool(unmeasured(text))


def _is_ours(font: str) -> bool:
    return families(font)[0].lower() in _AS_WIDE
