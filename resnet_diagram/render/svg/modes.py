"""Colours of an SVG that follows its reader's light or dark mode: classes and custom properties of CSS."""

from collections.abc import Iterable
from operator import attrgetter

from resnet_diagram.dataclass import dataclass
from resnet_diagram.style.theme import Theme

# What each sort of element is painted with: properties of CSS, and the part of a style each one takes.
_PAINTS = {
    "box": (("fill", "fill"), ("stroke", "stroke")),
    "area": (("fill", "fill"),),
    "line": (("stroke", "stroke"),),
    "words": (("fill", "text"),),
}


@dataclass(frozen=True, slots=True)
class Ink:
    """Paint of an element: `sort` is one of box, area, line and words."""

    sort: str
    role: str
    shade: int = 0

    @property
    def name(self) -> str:
        """The class of its elements.

        >>> Ink("box", "conv", 2).name, Ink("words", "muted").name
        ('box-conv-2', 'words-muted')
        """
        return f"{self.sort}-{self._style}"

    @property
    def _style(self) -> str:
        return f"{self.role}-{self.shade}" if self.shade else self.role

    def variables(self) -> list[tuple[str, str, str]]:
        """Return the CSS property, the custom property and the style field of each colour.

        >>> Ink("line", "flow").variables()
        [('stroke', '--flow-stroke', 'stroke')]
        """
        return [(name, f"--{self._style}-{part}", part) for name, part in _PAINTS[self.sort]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Modes:
    """`light` and `dark`: values of custom properties; `rules`: declarations by class.

    `pages_light` and `pages_dark`: selectors of pages that choose the mode in place of the reader's settings,
    for an SVG inline in them: Furo and others of Sphinx; Bootstrap, which is MkDocs' own theme; Material for
    MkDocs, which is light unless its scheme is slate.
    """

    light: dict[str, str]
    dark: dict[str, str]
    rules: dict[str, str]
    pages_light: tuple[str, ...] = ("[data-theme=light]", "[data-bs-theme=light]", ".md-typeset")
    pages_dark: tuple[str, ...] = (
        "[data-theme=dark]",
        "[data-bs-theme=dark]",
        "[data-md-color-scheme=slate]",
    )


def modes(inks: Iterable[Ink], theme: Theme) -> Modes | None:
    """Return the style sheet of some inks, if the theme follows the reader's mode."""
    if not theme.dark:
        return None
    names = sorted(set(inks), key=attrgetter("sort", "role", "shade"))
    return Modes(
        light=_values(names, theme),
        dark=_values(names, theme.dark),
        rules={
            ink.name: "; ".join(f"{name}: var({variable})" for name, variable, _ in ink.variables())
            for ink in names
        },
    )


def _values(inks: list[Ink], theme: Theme) -> dict[str, str]:
    colours = {
        variable: getattr(theme.style(ink.role, ink.shade), part)
        for ink in inks
        for _, variable, part in ink.variables()
    }
    return dict(sorted(colours.items()))
