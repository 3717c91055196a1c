"""Many drawings as the pages of one document, and whether their words stay in their places."""

import re
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path as File

import pytest

from resnet_diagram.layout.scene import Box, walk
from resnet_diagram.render.figure import Figure
from resnet_diagram.render.tikz.render import render_tikz
from tests.programs import Compiled, require, run_latex
from tests.render.figures import with_output
from tests.render.tikz.scenes import Word

_HEAD = r"""\RequirePackage{fix-cm}
\documentclass{article}
\usepackage{tikz}
\usetikzlibrary{arrows.meta, shadows}
\ifdefined\Umathchar
  \usepackage{fontspec}
  \IfFontExistsTF{texgyreheros-regular.otf}
    {\setsansfont{texgyreheros}[Extension=.otf, UprightFont=*-regular, BoldFont=*-bold]}
    {}
\else
  \usepackage[T1]{fontenc}
  \usepackage{lmodern}
  \usepackage{helvet}
\fi
\ifdefined\pdfpagewidth\else \let\pdfpagewidth=\pagewidth \let\pdfpageheight=\pageheight \fi
\hoffset=-1in \voffset=-1in \hfuzz=1pt \hbadness=10000
\def\page#1#2#3{\message{PAGE #1}\pdfpagewidth=#2bp \pdfpageheight=#3bp
  \setbox0\hbox to #2bp{\input{#1}\unskip}\shipout\box0 }
\begin{document}
"""
COMPLAINTS = ("Overfull \\hbox", "Missing character", "LaTeX Warning", "Font Warning", "Package Warning")


def compiled_pages(figures: Sequence[Figure], engine: str, folder: File) -> Compiled:
    """One document with a page for each figure, compiled without a complaint."""
    lines = []
    for number, figure in enumerate(figures):
        drawn = render_tikz(with_output(figure, standalone=False))
        (folder / f"page{number}.tex").write_text(drawn, encoding="utf-8")
        scene = figure.scene
        lines.append(rf"\page{{page{number}}}{{{scene.width:.2f}}}{{{scene.height:.2f}}}")
    return compiled("\n".join([_HEAD, *lines, r"\end{document}", ""]), folder, engine)


def compiled(tex: str, folder: File, engine: str = "pdflatex") -> Compiled:
    """What TeX makes of a document, without a complaint."""
    done = run_latex(tex, engine, folder)
    for complaint in COMPLAINTS:
        assert complaint not in done.log, done.log[max(0, done.log.index(complaint) - 300) :][:700]
    return done


def words_by_page(pdf: File) -> list[tuple[float, float, list[Word]]]:
    """Width and height of each page of a PDF, in points, and its words."""
    command = [require("pdftotext"), "-bbox", str(pdf), "-"]
    text = subprocess.run(command, capture_output=True, check=True, timeout=120).stdout.decode()
    word = re.compile(
        r'<word xMin="([\d.-]+)" yMin="([\d.-]+)" xMax="([\d.-]+)" yMax="([\d.-]+)">(.*?)</word>'
    )
    found = []
    for page in text.split("<page ")[1:]:
        size = re.match(r'width="([\d.]+)" height="([\d.]+)"', page)
        assert size
        words = [Word(one[4], *map(float, one[:4])) for one in word.findall(page)]
        found.append((float(size[1]), float(size[2]), words))
    return found


def check_pages(figures: Sequence[Figure], pdf: File) -> None:
    """Every page is as large as its scene; words stay on it, in their boxes, and off each other."""
    pages = words_by_page(pdf)
    assert len(pages) == len(figures)
    for figure, (width, height, words) in zip(figures, pages, strict=True):
        check_words(figure, width, height, words)


def check_words(figure: Figure, width: float, height: float, words: list[Word]) -> None:
    """As `check_pages`, for one page."""
    name = figure.scene.title
    assert (width, height) == pytest.approx((figure.scene.width, figure.scene.height), abs=0.1), name
    assert words, name
    for word in words:
        assert min(word.left, word.top) >= 0, (name, word)
        assert word.right <= width, (name, word)
        assert word.bottom <= height, (name, word)
    clash = next(overlaps(words), None)
    assert not clash, (name, clash)
    for box in walk(figure.scene):
        if isinstance(box, Box) and box.texts:
            check_box(box, words)


def overlaps(words: Iterable[Word]) -> Iterator[tuple[Word, Word]]:
    """The pairs of words whose letters lie on each other."""
    waiting: list[Word] = []
    for word in sorted(words, key=lambda one: one.left):
        waiting = [one for one in waiting if one.right > word.left]
        yield from ((one, word) for one in waiting if on_each_other(one, word))
        waiting.append(word)


def check_box(box: Box, words: Iterable[Word]) -> None:
    """The words in the middle of a box end before its ends, along the line they stand on."""
    inside = [word for word in words if is_in(word, box)]
    assert len(inside) >= len([text for text in box.texts if text.text]), box
    turned = any(text.turned for text in box.texts)
    start, extent = (box.y, box.height) if turned else (box.x, box.width)
    for word in inside:
        first, last = (word.top, word.bottom) if turned else (word.left, word.right)
        assert first >= start + 0.1, (word, box)
        assert last <= start + extent - 0.1, (word, box)


def is_in(word: Word, box: Box) -> bool:
    """Whether the middle of a word is in a box."""
    x, y = (word.left + word.right) / 2, (word.top + word.bottom) / 2
    return box.x < x < box.x + box.width and box.y < y < box.y + box.height


def on_each_other(first: Word, second: Word) -> bool:
    """Whether the letters of two words overlap."""
    one, other = core(first), core(second)
    across = min(one[2], other[2]) - max(one[0], other[0])
    down = min(one[3], other[3]) - max(one[1], other[1])
    return across > 0.3 and down > 0.3


def core(word: Word) -> tuple[float, float, float, float]:
    """Left, top, right, bottom without the room that a face leaves above and below its small letters."""
    width, height = word.right - word.left, word.bottom - word.top
    if height > width and len(word.text) > 2:
        return word.left + width / 4, word.top, word.right - width / 4, word.bottom
    return word.left, word.top + height / 4, word.right, word.bottom - height / 4
