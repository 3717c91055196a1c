"""The outside programs that tests draw with: Graphviz, LaTeX, Chromium, Mermaid, draw.io.

A test that needs a program which is not installed is skipped with a reason; with
RESNET_DIAGRAM_ALL_PROGRAMS=1 in the environment it fails instead.
"""

import os
import shutil
import subprocess
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import NoReturn

import pytest
from pypdf import PdfReader
from pypdf.generic import DictionaryObject

ALL_PROGRAMS = "RESNET_DIAGRAM_ALL_PROGRAMS"


@dataclass(frozen=True, slots=True)
class Compiled:
    """What LaTeX made: the PDF, and its log."""

    pdf: Path
    log: str


def require(program: str) -> str:
    """Return the path of an installed program; else skip the test, or fail it where all are demanded."""
    found = shutil.which(program)
    return found or missing(program)


def missing(what: str) -> NoReturn:
    """Skip the test for want of a program, or fail it where all are demanded."""
    if os.environ.get(ALL_PROGRAMS) == "1":
        pytest.fail(f"{what} is not installed, and {ALL_PROGRAMS}=1 demands it")
    pytest.skip(f"{what} is not installed")


def all_only(what: str) -> None:
    """Skip a long test, unless all are demanded."""
    if os.environ.get(ALL_PROGRAMS) != "1":
        pytest.skip(f"{what}: takes long, run with {ALL_PROGRAMS}=1")


def run_dot(source: str, fmt: str = "svg") -> bytes:
    """What Graphviz makes of DOT source; a warning of Graphviz is an error here."""
    command = [require("dot"), f"-T{fmt}"]
    done = subprocess.run(command, input=source.encode(), capture_output=True, timeout=120, check=False)
    said = done.stderr.decode()
    assert done.returncode == 0, f"dot failed:\n{said}\n{source}"
    assert not said.strip(), f"dot complained:\n{said}"
    return done.stdout


def run_latex(tex: str, engine: str, folder: Path) -> Compiled:
    """The PDF and the log of a document, compiled in `folder` without shell escape."""
    (folder / "figure.tex").write_text(tex, encoding="utf-8")
    command = [
        require(engine),
        "-no-shell-escape",
        "-halt-on-error",
        "-interaction=nonstopmode",
        "figure.tex",
    ]
    done = subprocess.run(
        command, cwd=folder, env=_latex_environment(), capture_output=True, timeout=300, check=False
    )
    log = done.stdout.decode(errors="replace")
    assert done.returncode == 0, f"{engine} failed:\n{log[-3000:]}"
    pdf = folder / "figure.pdf"
    assert bitmap_fonts(pdf) == [], "publishers reject bitmap (Type 3) fonts"
    return Compiled(pdf, log)


def bitmap_fonts(pdf: Path | BytesIO) -> list[str]:
    """Return the names of the Type 3 fonts in a PDF; TeX embeds one where it has no outlines of a font."""
    reader = PdfReader(pdf)
    objects = (reader.get_object(number) for number in range(1, len(reader.xref[0]) + 1))
    fonts = [item for item in objects if isinstance(item, DictionaryObject) and item.get("/Type") == "/Font"]
    return [str(font.get("/Name", "unnamed")) for font in fonts if font.get("/Subtype") == "/Type3"]


def _latex_environment() -> dict[str, str]:
    """Return the environment with one cache of fonts for all runs, even without a writable home folder."""
    environment = dict(os.environ)
    home = environment.get("HOME", "")
    if not (home and os.access(home, os.W_OK)):
        environment.setdefault("TEXMFVAR", str(Path(os.environ.get("TMPDIR", "/tmp")) / "texmf-var"))
    return environment
