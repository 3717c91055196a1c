"""Locate packaged files: installed, editable or in a checkout."""

from pathlib import Path

_PACKAGE = Path(__file__).parent


def templates_dir() -> Path:
    """The folder that holds the jinja2 templates and the themes."""
    inside = _PACKAGE / "templates"
    return inside if inside.is_dir() else _PACKAGE.parent / "templates"


def fonts_dir() -> Path:
    """The folder that holds the faces for PDF and PNG."""
    return _PACKAGE / "fonts"
