"""Check the content of a theme file."""

from typing import Any

from resnet_diagram.diagram.model import EdgeRole, GroupRole, NodeRole
from resnet_diagram.errors import UsageError, closest, did_you_mean
from resnet_diagram.limits import POINTS, is_length

ROLES = (
    *NodeRole,
    *EdgeRole,
    *GroupRole,
    "text",
    "muted",
    "caption",
    "badge",
    "highlight",
    "changed",
    "page",
)
USES = ("title", "group", "badge", "node", "label", "caption", "legend")
SMALLEST_TYPE = 6.0

_STYLE_KEYS = ("fill", "stroke", "text", "line_width", "dash")
_KEYS = ("extends", "name", "font", "dark", "defaults", "styles", "sizes", "shades", "shaded")
_HEXADECIMAL = frozenset("0123456789ABCDEFabcdef")


def check_theme(table: dict[str, Any], place: str) -> None:
    """Raise UsageError unless `table`, read from the file `place`, describes a whole theme."""
    _check_keys({"extends": ""} | table, _KEYS, f"Theme '{place}'")
    for key in ("defaults", "styles", "sizes"):
        _demand(isinstance(table[key], dict), place, key, table[key], "a table")
    for key in ("name", "font", "dark"):
        _demand(isinstance(table[key], str), place, key, table[key], "a text")
    _check_keys(table["styles"], ROLES, f"Theme '{place}', styles")
    _check_keys(table["sizes"], USES, f"Theme '{place}', sizes")
    styles = {"defaults": table["defaults"]}
    for role, style in table["styles"].items():
        _demand(isinstance(style, dict), place, f"styles.{role}", style, "a table")
        styles[f"styles.{role}"] = table["defaults"] | style
    for name, style in styles.items():
        _check_keys(style, _STYLE_KEYS, f"Theme '{place}', {name}")
        for key in ("fill", "stroke", "text"):
            _demand(_is_colour(style[key]), place, f"{name}.{key}", style[key], 'a colour such as "#1A1A1A"')
        width, dash = style["line_width"], style["dash"]
        _demand(_is_number(width) and width >= 0, place, f"{name}.line_width", width, "a number of points")
        fits = isinstance(dash, list) and all(_is_number(part) and part > 0 for part in dash)
        _demand(fits, place, f"{name}.dash", dash, "a list of points on and off, such as [3, 1.6]")
    for use, size in table["sizes"].items():
        fits = _is_number(size) and size >= SMALLEST_TYPE
        _demand(fits, place, f"sizes.{use}", size, f"a number of points, {SMALLEST_TYPE:g} to {POINTS:g}")
    shades = table["shades"]
    fits = isinstance(shades, list) and bool(shades) and all(map(_is_colour, shades))
    _demand(fits, place, "shades", shades, 'a list of colours such as "#E3EEF8"')
    shaded = table["shaded"]
    fits = isinstance(shaded, list) and all(role in ROLES for role in shaded)
    _demand(fits, place, "shaded", shaded, "a list of roles")


def _check_keys(table: dict[str, Any], names: tuple[str, ...], noun: str) -> None:
    """Raise UsageError on a key that is unknown or missing."""
    for key in table:
        if key not in names:
            hint = did_you_mean(closest(key, names))
            raise UsageError(f"{noun}: unknown key '{key}'.{hint} Known keys: {', '.join(names)}.")
    missing = [key for key in names if key not in table]
    if missing:
        raise UsageError(f"{noun}: '{missing[0]}' is missing. Add it, or let the theme extend another.")


def _demand(fits: bool, place: str, key: str, value: object, expected: str) -> None:
    if not fits:
        raise UsageError(f"Theme '{place}': {key} is {value!r}; it must be {expected}.")


def _is_colour(value: object) -> bool:
    return (
        isinstance(value, str) and len(value) == 7 and value[0] == "#" and _HEXADECIMAL.issuperset(value[1:])
    )


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and is_length(value)
