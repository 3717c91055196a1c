"""Choose the face in which text is measured and drawn from a theme's list of families."""

from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path

from resnet_diagram.dataclass import dataclass

OWN = "Arimo"
"""The built-in family; its advance widths equal those of the families in `_AS_WIDE`."""

Advances = Mapping[str, float]
"""Advance width of each character of a font, in ems."""

SUFFIXES = frozenset({".ttf", ".otf", ".ttc", ".otc"})
"""Suffixes of font files."""

_AS_WIDE = frozenset({"helvetica", "helvetica neue", "arial", "liberation sans", "arimo", "nimbus sans"})
_GENERIC = {
    "sans-serif": (OWN,),
    "system-ui": (OWN,),
    "ui-sans-serif": (OWN,),
    "serif": ("Times New Roman", "Liberation Serif", "Nimbus Roman", "DejaVu Serif", "Noto Serif"),
    "monospace": ("Courier New", "Liberation Mono", "DejaVu Sans Mono", "Menlo", "Consolas"),
}
"""Families to try for each generic name of CSS."""


@dataclass(frozen=True, slots=True)
class Face:
    """An available family. `absent`: missing families that the theme prefers. `file`: path of its file."""

    family: str = OWN
    absent: tuple[str, ...] = ()
    file: str = ""

    @property
    def source(self) -> str:
        """The file, or the family that is installed."""
        return self.file or self.family

    @property
    def own(self) -> bool:
        """Return whether the built-in family provides the widths."""
        return self.family.lower() in _AS_WIDE


def is_file(font: str) -> bool:
    """Return whether a font is named by the path of its file."""
    return Path(font).suffix.lower() in SUFFIXES


def families(font: str) -> list[str]:
    """Return the family names in a theme's font list; a file is replaced by its family's name.

    >>> families("Helvetica, 'Liberation Sans', sans-serif")
    ['Helvetica', 'Liberation Sans', 'sans-serif']
    """
    return [_family(name) for name in _entries(font)]


def _family(name: str) -> str:
    if not is_file(name):
        return name
    from resnet_diagram.layout.text.installed import family_of

    return family_of(name)


def _entries(font: str) -> list[str]:
    return [name.strip(" \"'") for name in font.split(",")]


@cache
def face_of(font: str) -> Face:
    """Return the first available family of a list, else the built-in family.

    >>> face_of("No Such Font, Arial, serif")
    Face(family='Arial', absent=('No Such Font',), file='')
    """
    absent: list[str] = []
    for name in _entries(font):
        for family in _GENERIC.get(name.lower(), (name,)):
            if family.lower() not in _AS_WIDE:
                from resnet_diagram.layout.text.installed import advances_of

                if not advances_of(family, bold=False):  # no file of it can be read
                    continue
            return Face(_family(family), tuple(absent), family if is_file(family) else "")
        if name.lower() not in _GENERIC:
            absent.append(_family(name))
    return Face(absent=tuple(absent))


def present(font: str) -> list[str]:
    """Return the families of a list from the first available one on.

    >>> present("No Such Font, Arial, serif"), present("Arial, serif"), present("No Such Font")
    (['Arial', 'serif'], ['Arial', 'serif'], ['Arimo'])
    """
    return families(font)[len(face_of(font).absent) :] or [OWN]


def css_list(names: Collection[str]) -> str:
    """Return the names of families as CSS writes them.

    >>> css_list(["Arial", "Latin Modern Roman 12", "sans-serif"])
    "Arial, 'Latin Modern Roman 12', sans-serif"
    """
    plain = {name for name in names if name.isascii() and name.replace("-", "").isalpha()}
    return ", ".join(name if name in plain else f"'{name}'" for name in names)


def alternatives(font: str) -> list[str]:
    """Return the names of families to try in turn on another machine, without generic names.

    >>> alternatives("No Such Font, Georgia Pro, sans-serif")
    ['No Such Font', 'Georgia Pro', 'Arimo', 'Arial', 'Liberation Sans']
    """
    candidates = [family for name in families(font) for family in _GENERIC.get(name.lower(), (name,))]
    measured = face_of(font).family
    return list(dict.fromkeys((*candidates, measured, "Arial", "Liberation Sans", OWN)))
