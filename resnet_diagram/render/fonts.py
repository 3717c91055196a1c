"""Choose the fonts of SVG, PDF, PNG and Typst."""

from pathlib import Path

from resnet_diagram.errors import warn_unrendered
from resnet_diagram.layout.text.faces import OWN, css_list, face_of, present
from resnet_diagram.resources import fonts_dir


def drawn_font(font: str) -> str:
    """Return a theme's list of families from the first one that is there on, with the measured face in front.

    >>> drawn_font("Arial, sans-serif"), drawn_font("No Such Font")
    ('Arimo, Arial, sans-serif', 'Arimo')
    """
    face = face_of(font)
    return css_list(dict.fromkeys((OWN if face.own else face.family, *present(font), OWN)))


def font_paths(font: str) -> tuple[Path, ...]:
    """Return the folders of the built-in fonts and of the family in use."""
    face = face_of(font)
    if face.own:
        return (fonts_dir(),)
    from resnet_diagram.layout.text.installed import folders_of

    return (fonts_dir(), *folders_of(face.source))


def warn_of_absent(font: str) -> None:
    """Warn of the families of a theme that are not installed, and name the substitute."""
    face = face_of(font)
    if face.absent:
        names = " and ".join(face.absent)
        used = (
            face.family if face.family == OWN or not face.own else f"{OWN}, which is as wide as {face.family}"
        )
        warn_unrendered(
            f"The theme's font {names} is not available: text is measured and drawn in {used}. "
            "Install the font, or name another one in the theme."
        )
