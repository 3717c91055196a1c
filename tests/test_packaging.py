"""What the wheel holds."""

import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def test_the_wheel_ships_the_package_with_templates_and_data(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "build",
        "--wheel",
        "--no-isolation",
        "--outdir",
        str(tmp_path),
        str(ROOT),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        held = set(archive.namelist())
        metadata = next(archive.read(name).decode() for name in held if name.endswith("METADATA"))
    templates = {
        f"resnet_diagram/{path.relative_to(ROOT)}"
        for path in (ROOT / "templates").rglob("*")
        if path.is_file()
    }
    package = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "resnet_diagram").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert templates
    assert held >= templates | package
    assert not any(name.startswith(("tests/", "docs/", "examples/")) for name in held)
    assert any(name.endswith("licenses/LICENSE") for name in held)
    assert "License-Expression: MIT AND OFL-1.1" in metadata
    assert "Requires-Dist: torch" in metadata
    required = [
        line for line in metadata.splitlines() if line.startswith("Requires-Dist") and "extra" not in line
    ]
    assert sorted(line.split()[1].split(">")[0] for line in required) == ["click", "graphviz", "jinja2"]
