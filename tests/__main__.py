"""Check everything: `python -m tests`, with pytest's arguments if wanted."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main(arguments: list[str]) -> int:
    """Run ruff, mypy and pytest in turn; the exit code is that of the first that fails, or 0."""
    steps = (
        ["ruff", "check", "."],
        ["ruff", "format", "--check", "."],
        ["mypy"],
        ["pytest", *arguments],
    )
    for step in steps:
        print("$ python -m", *step, flush=True)
        code = subprocess.run([sys.executable, "-m", *step], cwd=ROOT, check=False).returncode
        if code:
            return code
    return 0


sys.exit(main(sys.argv[1:]))
