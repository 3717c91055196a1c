"""Embed a theme's own font in an SVG: the letters of the drawing, so that it looks the same everywhere."""

from base64 import b64encode
from io import BytesIO
from pathlib import Path

from resnet_diagram.errors import warn_unrendered
from resnet_diagram.layout.scene import Scene, all_texts
from resnet_diagram.layout.text.faces import css_list, face_of
from resnet_diagram.layout.text.installed import path_of
from resnet_diagram.wording.formulas.spans import spans

_RESTRICTED = 0x0002
"""Bit of a font's licence, in the table `OS/2`, that forbids to embed it."""

_TABLES = (
    "GlyphOrder",
    "head",
    "hhea",
    "hmtx",
    "maxp",
    "cmap",
    "glyf",
    "loca",
    "CFF ",
    "OS/2",
    "name",
    "post",
)
"""Tables of a font that a browser needs."""


def font_faces(font: str, scene: Scene) -> tuple[str, ...]:
    """Return a rule of CSS for each style of the font file that a theme names, as far as a drawing uses it.

    Warns where the package that takes the letters out of a font is absent, or the font forbids it.
    """
    face = face_of(font)
    if not face.file:
        return ()
    letters: dict[tuple[bool, bool], set[str]] = {}
    for text in all_texts(scene):
        for span in spans(text.text):
            style = text.bold or span.bold, text.italic or span.italic
            letters.setdefault(style, set()).update(span.text)
    rules: list[str] = []
    for (bold, italic), signs in sorted(letters.items()):
        path = path_of(face.file, bold=bold, italic=italic)
        data = _subset(path, signs) if path else None
        if data:
            source = f"url(data:font/woff;base64,{b64encode(data).decode()}) format('woff')"
            weight, slant = ("bold" if bold else "normal"), ("italic" if italic else "normal")
            name = css_list([face.family])
            rules.append(f"font-family: {name}; font-weight: {weight}; font-style: {slant}; src: {source}")
    return tuple(rules)


def _subset(path: Path, letters: set[str]) -> bytes | None:
    """Return a font reduced to some letters, as WOFF; None, with a warning, if embedding is impossible."""
    try:
        from fontTools.subset import Options, Subsetter
        from fontTools.ttLib import TTFont

        font = TTFont(path, recalcTimestamp=False)
        if not font["OS/2"].fsType & _RESTRICTED:
            options = Options(hinting=False, layout_features=[], name_IDs=[], recalc_timestamp=False)
            options.drop_tables = [tag for tag in font.keys() if tag not in _TABLES]  # noqa: SIM118 (no dict)
            subsetter = Subsetter(options)
            subsetter.populate(text="".join(sorted(letters)))
            subsetter.subset(font)
            font.flavor, file = "woff", BytesIO()
            font.save(file)
            return file.getvalue()
        reason = "Its licence does not permit to embed it."
    except ImportError:
        reason = "Install the extra resnet-diagram[fonts] to embed it."
    except Exception as error:  # damaged tables raise anything
        reason = f"It is damaged: {error}."
    message = f"The SVG names the font {path.name}, but does not hold it: it may look different elsewhere."
    warn_unrendered(f"{message} {reason}")
    return None
