"""Time to draw a named network against importing its libraries: `python -m tests.benchmarks.startup`."""

import statistics
import subprocess
import sys
import time

FLOOR = [sys.executable, "-c", "import click, jinja2"]
DRAW = [sys.executable, "-m", "resnet_diagram", "draw", "resnet152", "-t"]


def seconds(command: list[str]) -> float:
    """Wall time of one process."""
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def main(rounds: int = 15) -> None:
    """Print, for each format, the median ratio over alternating runs."""
    for name in ("svg", "drawio", "pptx", "tikz", "mermaid", "dot", "outline", "json"):
        ratios = [seconds([*DRAW, name]) / seconds(FLOOR) for _ in range(rounds)]
        print(f"{name:8} {statistics.median(ratios):.2f} times 'import click, jinja2'")


if __name__ == "__main__":
    main()
