"""Text and references between markers, in each kind of document."""

import pytest

from resnet_diagram.embed.bodies import body, reference
from resnet_diagram.embed.markers import regions
from resnet_diagram.embed.syntax import HTML, LATEX, MARKDOWN, RST, TYPST, Syntax


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


def test_signs_of_markdown_in_the_words_of_a_link_are_escaped() -> None:
    assert reference(MARKDOWN, "a.pptx", "a_b [2]") == [r"[a\_b \[2\]](a.pptx)"]


@pytest.mark.parametrize(
    ("syntax", "path", "line"),
    [
        (HTML, 'a"b.svg', '<img src="a&quot;b.svg" alt="&lt;net&gt;">'),
        (HTML, "a.drawio", '<a href="a.drawio">&lt;net&gt;</a>'),
        (RST, "a.drawio", "`<net> <a.drawio>`__"),
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
