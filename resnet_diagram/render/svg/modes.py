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
# Pages that choose the mode in place of the reader's settings: Furo and others of Sphinx; Bootstrap, which is
# MkDocs' own theme; Material for MkDocs, which is light unless its scheme is slate.
_PAGES_LIGHT = ("[data-theme=light]", "[data-bs-theme=light]", ".md-typeset")
_PAGES_DARK = ("[data-theme=dark]", "[data-bs-theme=dark]", "[data-md-color-scheme=slate]")


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


def mode_rules(name: str, inks: Iterable[Ink], theme: Theme) -> list[str]:
    """Return the rules of some inks in the drawing with the id `name`; none if the theme has one mode.

    The colours are those of the reader's settings, or of the mode that the page around an inline SVG chose.
    """
    if not theme.dark:
        return []
    used = sorted(set(inks), key=attrgetter("sort", "role", "shade"))
    paints = [(ink, variable, part) for ink in used for _, variable, part in ink.variables()]
    light, dark = (
        sorted({(variable, getattr(mode.style(ink.role, ink.shade), part)) for ink, variable, part in paints})
        for mode in (theme, theme.dark)
    )
    rules = [
        f"  #{name} .{ink.name} {{ " + "; ".join(f"{key}: var({value})" for key, value, _ in ink.variables())
        for ink in used
    ]
    return [
        f"#{name} {{",
        *(f"  {variable}: {colour};" for variable, colour in light),
        "}",
        "@media (prefers-color-scheme: dark) {",
        f"  #{name}:not({' *, '.join(_PAGES_LIGHT)} *) {{",
        *(f"    {variable}: {colour};" for variable, colour in dark),
        "  }",
        "}",
        ", ".join(f"{page} #{name}" for page in _PAGES_DARK) + " {",
        *(f"  {variable}: {colour};" for variable, colour in dark),
        "}",
        "@supports (fill: var(--page-fill)) {",
        *(f"{rule} }}" for rule in rules),
        "}",
    ]
