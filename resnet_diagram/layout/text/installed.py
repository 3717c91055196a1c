"""Fonts, installed or an author's own: files of a family, and advance widths from OpenType tables."""

import os
import re
import struct
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path

from resnet_diagram.layout.text.faces import SUFFIXES, Advances, is_file

_FAMILY, _WHOLE_FAMILY = 1, 16
"""Ids in the table `name` of a font's family, and of its family with all weights, where that is another."""
_REGULAR, _MEDIUM, _BOLD, _NORMAL_WIDTH = 400, 500, 700, 5
_MOST = 1_500_000
"""Most characters in the tables of a font; Unicode has 1,114,112."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FontFile:
    """One font in a file: offsets and lengths of its `tables`, its `weight`, and whether it is `upright`."""

    path: Path
    tables: Mapping[str, tuple[int, int]]
    weight: int
    upright: bool


def advances_of(font: str, *, bold: bool) -> Advances | None:
    """Return the advance width of each character of a font, in ems; None if it is absent.

    `font`: an installed family, or the path of a file, whose family may have more files beside it. The weight
    is the closest one.
    """
    files = _files(font)
    upright = [file for file in files if file.upright] or files
    file = _closest(upright, bold=bold)
    try:
        return _advances(file) if file else None
    except (OSError, struct.error, IndexError, ZeroDivisionError):
        return None


def _closest(files: Sequence[FontFile], *, bold: bool) -> FontFile | None:
    """Return the file of the closest weight."""
    target = _BOLD if bold else _REGULAR
    return min(files, key=lambda file: (abs(file.weight - target), str(file.path)), default=None)


def path_of(font: str, *, bold: bool, italic: bool) -> Path | None:
    """Return the file of a font in a style; None where its family has none with that slant and weight."""
    slanted = [file for file in _files(font) if file.upright != italic]
    file = _closest(slanted, bold=bold)
    return file.path if file and (file.weight > _MEDIUM) == bold else None


def folders_of(font: str) -> tuple[Path, ...]:
    """Return the folders with the files of an installed family, or with the file of an author's own."""
    return tuple(sorted({file.path.parent for file in _files(font)}))


@cache
def family_of(font: str) -> str:
    """Return the family of a font given by its file."""
    names = sorted(name for family, _ in _readable(Path(font)) for name in family)
    return names[0] if names else Path(font).stem


@cache
def _files(font: str) -> tuple[FontFile, ...]:
    """Return the files of a family: the installed ones, or those beside a file."""
    if not is_file(font):
        return tuple(_installed().get(font.lower(), ()))
    family, folder = family_of(font), Path(font).parent
    paths = sorted(path for path in folder.glob("*") if path.suffix.lower() in SUFFIXES and path.is_file())
    return tuple(file for path in paths for names, file in _readable(path) if family in names)


def _readable(path: Path) -> list[tuple[set[str], FontFile]]:
    """Return the fonts in a file with the names of their families; none if it is broken."""
    try:
        return list(_fonts_in(path))
    except (OSError, struct.error, UnicodeDecodeError):
        return []


def font_folders() -> list[Path]:
    """Return the folders in which the system keeps fonts; some may not exist."""
    home = Path.home()
    if sys.platform == "win32":
        system, local = os.environ.get("WINDIR", r"C:\Windows"), os.environ.get("LOCALAPPDATA", "")
        return [Path(system) / "Fonts", Path(local or home) / "Microsoft" / "Windows" / "Fonts"]
    if sys.platform == "darwin":
        return [Path("/System/Library/Fonts"), Path("/Library/Fonts"), home / "Library" / "Fonts"]
    data = os.environ.get("XDG_DATA_HOME", "")
    user_folder = Path(data) / "fonts" if data else home / ".local" / "share" / "fonts"
    system = [Path("/usr/share/fonts"), Path("/usr/local/share/fonts")]
    for file in sorted(Path("/etc/fonts").rglob("*.conf")):  # folders by their absolute paths
        text = file.read_text(encoding="utf-8", errors="replace")
        system += map(Path, re.findall(r"<dir[^>]*>\s*(/[^<]+?)\s*</dir>", text))
    return [*system, home / ".fonts", user_folder]


@cache
def _installed() -> dict[str, list[FontFile]]:
    """Return the installed fonts by the lower-case names of their families."""
    families: dict[str, list[FontFile]] = {}
    paths = {
        Path(folder, name).resolve()
        for root in font_folders()
        for folder, _, names in os.walk(root, followlinks=True)
        for name in names
    }
    for path in sorted(path for path in paths if path.suffix.lower() in SUFFIXES and path.is_file()):
        for names, font in _readable(path):
            for name in names:
                families.setdefault(name.lower(), []).append(font)
    return families


