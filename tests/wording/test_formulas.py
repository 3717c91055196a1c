"""Formulas in an author's texts: read once, measured, and written in every format."""

import io
import re
import warnings
import zipfile
from html import unescape
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import resnet_diagram as rd
from resnet_diagram.errors import UnrenderedWarning, UsageError
from resnet_diagram.layout.text.metrics import text_width
from resnet_diagram.layout.text.wrap import wrap_evenly
from resnet_diagram.render.escape.xml import printable
from resnet_diagram.wording.formulas.read import with_formulas
from resnet_diagram.wording.formulas.spans import spans, unicode_text
from resnet_diagram.wording.formulas.tex import formula_parts, tex_formula
from resnet_diagram.wording.terms import FORMULA_MARK


def tex(text: str) -> str:
    parts = formula_parts(with_formulas(text))
    return "".join(tex_formula(part) if is_formula else part for is_formula, part in parts)


@pytest.mark.parametrize(
    ("source", "shown", "written"),
    [
        (r"$\alpha x$", "αx", r"$\alpha x$"),
        (r"$F_{\theta}(x)$", "F_θ(x)", r"$F_{\theta }(x)$"),
        (r"$x_1^2$ and $10^{4}$", "x₁² and 10⁴", r"$x_{1}^{2}$ and $10^{4}$"),
        (r"$y = F(x) + x$", "y = F(x) + x", "$y=F(x)+x$"),
        (r"$W_{\mathrm{out}} h$", "Wₒᵤₜh", r"$W_{\mathrm{out}}h$"),
        (r"$C_{AB}$", "C_(AB)", "$C_{AB}$"),
        (r"$x \text{ if any}$", "x if any", r"$x\mathrm{if\ any}$"),
        (r"$\hat{y} \in \mathbf{Y}$", "y\u0302 ∈ Y", r"$\hat{y}\in \mathbf{Y}$"),
        (r"$\max(0, x)$", "max(0, x)", r"$\mathrm{max}(0,x)$"),
        (r"$x_{n_k}^{2}$", "x_(nₖ)²", "$x_{n_{k}}^{2}$"),
        (r"$a^{b^{12}}$", "a^(b¹²)", "$a^{b^{12}}$"),
        (r"$\mathcal{F}(x, \{W_i\})$", "F(x, {Wᵢ})", r"$\mathcal{F}(x,\{W_{i}\})$"),
        (r"costs \$5, $x$, \$6", "costs $5, x, $6", "costs $5, $x$, $6"),
        ("a $ alone", "a $ alone", "a $ alone"),
    ],
)
def test_a_formula_is_read_and_written(source: str, shown: str, written: str) -> None:
    assert unicode_text(with_formulas(source)) == shown
    assert printable(with_formulas(source)) == shown
    assert tex(source) == written
    assert tex(written) == written or not {"$5", r"\ "}.isdisjoint(re.findall(r"\$5|\\ ", written))


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        (r"$\frac{QK^T}{\sqrt{d_k}}$", "QKᵀ/√dₖ"),
        (r"$\frac{a + b}{2c}$", "(a + b)/(2c)"),
        (r"$\tfrac12 \left(1 - \frac{1}{1 - p}\right)$", "1/2(1−1/(1−p))"),
        (r"$e^{-\frac{x^2}{2\sigma^2}}$", "e^(−x²/(2σ²))"),
        (r"$\frac{\hat{x}}{\mathrm{out}}$", "x\u0302/out"),
        (r"$\sqrt{x + \varepsilon}$", "√(x + ε)"),
    ],
)
def test_a_fraction_is_written_on_one_line(source: str, shown: str) -> None:
    assert unicode_text(with_formulas(source)) == shown
    assert tex(tex(source)) == tex(source)


def test_scripts_of_scripts_are_smaller_and_higher() -> None:
    outer, inner = spans(with_formulas("$x_{a^b}$"))[1:]
    assert (outer.scale, inner.scale) == pytest.approx((0.7, 0.49))
    assert (outer.rise, inner.rise) == pytest.approx((-0.2, -0.2 + 0.36 * 0.7))


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        (r"$\binom{a}{b}$", r"\\binom is not supported\. Formulas may have _, \^ and \\alpha"),
        (r"$\frac{a}$", "missing at its end"),
        (r"$\thet$", "Did you mean 'theta'"),
        ("$x_{a_{b_c}}$", "three scripts within each other"),
        ("${a$", "not closed"),
        ("$a}$", "closes nothing"),
        ("$x_$", "missing at its end"),
    ],
)
def test_what_cannot_be_drawn_is_an_error(source: str, problem: str) -> None:
    with pytest.raises(UsageError, match=problem):
        with_formulas(source)
    with pytest.raises(UsageError, match=r"annotate, parts\.'fc': The formula in"):
        rd.to_text("resnet18", "svg", annotate={"parts": {"fc": {"label": source}}})


