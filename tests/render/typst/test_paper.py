"""The example paper in Typst: its drawings are made as it says, and it compiles."""

import re
import shlex
import shutil
from io import BytesIO
from pathlib import Path

import pytest
from click.testing import CliRunner
from pypdf import PdfReader

from resnet_diagram.cli.main import main
from resnet_diagram.resources import fonts_dir

typst = pytest.importorskip("typst")

PAPER = Path(__file__).resolve().parents[3] / "examples" / "typst" / "paper.typ"
COLUMN, ACROSS = 241, 498


def test_the_paper_is_built_from_the_commands_in_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copy(PAPER, tmp_path)
    commands = re.findall(r"//   resnet-diagram (.*)", PAPER.read_text(encoding="utf-8"))
    assert len(commands) == 2
    for command in commands:
        assert CliRunner().invoke(main, shlex.split(command)).exit_code == 0, command
    widths = {
        name: float(
            re.findall(r"#block\(width: ([\d.]+)pt", (tmp_path / name).read_text(encoding="utf-8"))[0]
        )
        for name in ("column.typ", "across.typ")
    }
    assert widths["column.typ"] <= COLUMN
    assert COLUMN < widths["across.typ"] <= ACROSS
    pdf, warnings = typst.compile_with_warnings(tmp_path / "paper.typ", font_paths=[fonts_dir()])
    assert not [one.message for one in warnings if "unknown font" not in one.message]
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages).replace("\xa0", " ")
    for words in ("Figure 1", "Figure 2", "Stage 4", "global avg pool"):
        assert words in text
