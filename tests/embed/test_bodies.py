"""Text and references between markers, in each kind of document."""

from pathlib import Path

import pytest

from resnet_diagram.embed.bodies import body, reference
from resnet_diagram.embed.markers import regions
from resnet_diagram.embed.syntax import HTML, LATEX, MARKDOWN, RST, TYPST, Syntax
from resnet_diagram.errors import EmbedError
from tests.programs import run_latex


@pytest.mark.parametrize("path", ["a b.svg", "a(1).svg", "a).svg"])
def test_a_path_that_would_end_a_link_is_in_angle_brackets(path: str) -> None:
    assert reference(MARKDOWN, path, "net") == [f"![net](<{path}>)"]
    assert reference(MARKDOWN, "a-1.svg", "net") == ["![net](a-1.svg)"]


@pytest.mark.parametrize(
    ("path", "address"),
    [
        ("a%20b.svg", "a%2520b.svg"),
        ("net#1.svg", "net%231.svg"),
        ("a?b.svg", "a%3Fb.svg"),
        ("<a>.svg", "%3Ca%3E.svg"),
    ],
)
def test_signs_of_addresses_in_the_name_of_a_file(path: str, address: str) -> None:
    assert reference(MARKDOWN, path, "net") == [f"![net]({address})"]
    assert reference(HTML, path, "net") == [f'<img src="{address}" alt="net">']


NAMES = [
    "a%b",
    "a#b",
    "a b",
    "a_b",
    "a~b",
    "~a",
    "a&b",
    "a$b",
    "a^^41b",
    "-a",
    "a.b",
    "é",
    "100% of_#1 ~x",
    "a%b%%c%~d",
]


@pytest.mark.parametrize("name", NAMES)
def test_latex_reads_files_of_any_name(name: str, tmp_path: Path) -> None:
    empty = run_latex(r"\documentclass{article}\begin{document}x\end{document}", "pdflatex", tmp_path)
    (tmp_path / f"{name}.tex").write_text("Word", encoding="utf-8")
    (tmp_path / f"{name}.pdf").write_bytes(empty.pdf.read_bytes())
    lines = [line for end in ("tex", "pdf", "pptx") for line in reference(LATEX, f"{name}.{end}", "net")]
    head = r"\documentclass{article}\usepackage{graphicx}\begin{document}"
    run_latex("\n".join([head, *lines, r"\end{document}"]), "pdflatex", tmp_path)


@pytest.mark.parametrize("name", ["a{b", "a}b", 'a"b', "a  b", "a\\b"])
def test_a_name_that_latex_cannot_read_is_refused(name: str) -> None:
    with pytest.raises(EmbedError, match="LaTeX reads no file named"):
        reference(LATEX, f"{name}.tex", "net")


def test_signs_of_markdown_in_the_words_of_a_link_are_escaped() -> None:
    assert reference(MARKDOWN, "a.pptx", "a_b [2]") == [r"[a\_b \[2\]](a.pptx)"]


@pytest.mark.parametrize(
    ("syntax", "path", "line"),
    [
        (HTML, 'a"b.svg', '<img src="a&quot;b.svg" alt="&lt;net&gt;">'),
        (HTML, "a.drawio", '<a href="a.drawio">&lt;net&gt;</a>'),
        (RST, "a.drawio", "`<net> <a.drawio>`__"),
        (RST, "a b.drawio", r"`<net> <a\ b.drawio>`__"),
        (RST, "a b.svg", r".. image:: a\ b.svg"),
        (LATEX, "a.tex", r"\input{a.tex}"),
        (LATEX, "a.pdf", r"\includegraphics{a.pdf}"),
        (LATEX, "a_b.pptx", r"\texttt{\detokenize{a_b.pptx}}"),
        (TYPST, "a.svg", '#image("a.svg", alt: "<net>")'),
        (TYPST, "a.typ", '#include "a.typ"'),
        (TYPST, 'a"b.pptx', r'#link("a\"b.pptx")'),
    ],
)
def test_a_file_is_shown_or_linked_in_the_syntax_of_its_document(
    syntax: Syntax, path: str, line: str
) -> None:
    assert line in reference(syntax, path, "<net>")


@pytest.mark.parametrize(("text", "fence"), [("a", "```"), ("a ``` b", "````"), ("a ````", "`````")])
def test_a_fence_is_longer_than_the_fences_in_it(text: str, fence: str) -> None:
    assert body(MARKDOWN, "outline", text) == [f"{fence}text", text, fence]


def test_an_end_of_verbatim_in_a_text_does_not_end_it() -> None:
    lines = body(LATEX, "outline", r"a \end{verbatim} b")
    assert lines[1:-1] == [r"a \end {verbatim} b"]


def test_an_open_fence_between_markers_does_not_hide_the_closing_one() -> None:
    lines = ["<!-- resnet-diagram: draw resnet18 -->", "```", "<!-- /resnet-diagram -->", "text"]
    (region,) = regions(lines, MARKDOWN, "a.md")
    assert (region.words, region.start, region.end) == (("draw", "resnet18"), 1, 2)


def test_a_marker_in_a_fence_is_an_example() -> None:
    assert regions(["```", "<!-- resnet-diagram: draw resnet18 -->", "```"], MARKDOWN, "a.md") == ()