def test_scripts_are_measured_small() -> None:
    text = with_formulas(r"a $F_{\theta}$")
    assert text_width(text, 10) == pytest.approx(text_width("a F", 10) + text_width("θ", 7))


def test_a_line_breaks_beside_formulas_alone() -> None:
    lines = wrap_evenly(with_formulas(r"the map $y = F_{\theta}(x, y, z) + x$ of all"), 6.4, 30.0)
    assert [line.count(FORMULA_MARK) for line in lines].count(1) == 1
    assert "".join(map(unicode_text, lines)).replace(" ", "") == "themapy=F_θ(x,y,z)+xofall"


@given(st.text())
def test_a_text_without_dollars_stays(text: str) -> None:
    plain = text.replace("$", "")
    assert with_formulas(plain) is plain
    assert unicode_text(plain) == plain or FORMULA_MARK in plain
    assert "".join(span.text for span in spans(plain.replace(FORMULA_MARK, ""))) == plain.replace(
        FORMULA_MARK, ""
    )


NOTES: dict[str, Any] = {
    "title": r"$F_{\theta}$ net",
    "notes": [r"$\alpha^2$"],
    "parts": {"layer*.conv2": {"label": r"$K_{\omega}$", "note": r"with $\beta$", "badge": r"$\gamma$"}},
    "words": {"addition": r"$x + y$"},
}


@pytest.mark.parametrize(
    "to", ["svg", "tikz", "typst", "mermaid", "dot", "drawio", "scene", "outline", "pptx"]
)
def test_every_format_has_formulas(to: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UnrenderedWarning)
        data = rd.to_bytes("resnet18", to, annotate=NOTES)
    if to == "pptx":
        with zipfile.ZipFile(io.BytesIO(data)) as deck:
            data = b"".join(deck.read(name) for name in deck.namelist() if "slides/slide" in name)
    text = data.decode()
    for name, sign in {"theta": "θ", "alpha": "α", "omega": "ω", "beta": "β", "gamma": "γ"}.items():
        assert sign in text or f"\\{name} " in text
    assert not re.search("[\ufdd0-\ufdef]", text)


def test_pages_raise_and_lower_scripts() -> None:
    svg = rd.to_text("resnet18", "svg", annotate=NOTES)
    italic = ' font-style="italic">'
    assert re.search(rf'<tspan{italic}K</tspan><tspan dy="[\d.]+" font-size="[\d.]+"{italic}ω', svg)
    assert r"$K_{\omega }$" in rd.to_text("resnet18", "tikz", annotate=NOTES)
    drawio = rd.to_text("resnet18", "drawio", annotate=NOTES)
    assert re.search("<i>K</i><i><sub [^>]*>ω</sub></i>", unescape(drawio))


@pytest.mark.parametrize(
    "annotate",
    [
        {"title": "net $F_{\\theta}$"},
        {"parts": {"layer1": {"label": "stage $F_{\\theta}$"}}},
        {"parts": {"layer1": {"badge": "$F_{\\theta}$"}}},
        {"notes": ["of $F_{\\theta}$"]},
        {"words": {"identity shortcut": "$F_{\\theta}$"}},
    ],
)
def test_every_text_of_a_page_to_edit_has_scripts(annotate: dict[str, Any]) -> None:
    drawio = rd.to_text("resnet18", "drawio", annotate=annotate)
    assert "&amp;lt;sub" not in drawio
    assert re.search("<i>F</i><i><sub [^>]*>θ</sub></i>", unescape(drawio))
    with zipfile.ZipFile(io.BytesIO(rd.to_bytes("resnet18", "pptx", annotate=annotate))) as deck:
        slide = deck.read("ppt/slides/slide1.xml").decode()
    assert re.search(r'<a:rPr[^>]*i="1"[^>]*baseline="-20000"', slide)
