"""The Sphinx extension, in real builds."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from pypdf import PdfReader

from resnet_diagram.integrations.sphinx import _sources
from resnet_diagram.spec import catalog
from resnet_diagram.spec.json.files import write_network
from tests.programs import bitmap_fonts, require

INDEX = """
Network
=======

.. resnet-diagram:: resnet18
   :view: overview
   :alt: The eighteen layers
   :caption: ResNet-**18**.
   :name: fig-r18

See :ref:`fig-r18`.
"""


def build(folder: Path, builder: str, index: str = INDEX, *more: str) -> tuple[Path, str]:
    """Where a project was built, and what Sphinx warned of."""
    (folder / "conf.py").write_text(
        'project = "p"\nextensions = ["resnet_diagram.integrations.sphinx"]\nnumfig = True\n'
        'latex_elements = {"fontpkg": r"\\usepackage{lmodern}"}\n',
        encoding="utf-8",
    )
    (folder / "index.rst").write_text(index, encoding="utf-8")
    out = folder / builder
    command = [
        sys.executable,
        "-m",
        "sphinx",
        "-b",
        builder,
        "-q",
        "--no-color",
        *more,
        str(folder),
        str(out),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return out, done.stderr


def test_html_holds_the_drawing_itself(tmp_path: Path) -> None:
    out, warned = build(tmp_path, "html")
    html = (out / "index.html").read_text(encoding="utf-8")
    assert warned == ""
    assert re.search(r'<div class="resnet-diagram" role="img" aria-label="The eighteen layers">\s*<svg', html)
    assert "Stage 4" in html
    assert "ResNet-<strong>18</strong>" in html


def test_drawings_on_one_page_share_no_id(tmp_path: Path) -> None:
    out, _ = build(tmp_path, "html", ".. resnet-diagram:: resnet18\n\n" * 2)
    ids = re.findall(r'<g id="([^"]*)"', (out / "index.html").read_text(encoding="utf-8"))
    assert len(ids) == len(set(ids)) > 40
    assert {"index-figure1-stage2", "index-figure2-stage2"} <= set(ids)


@pytest.mark.parametrize(("name", "prefix"), [("2024", "page-2024"), ("a b", "a-b"), ("v1.0", "v1-0")])
def test_ids_of_a_document_of_any_name_are_names_in_style_sheets(
    tmp_path: Path, name: str, prefix: str
) -> None:
    (tmp_path / f"{name}.rst").write_text(":orphan:\n\n.. resnet-diagram:: resnet18\n   :theme: auto\n")
    out, _ = build(tmp_path, "html", "Title\n=====\n")
    html = (out / f"{name}.html").read_text(encoding="utf-8")
    assert f'id="{prefix}-figure1-' in html


def test_latex_holds_tikz(tmp_path: Path) -> None:
    out, warned = build(tmp_path, "latex", INDEX.replace(":ref:`fig-r18`", ":numref:`fig-r18`"))
    (tex,) = out.glob("p.tex")
    text = tex.read_text(encoding="utf-8")
    assert warned == ""
    assert r"\begin{tikzpicture}" in text
    assert r"\usetikzlibrary{arrows.meta" in text.split(r"\begin{document}")[0]


def test_other_builders_get_words(tmp_path: Path) -> None:
    out, warned = build(tmp_path, "text")
    assert warned == ""
    assert "Stage 1" in (out / "index.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (".. resnet-diagram:: resnet19", "No network named 'resnet19'"),
        (".. resnet-diagram:: resnet18\n   :view: all", "No view is named 'all'. Choose one of paper"),
        (".. resnet-diagram:: resnet18\n   :vue: full", 'unknown option: "vue"'),
        (".. resnet-diagram:: ../outside.py:Net", "A marker may not load '../outside.py:Net'"),
        (".. resnet-diagram:: os:system('x')", "A marker may not load"),
        (".. resnet-diagram:: ../outside.toml", "A marker may not read"),
    ],
)
def test_an_error_points_at_its_line(tmp_path: Path, line: str, message: str) -> None:
    _, warned = build(tmp_path, "html", f"Title\n=====\n\n{line}\n")
    assert re.search(r"index\.rst:4: ERROR:", warned)
    assert message in warned


def test_a_document_is_built_anew_when_its_source_changes(tmp_path: Path) -> None:
    write_network(catalog.network("resnet18"), tmp_path / "net.json")
    index = "Title\n=====\n\n.. resnet-diagram:: net.json\n"
    out, _ = build(tmp_path, "html", index)
    assert "basic block" in (out / "index.html").read_text(encoding="utf-8")
    write_network(catalog.network("resnet50"), tmp_path / "net.json")
    out, _ = build(tmp_path, "html", index)
    assert "bottleneck" in (out / "index.html").read_text(encoding="utf-8")


MODEL = """
import torch
class Net(torch.nn.Module):
    def __init__(self, width, name):
        super().__init__()
        self.first = torch.nn.Conv2d(3, width, 3, padding=1)
        self.second = torch.nn.Conv2d(width, width, 3, padding=1)
    def forward(self, x):
        x = self.first(x)
        return x + self.second(x)
