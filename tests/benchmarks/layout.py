"""What layout costs against how much is drawn: `python -m tests.benchmarks.layout`."""

import time

from resnet_diagram.diagram.model import Diagram
from resnet_diagram.diagram.options import Options, View
from resnet_diagram.diagram.views import build
from resnet_diagram.layout.layout import layout
from resnet_diagram.layout.scene import walk
from resnet_diagram.layout.units import Fit
from resnet_diagram.spec import catalog
from resnet_diagram.style.theme import load_theme

NETWORKS = ("resnet20", "resnet110", "resnet1202")
TEXT = 495.0


def seconds(diagram: Diagram, rounds: int) -> tuple[float, int]:
    """The least processor time of a layout, and how many items it draws."""
    theme = load_theme()
    best, drawn = float("inf"), 0
    for _ in range(rounds):
        start = time.process_time()
        drawn = len(list(walk(layout(diagram, theme, Fit(TEXT)))))
        best = min(best, time.process_time() - start)
    return best, drawn


def report(view: View, rounds: int) -> None:
    """Print time, items, and time an item, in ratios to the first network."""
    seconds(build([catalog.network(NETWORKS[0])], Options(view=view)), 1)
    base = base_items = 0.0
    for name in NETWORKS:
        took, drawn = seconds(build([catalog.network(name)], Options(view=view)), rounds)
        base, base_items = base or took, base_items or drawn
        ratio, more = took / base, drawn / base_items
        print(
            f"{view:6} {name:11} {drawn:6} items {took:7.3f} s  "
            f"{more:6.1f} times the items, {ratio:6.1f} times the time, {ratio / more:.2f} an item"
        )


def main(rounds: int = 3) -> None:
    """Print both views."""
    report(View.PAPER, 5 * rounds)
    report(View.FULL, rounds)


if __name__ == "__main__":
    main()
