"""Escapes, checked with the programs that read them; the doctests in escape.py say what they write."""

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from resnet_diagram.diagram.panels.block_types import SYMBOLS
from resnet_diagram.render.escape.mermaid import mermaid_text
from resnet_diagram.render.escape.xml import dot_html, dot_quote, xml_text
from resnet_diagram.render.latex.escape import tex_text
from resnet_diagram.wording.layers import _OPERATORS
from resnet_diagram.wording.vocabulary import Word
from tests.browser import MERMAID_PACKAGES, render_mermaid_real
from tests.programs import run_dot, run_latex

NASTY = (
    'say "hi"',
    "it's",
    "back\\slash\\n \\N \\G \\l",
    "C<64 & D>3",
    "&amp; &lt; &#35;",
    "#35; #quot;",
    "50% of {x} [y] (z) | w",
    "%%{init: {}}%% %% c",
    "$$x^2$$ ~ a~~b~~",
    "__init__",
    "layer_1 _x y_ __z__",
    "*a* **b** `c`",
    "# head",
    "1. one",
    "- two",
    "- a\n- b",
    "1. a\n2. b",
    "a\n===",
    "---",
    "[x](http://y) www.x.com",
    "![i](u) > q",
    "style a:b#c; classDef x:#f;",
    "end",
    "o x",
    "a;b;",
    "<b>bold</b> <br/>",
    "@{ shape: x }",
    "残差 🦜 é",
    "3×3 conv, 64 → 56 ⊕ ≤",
)


def squeezed(text: str) -> str:
    """The text without white space, which the programs fold each in their own way."""
    return "".join(text.replace("\u200b", "").replace("\u2060", "").split())


@pytest.mark.parametrize("package", MERMAID_PACKAGES)
def test_mermaid_shows_every_label_letter_by_letter(package: str) -> None:
    lines = ["flowchart TB", "start[start]"]
    for number, text in enumerate(NASTY):
        label = mermaid_text(text)
        lines += [f'subgraph g{number}["{label}"]', f'n{number}["{label}"]', "end"]
        lines += [f'start -->|"{label}"| n{number}']
    (chart,) = render_mermaid_real(["\n".join(lines)], package)
    assert not chart.error
    wanted = sorted(map(squeezed, NASTY))
    assert sorted(map(squeezed, chart.nodes)) == sorted([*wanted, "start"])
    assert sorted(map(squeezed, chart.labels)) == wanted
    assert sorted(map(squeezed, chart.groups)) == wanted


def test_graphviz_shows_every_label_letter_by_letter() -> None:
    nodes = [f"q{number} [label={dot_quote(text)}]" for number, text in enumerate(NASTY)]
    nodes += [f"h{number} [label=<{dot_html(text)}>]" for number, text in enumerate(NASTY)]
    svg = ET.fromstring(run_dot("digraph {\n" + "\n".join(nodes) + "\n}"))
    shown = {
        group.findtext("{*}title"): squeezed("".join(text.text or "" for text in group.iterfind("{*}text")))
        for group in svg.iterfind(".//{*}g[@class='node']")
    }
    wanted = {f"{kind}{number}": squeezed(text) for number, text in enumerate(NASTY) for kind in "qh"}
    assert shown == wanted


@pytest.mark.parametrize("text", NASTY)
def test_xml_reads_back_what_was_written(text: str) -> None:
    element = ET.fromstring(f'<a b="{xml_text(text)}">{xml_text(text)}</a>')
    assert element.text == text
    assert element.get("b") == text


@pytest.mark.parametrize("forbidden", ["\x00", "\x07", "\x1b", "\ufffe", "\ud83d"])
def test_characters_that_xml_forbids_are_replaced(forbidden: str) -> None:
    assert xml_text(f"a{forbidden}b") == "a\ufffdb"
    assert dot_quote(f"a{forbidden}b") == '"a\ufffdb"'
    assert mermaid_text(f"a{forbidden}b") == "a\ufffdb"


@pytest.mark.parametrize("engine", ["pdflatex", "lualatex"])
def test_latex_compiles_every_text(engine: str, tmp_path: Path) -> None:
    signs = [chr(code) for code in range(0x20, 0x250)] + list("→←↑↓⊕⊗⊙≤≥≠≈∞∥αβγδελμπσφΔΣΩ−–—…“”‘’")
    body = "\n\n".join(tex_text(text) for text in (*NASTY, *signs))
    fonts = r"\usepackage[T1]{fontenc}\usepackage{lmodern}" if engine == "pdflatex" else ""
    head = f"\\documentclass{{article}}{fonts}\n\\begin{{document}}\n"
    compiled = run_latex(f"{head}{body}\n\\end{{document}}\n", engine, tmp_path)
    assert compiled.pdf.stat().st_size > 1000


@pytest.mark.parametrize("text", [*Word, *SYMBOLS, *_OPERATORS.values(), "C = 38, 50; C′ = 6C"])
def test_pdflatex_has_every_sign_of_the_vocabulary(text: str) -> None:
    assert "U+" not in tex_text(text)


def test_the_times_sign_carries_no_space_in_tex() -> None:
    assert tex_text("3×3") == r"3${\times}$3"