"""


def test_code_with_its_input_in_a_build_by_several_processes(tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="torch is not installed")
    drawn = '.. resnet-diagram:: net:Net(24, name="a b")\n   :input: 3x16x16\n'
    (tmp_path / "net.py").write_text(MODEL, encoding="utf-8")
    for number in range(6):
        (tmp_path / f"page{number}.rst").write_text(f":orphan:\n\nPage\n====\n\n{drawn}", encoding="utf-8")
    out, warned = build(tmp_path, "html", INDEX, "-j2")
    assert warned == ""
    for number in range(6):
        assert "3×3 conv, 24" in (out / f"page{number}.html").read_text(encoding="utf-8")
    (tmp_path / "net.py").write_text(MODEL.replace("super()", "width = 48; super()"), encoding="utf-8")
    build(tmp_path, "html", INDEX, "-j2")
    assert "3×3 conv, 48" in (out / "page3.html").read_text(encoding="utf-8")


def test_a_directive_loads_no_code_where_it_is_switched_off(tmp_path: Path) -> None:
    (tmp_path / "net.py").write_text("from pathlib import Path\nPath('ran').touch()\n", encoding="utf-8")
    drawn = "Title\n=====\n\n.. resnet-diagram:: net:Net\n"
    _, warned = build(tmp_path, "html", drawn, "-D", "resnet_diagram_code=0")
    assert "code is switched off" in warned
    assert not Path("ran").exists()


def test_a_source_may_have_spaces_in_its_brackets() -> None:
    assert _sources('a.py:Net(1, (2, 3), x="y z") resnet18') == ['a.py:Net(1, (2, 3), x="y z")', "resnet18"]


TALL = """
.. resnet-diagram:: resnet18 resnet34 resnet50
   :view: compare
   :theme: auto
   :caption: Side by side.

.. note::

   .. resnet-diagram:: resnet20
      :view: block
      :scale: 80%
      :caption: In a note.

.. resnet-diagram-table:: resnet18 resnet34 resnet50-v1
   :caption: In a table & more.
   :name: tab-three

.. resnet-diagram-describe:: resnet18

See :numref:`tab-three`.
"""


def test_the_latex_document_compiles(tmp_path: Path) -> None:
    pdflatex = require("pdflatex")
    out, warned = build(tmp_path, "latex", INDEX.replace(":ref:", ":numref:") + TALL)
    command = [pdflatex, "-no-shell-escape", "-interaction=nonstopmode", "-halt-on-error", "p.tex"]
    for _ in range(2):
        done = subprocess.run(command, cwd=out, capture_output=True, check=False)
        assert done.returncode == 0, done.stdout.decode(errors="replace")[-2000:]
    assert bitmap_fonts(out / "p.pdf") == []
    log = (out / "p.log").read_text(encoding="utf-8", errors="replace")
    pages = [page.extract_text() for page in PdfReader(out / "p.pdf").pages]
    assert warned == ""
    assert "Float too large" not in log
    assert any("Stage 4" in text for text in pages)
    assert any("See Fig. 1." in text for text in pages)
    assert any("See Table 1." in text for text in pages)
    assert any("In a table & more." in text and "conv5" in text for text in pages)
    assert any("11,176,512" in text or "2,099,712" in text for text in pages)


TABLES = """
Tables
======

See :numref:`three`.

.. resnet-diagram-table:: resnet18 resnet34 net.json
   :heads: A, B_2, ours
   :decimals: 1
   :no-notes:
   :caption: All *three*.
   :name: three

.. resnet-diagram-table:: resnet18
   :shortcuts:

.. resnet-diagram-describe:: resnet50
"""


def test_tables_and_facts_in_every_builder(tmp_path: Path) -> None:
    write_network(catalog.network("resnet101"), tmp_path / "net.json")
    out, warned = build(tmp_path, "html", TABLES)
    html = (out / "index.html").read_text(encoding="utf-8")
    assert warned == ""
    assert '<span class="std std-numref">Table 1</span>' in html
    assert re.search(r"Table 1 </span><span class=\"caption-text\">All <em>three</em>\.", html)
    assert '<th scope="col" class="cell">B_2</th>' in html
    assert "44.5×10<sup>6</sup>" in html
    assert "the 2015 paper calls" not in html.split("resnet18 has stride 2")[0]
    assert ">1×1 conv, s=2 + BN</td>" in html
    assert "<p>14,964,736</p>" in html
    assert "25,557,032 params" in html
    out, warned = build(tmp_path, "text", TABLES)
    text = (out / "index.txt").read_text(encoding="utf-8")
    assert warned == ""
    assert "⎣ 1×1, 2048 ⎦" in text
    assert "| layer3 | 6      | bottleneck |" in text


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (
            ".. resnet-diagram-table:: resnet18\n   :decimals: few",
            ":decimals: 'few': expected a whole number.",
        ),
        (".. resnet-diagram-table:: resnet18\n   :heads: a, b", "Got 2 names for columns and 1 network"),
        (".. resnet-diagram-table:: ../outside.py:Net", "A marker may not load '../outside.py:Net'"),
        (".. resnet-diagram-describe:: os:system('x')", "A marker may not load"),
        (".. resnet-diagram-describe:: ../outside.json", "A marker may not read"),
        (".. resnet-diagram-describe:: resnet18 resnet34", "resnet-diagram-describe describes one"),
        (".. resnet-diagram:: resnet18\n   :scale: 60", "--scale 60: expected a factor"),
    ],
)
def test_an_error_of_a_table_points_at_its_line(tmp_path: Path, line: str, message: str) -> None:
    _, warned = build(tmp_path, "html", f"Title\n=====\n\n{line}\n")
    assert re.search(r"index\.rst:4: ERROR:", warned)
    assert message in warned


def test_a_scaled_drawing_is_smaller_and_its_outline_is_as_ever(tmp_path: Path) -> None:
    index = ".. resnet-diagram:: resnet18\n   :scale: 50%\n"
    out, _ = build(tmp_path, "html", index)
    html = (out / "index.html").read_text(encoding="utf-8")
    match = re.search(r'width="([\d.]+)pt" height="[\d.]+pt" viewBox="0 0 ([\d.]+) ', html)
    assert match
    assert float(match[1]) == pytest.approx(float(match[2]) / 2, abs=0.01)
    _, warned = build(tmp_path, "text", index)
    assert warned == ""
