"""Time from a save to the new figure under `draw --watch`: `python -m tests.benchmarks.watch`."""

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

MODEL = "import torchvision\n\ndef net():\n    return torchvision.models.resnet152()\n"
DRAW = ["-m", "resnet_diagram", "draw", "net.py:net", "--input", "3x224x224", "-o", "net.svg"]


def redrawn(folder: Path, number: int) -> float:
    """Save the model as editors do, and return the seconds until its figure is written."""
    figure, draft = folder / "net.svg", folder / "net.py.tmp"
    before = figure.stat().st_mtime_ns
    draft.write_text(f"{MODEL}# {number}\n")
    draft.replace(folder / "net.py")
    start = time.time()
    while figure.stat().st_mtime_ns == before:
        time.sleep(0.001)
    return figure.stat().st_mtime - start


def main(rounds: int = 15) -> None:
    """Print the median time of a redrawing, and its ratio to drawing once in a new process."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "net.py").write_text(MODEL)
        start = time.perf_counter()
        subprocess.run([sys.executable, *DRAW], cwd=folder, check=True)
        once = time.perf_counter() - start
        (folder / "net.svg").unlink()
        watching = subprocess.Popen([sys.executable, *DRAW, "--watch", "-q"], cwd=folder)
        try:
            while not (folder / "net.svg").exists():
                time.sleep(0.01)
            times = []
            for number in range(rounds):
                time.sleep(0.5)
                times.append(redrawn(folder, number))
        finally:
            watching.kill()
    again = statistics.median(times)
    print(f"resnet152: {1000 * again:.0f} ms from a save to the figure, {again / once:.2f} of a new process")


if __name__ == "__main__":
    main()