def _fonts_in(path: Path) -> Iterator[tuple[set[str], FontFile]]:
    """Yield the names of the family of each font in a file, and the font."""
    with path.open("rb") as file:

        def read(layout: str, offset: int) -> tuple[int, ...]:
            file.seek(offset)
            return struct.unpack(layout, file.read(struct.calcsize(layout)))

        file.seek(0)
        starts: tuple[int, ...] = (0,)
        if file.read(4) == b"ttcf":
            starts = read(f">{read('>L', 8)[0]}L", 12)
        for start in starts:
            tables = {}
            for number in range(read(">H", start + 4)[0]):
                file.seek(start + 12 + 16 * number)
                tag = file.read(4).decode("latin-1")
                _, offset, length = struct.unpack(">3L", file.read(12))
                tables[tag] = (offset, length)
            if not {"name", "OS/2", "cmap", "head", "hhea", "hmtx"} <= tables.keys():
                continue
            offset, length = tables["name"]
            file.seek(offset)
            names = _families(file.read(length))
            weight, width = read(">HH", tables["OS/2"][0] + 4)
            style = read(">H", tables["OS/2"][0] + 62)[0]
            if width != _NORMAL_WIDTH:
                continue  # SVG renderers select a condensed face by its stretch, not by its name
            yield names, FontFile(path=path, tables=tables, weight=weight, upright=not style & 1)


def _families(table: bytes) -> set[str]:
    """Return the names of the family in a table `name`."""
    names: dict[int, set[str]] = {_FAMILY: set(), _WHOLE_FAMILY: set()}
    count, strings = struct.unpack_from(">HH", table, 2)
    for number in range(count):
        platform, _, _, name, length, offset = struct.unpack_from(">6H", table, 6 + 12 * number)
        if name in names:
            text = table[strings + offset : strings + offset + length]
            names[name].add(text.decode("mac-roman" if platform == 1 else "utf-16-be"))
    return names[_WHOLE_FAMILY] or names[_FAMILY]


@cache
def _advances(font: FontFile) -> Advances:
    """Return the advance width of each character in a font, in ems."""
    data = font.path.read_bytes()
    units = struct.unpack_from(">H", data, font.tables["head"][0] + 18)[0]
    count = struct.unpack_from(">H", data, font.tables["hhea"][0] + 34)[0]
    widths = struct.unpack_from(">" + "Hh" * count, data, font.tables["hmtx"][0])[::2]
    return {
        chr(code): widths[min(glyph, count - 1)] / units
        for code, glyph in islice(_characters(data, font.tables["cmap"][0]), _MOST)
        if code <= sys.maxunicode
    }


def _characters(data: bytes, start: int) -> Iterator[tuple[int, int]]:
    """Yield the code point and glyph of each character in a table `cmap` with a Unicode encoding."""
    records = struct.unpack_from(">H", data, start + 2)[0]
    encodings = [struct.unpack_from(">HHL", data, start + 4 + 8 * number) for number in range(records)]
    unicode = [start + offset for platform, _, offset in encodings if platform in (0, 3)]
    for offset in unicode:
        form = struct.unpack_from(">H", data, offset)[0]
        if form == 4:
            yield from _segments(data, offset)
        elif form == 12:
            groups = struct.unpack_from(">L", data, offset + 12)[0]
            for number in range(groups):
                first, last, glyph = struct.unpack_from(">3L", data, offset + 16 + 12 * number)
                yield from zip(range(first, last + 1), range(glyph, glyph + last - first + 1), strict=True)


def _segments(data: bytes, start: int) -> Iterator[tuple[int, int]]:
    """Yield the code points and glyphs of a mapping in format 4, for the characters up to U+FFFF."""
    count = struct.unpack_from(">H", data, start + 6)[0] // 2
    ends = start + 14
    firsts = ends + 2 * count + 2
    layout = f">{count}H"
    rows = zip(
        struct.unpack_from(layout, data, ends),
        struct.unpack_from(layout, data, firsts),
        struct.unpack_from(layout, data, firsts + 2 * count),
        struct.unpack_from(layout, data, firsts + 4 * count),
        strict=True,
    )
    for number, (last, first, delta, ranged) in enumerate(rows):
        for code in range(first, min(last, 0xFFFE) + 1):
            glyph = code
            if ranged:
                place = firsts + 4 * count + 2 * number + ranged + 2 * (code - first)
                glyph = struct.unpack_from(">H", data, place)[0]
            if glyph or not ranged:
                yield code, (glyph + delta) % 0x10000
