"""The fence for MkDocs, in real builds."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

CONFIG = """
site_name: Site
markdown_extensions:
  - pymdownx.superfences:
      custom_fences:
        - name: resnet-diagram
          class: resnet-diagram
          format: !!python/name:resnet_diagram.integrations.mkdocs.fence
"""


def build(folder: Path, page: str, config: str = CONFIG) -> subprocess.CompletedProcess[str]:
    (folder / "docs").mkdir()
    (folder / "mkdocs.yml").write_text(config, encoding="utf-8")
    (folder / "docs" / "index.md").write_text(page, encoding="utf-8")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_a_fence_becomes_the_drawing(tmp_path: Path) -> None:
    done = build(tmp_path, "# Net\n\n```resnet-diagram\nresnet18 --view overview\n--theme auto\n```\n")
    assert done.returncode == 0, done.stderr
    html = (tmp_path / "site" / "index.html").read_text(encoding="utf-8")
    assert '<div class="resnet-diagram">\n<svg' in html
    assert "prefers-color-scheme" in html
    assert "Stage 4" in html


def test_drawings_on_one_page_share_no_id(tmp_path: Path) -> None:
    done = build(tmp_path, "```resnet-diagram\nresnet18\n```\n" * 2)
    assert done.returncode == 0, done.stderr
    html = (tmp_path / "site" / "index.html").read_text(encoding="utf-8")
    ids = re.findall(r'<g id="([^"]*)"', html)
    assert len(ids) == len(set(ids)) > 40
    assert {"figure1-stage2", "figure2-stage2"} <= set(ids)


@pytest.mark.parametrize(
    ("fence", "message"), [("resnet19", "No network named 'resnet19'"), ("'resnet18", "No closing quotation")]
)
def test_a_wrong_fence_stops_the_build(tmp_path: Path, fence: str, message: str) -> None:
    done = build(tmp_path, f"```resnet-diagram\n{fence}\n```\n")
    assert done.returncode != 0
    assert message in done.stderr + done.stdout


@pytest.mark.parametrize(
    ("source", "fence", "message"),
    [
        ("../outside.py:Net", "fence", "may not load"),
        ("\"os:system('touch ran')\"", "fence", "may not load"),
        ("net.pt --unsafe", "fence", "--unsafe"),
        ("table ../outside.py:Net", "fence", "may not load"),
        ("resnet18 --annotate ../outside.toml", "fence", "may not read"),
        ("describe ../outside.json", "fence", "may not read"),
        ("describe net.pt --unsafe", "fence", "--unsafe"),
        ("table net.py:Net", "fence_without_code", "code is switched off"),
        ("resnet18 --templates .", "fence", "--templates"),
        ("net.py:Net", "fence_without_code", "code is switched off"),
        ("resnet18 -o x.svg", "fence", "leave out -o"),
        ("table resnet18 -o x.md", "fence", "leave out -o"),
    ],
)
def test_a_fence_has_the_limits_of_a_marker(tmp_path: Path, source: str, fence: str, message: str) -> None:
    site = tmp_path / "site-sources"
    site.mkdir()
    (tmp_path / "outside.toml").write_text("secret =", encoding="utf-8")
    for folder, name in ((tmp_path, "outside.py"), (site, "net.py")):
        (folder / name).write_text("from pathlib import Path\nPath('ran').touch()\n", encoding="utf-8")
    config = CONFIG.replace("mkdocs.fence", f"mkdocs.{fence}")
    done = build(site, f"```resnet-diagram\n{source}\n```\n", config)
    assert done.returncode != 0
    assert message in done.stderr + done.stdout
    assert not (site / "ran").exists()
    assert not list(site.glob("x.*"))


def test_a_fence_holds_a_table_or_facts(tmp_path: Path) -> None:
    fences = (
        "table resnet18 resnet34 --caption 'Both & more'",
        "describe resnet50",
        "table --shortcuts resnet18",
    )
    page = "".join(f"```resnet-diagram\n{fence}\n```\n\n" for fence in fences)
    done = build(tmp_path, page)
    assert done.returncode == 0, done.stderr
    html = (tmp_path / "site" / "index.html").read_text(encoding="utf-8")
    assert "<caption>Both &amp; more</caption>" in html
    assert "21.80×10<sup>6</sup>" in html
    assert "<td>14,964,736</td>" in html
    assert "25,557,032 params" in html
    assert "<td>1×1 conv, s=2 + BN</td>" in html
