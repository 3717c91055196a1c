"""The example papers in LaTeX: their markers are filled in, and they compile."""

import shutil
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner
from pypdf import PdfReader

from resnet_diagram.cli.main import main
from tests.programs import missing, require, run_latex

PAPERS = Path(__file__).resolve().parents[2] / "examples" / "latex"
SAID = {
    "ieee": ("Fig. 1", "ResNet-152: 3, 8, 36 and 3 bottleneck blocks", "Fig. 3", "TABLE I", "Stage 4"),
    "attention": ("Figure 1", "at the end of each block", "as in ResNet-50", "Dual attention", "Figure 2"),
    "article": ("Figure 1", "ResNet-50: 3, 4, 6 and 3 bottleneck blocks", "Table 1", "identity", "Head"),
}


def project(folder: Path) -> Path:
    """Copy the papers and the model that one of them is about into a project; return the papers' folder."""
    (folder / ".git").mkdir()
    for file in PAPERS.parent.glob("attention.*"):
        shutil.copy(file, folder)
    papers = folder / "latex"
    (papers / "figures").mkdir(parents=True)
    for file in PAPERS.glob("*.tex"):
        shutil.copy(file, papers)
    return papers


@pytest.mark.parametrize("engine", ["pdflatex", "lualatex"])
@pytest.mark.parametrize("paper", list(SAID))
def test_a_paper_is_built_from_the_commands_in_it(paper: str, engine: str, tmp_path: Path) -> None:
    looked = subprocess.run([require("kpsewhich"), "IEEEtran.cls"], capture_output=True, check=False)
    if paper == "ieee" and looked.returncode:
        missing("IEEEtran")
    if paper == "attention":
        pytest.importorskip("torch")
    source = project(tmp_path) / f"{paper}.tex"
    done = CliRunner().invoke(main, ["embed", str(source)])
    assert done.exit_code == 0, done.output
    text = source.read_text(encoding="utf-8")
    assert r"\usetikzlibrary{arrows.meta}" in text
    run_latex(text, engine, source.parent)
    made = run_latex(text, engine, source.parent)
    for complaint in ("Overfull", "Missing character", "LaTeX Warning: Ref", "Undefined"):
        assert complaint not in made.log
    shown = " ".join(page.extract_text() for page in PdfReader(made.pdf).pages)
    plain = " ".join(shown.split())
    for words in SAID[paper]:
        assert words in plain, (words, plain[:3000])


def test_the_papers_hold_what_embed_makes_but_for_the_files() -> None:
    """In the repository the files that the markers write are left out, their references are not."""
    for paper in SAID:
        text = (PAPERS / f"{paper}.tex").read_text(encoding="utf-8")
        assert text.count("% /resnet-diagram") == text.count("% resnet-diagram:") >= 3
        assert text.count(r"\input{figures/") == text.count(" -o figures/")
