"""Check the content of a theme file."""

import re
from typing import Any

from resnet_diagram.diagram.model import EdgeRole, GroupRole, NodeRole
from resnet_diagram.errors import UsageError, closest, did_you_mean

ROLES = (*NodeRole, *EdgeRole, *GroupRole, "text", "muted", "caption", "page")
USES = ("title", "group", "badge", "node", "label", "caption", "legend")
SMALLEST_TYPE = 6.0

_STYLE_KEYS = ("fill", "stroke", "text", "line_width", "dash")
_KEYS = ("extends", "name", "font", "dark", "defaults", "styles", "sizes", "shades", "shaded")
_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")


def check_theme(table: dict[str, Any], where: str) -> None:
    """Raise UsageError unless `table`, read from the file `where`, describes a whole theme."""
    _check_keys({"extends": ""} | table, _KEYS, f"Theme '{where}'")
    for key in ("defaults", "styles", "sizes"):
        _demand(isinstance(table[key], dict), where, key, table[key], "a table")
    for key in ("name", "font", "dark"):
        _demand(isinstance(table[key], str), where, key, table[key], "a text")
    _check_keys(table["styles"], ROLES, f"Theme '{where}', styles")
    _check_keys(table["sizes"], USES, f"Theme '{where}', sizes")
    _check_style(table["defaults"], where, "defaults")
    for role, style in table["styles"].items():
        _demand(isinstance(style, dict), where, f"styles.{role}", style, "a table")
        _check_style(table["defaults"] | style, where, f"styles.{role}")
    _check_values(table, where)


def _check_values(table: dict[str, Any], where: str) -> None:
    for use, size in table["sizes"].items():
        fits = _is_number(size) and size >= SMALLEST_TYPE
        _demand(fits, where, f"sizes.{use}", size, f"a number of points, {SMALLEST_TYPE:g} at least")
    shades = table["shades"]
    fits = isinstance(shades, list) and bool(shades) and all(map(_is_colour, shades))
    _demand(fits, where, "shades", shades, 'a list of colours such as "#E3EEF8"')
    shaded = table["shaded"]
    fits = isinstance(shaded, list) and all(role in ROLES for role in shaded)
    _demand(fits, where, "shaded", shaded, "a list of roles")


def _check_style(style: dict[str, Any], where: str, name: str) -> None:
    _check_keys(style, _STYLE_KEYS, f"Theme '{where}', {name}")
    for key in ("fill", "stroke", "text"):
        _demand(_is_colour(style[key]), where, f"{name}.{key}", style[key], 'a colour such as "#1A1A1A"')
    width, dash = style["line_width"], style["dash"]
    _demand(_is_number(width) and width >= 0, where, f"{name}.line_width", width, "a number of points")
    fits = isinstance(dash, list) and all(_is_number(part) and part > 0 for part in dash)
    _demand(fits, where, f"{name}.dash", dash, "a list of points on and off, such as [3, 1.6]")


def _check_keys(table: dict[str, Any], known: tuple[str, ...], what: str) -> None:
    """Raise UsageError on a key that is unknown or missing."""
    for key in table:
        if key not in known:
            hint = did_you_mean(closest(key, known))
            raise UsageError(f"{what}: unknown key '{key}'.{hint} Known keys: {', '.join(known)}.")
    missing = [key for key in known if key not in table]
    if missing:
        raise UsageError(f"{what}: '{missing[0]}' is missing. Add it, or let the theme extend another.")


def _demand(fits: bool, where: str, key: str, value: object, expected: str) -> None:
    if not fits:
        raise UsageError(f"Theme '{where}': {key} is {value!r}; it must be {expected}.")


def _is_colour(value: object) -> bool:
    return isinstance(value, str) and _COLOUR.fullmatch(value) is not None


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
