"""Write review.html: the golden files of a git revision against the current ones.

Usage: python -m tests.review [REVISION] (default: HEAD).
"""

import base64
import difflib
import html
import subprocess
import sys
from pathlib import Path

from tests.golden import FOLDER

ROOT = FOLDER.parent.parent
TEXTS = ("diagram.json", "scene.json", "figure.tex")
STYLE = "body { font-family: sans-serif } td { vertical-align: top; width: 50% } img { width: 100% }"


def files_at(revision: str) -> dict[str, str]:
    """Return the golden files of a revision by `case/file`; a file that did not exist is left out."""
    files = {}
    for path in FOLDER.glob("*/*"):
        name = path.relative_to(ROOT).as_posix()
        shown = subprocess.run(
            ["git", "show", f"{revision}:{name}"], cwd=ROOT, capture_output=True, check=False, text=True
        )
        if shown.returncode == 0:
            files[path.relative_to(FOLDER).as_posix()] = shown.stdout
    return files


def picture(svg: str | None) -> str:
    """Return an <img> of an SVG, or a dash if there is none."""
    if svg is None:
        return "–"
    data = base64.b64encode(svg.encode()).decode()
    return f'<img alt="" src="data:image/svg+xml;base64,{data}">'


def section(case: Path, old: dict[str, str], revision: str) -> str:
    """Return the part of one case: both pictures, and a diff of each text that changed."""
    now = {path.name: path.read_text(encoding="utf-8") for path in case.iterdir()}
    before = {name: old.get(f"{case.name}/{name}") for name in now}
    parts = [f"<table><tr><th>{html.escape(revision)}<th>now<tr>"]
    parts += [f"<td>{picture(files.get('figure.svg'))}" for files in (before, now)] + ["</table>"]
    for name in TEXTS:
        lines = (before[name] or "").splitlines() if name in before else []
        diff = "\n".join(difflib.unified_diff(lines, now.get(name, "").splitlines(), lineterm="", n=1))
        if diff:
            parts.append(f"<details><summary>{name}</summary><pre>{html.escape(diff)}</pre></details>")
    changed = "changed" if before != now else "unchanged"
    return f"<h2>{case.name}: {changed}</h2>\n" + "\n".join(parts)


def page(old: dict[str, str], revision: str) -> str:
    """Return the HTML page; `old`: golden files of the revision by `case/file`."""
    cases = sorted(path.parent for path in FOLDER.glob("*/network.toml"))
    body = "\n".join(section(case, old, revision) for case in cases)
    return f'<!doctype html><meta charset="utf-8"><title>Golden files</title><style>{STYLE}</style>\n{body}\n'


if __name__ == "__main__":
    REVISION = sys.argv[1] if len(sys.argv) > 1 else "HEAD"
    Path("review.html").write_text(page(files_at(REVISION), REVISION), encoding="utf-8")
    print("Wrote review.html")
