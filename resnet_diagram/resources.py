"""Locate packaged files: installed, editable or in a checkout."""

from pathlib import Path

_PACKAGE = Path(__file__).parent


def templates_dir() -> Path:
    """Return the folder of the jinja2 templates and the themes."""
    inside = _PACKAGE / "templates"
    return inside if inside.is_dir() else _PACKAGE.parent / "templates"


def fonts_dir() -> Path:
    """Return the folder of the fonts for PDF and PNG."""
    return _PACKAGE / "fonts"
