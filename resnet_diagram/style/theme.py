"""Themes: one style a role, read from a TOML file."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

from resnet_diagram.dataclass import dataclass
from resnet_diagram.diagram.model import EdgeRole
from resnet_diagram.errors import UsageError, closest, did_you_mean
from resnet_diagram.reading import check_confined, read_toml
from resnet_diagram.resources import templates_dir
from resnet_diagram.style.check import check_theme
from resnet_diagram.style.colour import ramp
from resnet_diagram.style.contrast import readable

DEFAULT_THEME = "paper"
FRAMING = ("highlight", "changed")
"""Styles of annotations that may give boxes an outline."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """Style of one role: colours as "#RRGGBB", `line_width` and `dash` in points."""

    fill: str
    stroke: str
    text: str
    line_width: float
    dash: tuple[float, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Theme:
    """Colours, lines and type of a drawing.

    `entries` are the styles by role; `shades` replace the fill of the roles in `shaded`, one a stage from 1;
    `font` is a list of families as CSS writes it; `sizes` are points by use. `dark` has the colours for
    readers in dark mode, where the theme follows them. `marks`: how many shades at the end are those of
    levels and annotations, which fill boxes of any role. `frames`: the numbers of the shades that have an
    outline too, and the style with it.
    """

    name: str
    font: str
    entries: tuple[tuple[str, Style], ...]
    sizes: tuple[tuple[str, float], ...]
    shades: tuple[str, ...]
    shaded: tuple[str, ...]
    dark: "Theme | None" = None
    marks: int = 0
    frames: tuple[tuple[int, Style], ...] = ()

    @cached_property
    def styles(self) -> Mapping[str, Style]:
        """Styles by role, without shades; "projection-box" styles boxes on projection shortcuts."""
        styles = dict(self.entries)
        page, ink = styles["page"].fill, styles["text"].text
        for role in EdgeRole:
            tint = ramp((page, styles[role].stroke), 8)[1]
            styles[f"{role}-box"] = replace(styles[role], fill=tint, text=ink, dash=())
        return styles

    @cached_property
    def _filled(self) -> dict[tuple[str, int], Style]:
        """Cache of the styles of roles in shades."""
        return {}

    @property
    def page(self) -> str:
        """The colour of the paper."""
        return self.styles["page"].fill

    def style(self, role: str, shade: int = 0) -> Style:
        """Return the style of `role`, filled with the shade of its stage, or with the last shade."""
        if (role, shade) not in self._filled:
            plain, number = self.styles[role], self.shade(role, shade)
            filled = number and replace(
                self.frame(number) or plain, fill=self.shades[number - 1], text=plain.text
            )
            self._filled[role, shade] = filled or plain
        return self._filled[role, shade]

    def frame(self, number: int) -> Style | None:
        """Return the outline style of boxes with this shade, or None to use the outline of their role."""
        return dict(self.frames).get(number)

    def shade(self, role: str, shade: int) -> int:
        """Return the number of the shade that fills `role` in a stage, from 1, or 0 for none."""
        stages = len(self.shades) - self.marks
        if shade > stages and self.marks:
            return min(shade, len(self.shades))
        return min(shade, stages) if role in self.shaded else 0

    def for_stages(self, count: int) -> "Theme":
        """Return the theme with a shade for each of `count` stages, interpolated if it has fewer."""
        dark = self.dark.for_stages(count) if self.dark else None
        shades = self.shades if count <= len(self.shades) else ramp(self.shades, count)
        return replace(self, shades=shades, dark=dark)

    def with_marks(self, colours: Sequence[str], stages: int) -> "Theme":
        """Return the theme with a shade for each colour of annotations, after the shades of the stages.

        A colour is "#RRGGBB" or the name of a style. A colour too dark or too light for text is mixed
        with the page colour. The styles `highlight` and `changed` also set the outline, if it differs
        from that of other boxes.
        """
        dark = self.dark.with_marks(colours, stages) if self.dark else None
        fills = [colour if colour.startswith("#") else self.styles[colour].fill for colour in colours]
        ink, page = self.styles["text"].text, self.page
        marks = tuple(readable(fill, ink, page) for fill in fills)
        shades = (*self._padded(stages), *marks)
        plain = replace(self.styles["other"], fill="")
        styles = [(n, self.styles[name]) for n, name in enumerate(colours, stages + 1) if name in FRAMING]
        frames = tuple(pair for pair in styles if replace(pair[1], fill="") != plain)
        return replace(self, shades=shades, marks=self.marks + len(marks), frames=frames, dark=dark)

    def with_levels(self, count: int, stages: int) -> "Theme":
        """Return the theme with a shade for each level of a quantity, after the shades of the stages.

        The levels lead from the first to the last shade in perceptually equal steps; stages do not
        fill boxes.
        """
        dark = self.dark.with_levels(count, stages) if self.dark else None
        ends = (self.shades[0], self.shades[-1])
        levels = ramp(ends, count) if count > 1 else self.shades[-1:]
        shades = (*self._padded(stages), *levels)
        return replace(self, shades=shades, marks=count, shaded=(), dark=dark)

    def _padded(self, count: int) -> tuple[str, ...]:
        """Return the first `count` shades, the last one repeated if there are fewer."""
        return (*self.shades, *[self.shades[-1]] * count)[:count]

    def size(self, use: str) -> float:
        """Return the font size for `use` (title, group, badge, node, label, caption, legend), in points."""
        return self._size_of[use]

    @cached_property
    def _size_of(self) -> Mapping[str, float]:
        return dict(self.sizes)


def theme_names() -> tuple[str, ...]:
    """Return the names of the built-in themes."""
    return tuple(sorted(path.stem for path in _folder().glob("*.toml")))


def load_theme(name_or_path: str | Path = DEFAULT_THEME) -> Theme:
    """Return the theme by its name or TOML file. Raises UsageError if it is unknown or invalid."""
    theme, dark = _load(str(name_or_path))
    return replace(theme, dark=_load(dark)[0]) if dark else theme


def _load(name: str) -> tuple[Theme, str]:
    """Return the theme without its dark colours, and the name of the theme with them, or ""."""
    path = _find(name)
    table = _merged(path, ())
    check_theme(table, path.name)
    styles = ((role, table["defaults"] | left) for role, left in sorted(table["styles"].items()))
    theme = Theme(
        name=table["name"],
        font=table["font"],
        entries=tuple(
            (
                role,
                Style(
                    **style
                    | {"line_width": float(style["line_width"]), "dash": tuple(map(float, style["dash"]))}
                ),
            )
            for role, style in styles
        ),
        sizes=tuple((use, float(size)) for use, size in sorted(table["sizes"].items())),
        shades=tuple(table["shades"]),
        shaded=tuple(table["shaded"]),
    )
    return theme, table["dark"]


def _folder() -> Path:
    return templates_dir() / "themes"


def _find(name: str, folder: Path = Path()) -> Path:
    """Return the file of a theme, given by name or by its path from a folder; raise UsageError."""
    if name in theme_names():
        return _folder() / f"{name}.toml"
    path = folder / name
    if path.suffix == ".toml" and path.exists():
        return path
    if path.suffix == ".toml":
        raise UsageError(f"There is no theme file '{name}'. Check the path, or take one of: {_listed()}.")
    hint = did_you_mean(closest(name, theme_names()))
    raise UsageError(f"No theme named '{name}'.{hint} Choose one of: {_listed()}; or give a .toml file.")


def _listed() -> str:
    return ", ".join(theme_names())


def _merged(path: Path, paths: tuple[Path, ...]) -> dict[str, Any]:
    """Return the table in `path` merged over the theme that it extends, `paper` by default."""
    if path in paths:
        raise UsageError(f"Theme '{path.name}' extends itself. Let it extend one of: {_listed()}.")
    left = read_toml(path, "Theme file")
    base = left.pop("extends", "" if path.parent == _folder() else DEFAULT_THEME)
    if not isinstance(base, str):
        raise UsageError(f"Theme '{path.name}': 'extends' is {base!r}; it must be a theme's name.")
    left.setdefault("name", path.stem)
    if isinstance(left.get("font"), str):
        left["font"] = ", ".join(_found_font(name, path) for name in left["font"].split(","))
    dark = left.get("dark")
    if isinstance(dark, str) and dark.endswith(".toml"):
        left["dark"] = str(path.parent / dark)
    if not base:
        return left
    inherited = _merged(_find(base, path.parent), (*paths, path))
    _keep_one_colour(left.get("styles"), inherited["styles"])
    return _overlay(inherited, left)


def _keep_one_colour(styles: object, inherited: dict[str, Any]) -> None:
    """Give a line's new colour to its arrow head and label too, where all had one colour before."""
    for role, entry in styles.items() if isinstance(styles, dict) else ():
        before = inherited.get(role, {})
        if isinstance(entry, dict) and "stroke" in entry and "stroke" in before:
            for key in ("fill", "text"):
                if before.get(key) == before["stroke"]:
                    entry.setdefault(key, entry["stroke"])


def _found_font(name: str, theme: Path) -> str:
    """Return a family, or the path of the font file that a theme names. Raise UsageError."""
    file = name.strip(" \"'")
    if not file.lower().endswith((".ttf", ".otf")):
        return name.strip()
    path = (theme.parent / file).absolute()
    check_confined(path)
    if not path.is_file():
        raise UsageError(f"Theme '{theme.name}': there is no font file '{file}' beside it. Check the path.")
    return str(path)


def _overlay(base: dict[str, Any], left: dict[str, Any]) -> dict[str, Any]:
    """Return `base` updated by `left`; tables are merged key by key."""
    merged = dict(base)
    for key, value in left.items():
        both = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = _overlay(merged[key], value) if both else value
    return merged
