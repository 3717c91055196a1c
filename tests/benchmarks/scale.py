"""What large networks cost: `python -m tests.benchmarks.scale`."""

import gc
import time
import warnings
from collections.abc import Callable
from functools import partial

import resnet_diagram as rd
from resnet_diagram.spec.model import Network
from resnet_diagram.spec.toml.reader import loads

BLOCKS = 10_000
STAGES = 2_000
LIMIT = 10.0
"""Most seconds of an idle core that each may take."""
HEAD = 'name = "many"\ninput = [3, 32, 32]\nblock = "basic"\nstem = "cifar"\n'


def blocks(count: int, shortcut: str = "B") -> Network:
    """One stage of equal blocks."""
    return loads(f'{HEAD}depths = [{count}]\nwidths = [16]\nshortcut = "{shortcut}"\n', "many.toml")


def stages(count: int) -> Network:
    """Stages of one block each."""
    depths, widths, strides = [1] * count, [16] * count, [1] * count
    return loads(f"{HEAD}depths = {depths}\nwidths = {widths}\nstrides = {strides}\n", "many.toml")


def full(form: str, count: int, shortcut: str = "B") -> str:
    """Draw every block of one stage in a format."""
    return rd.to_text(blocks(count, shortcut), form, view="full", max_height="90000pt")


ROWS: dict[str, tuple[Callable[[int], object], int]] = {
    "code of blocks": (lambda count: rd.code(blocks(count)), BLOCKS),
    "DOT of blocks": (lambda count: rd.to_text(blocks(count), "dot"), BLOCKS),
    "TikZ of stages": (lambda count: rd.to_text(stages(count), "tikz", max_height="90000pt"), STAGES),
    "full TikZ of plain layers": (lambda count: full("tikz", count, "none"), BLOCKS),
    **{f"full {name} of blocks": (partial(full, name), BLOCKS) for name in ("svg", "tikz", "mermaid", "dot")},
}


def main() -> None:
    """Print the seconds of each, and their ratio to those of half the size, without garbage collection."""
    warnings.simplefilter("ignore")
    gc.disable()
    for name, (work, count) in ROWS.items():
        took = []
        for size in (count // 2, count):
            start = time.process_time()
            work(size)
            took.append(time.process_time() - start)
        slow = "  TOO SLOW" if took[1] > LIMIT else ""
        print(f"{name:28} {count:7,} {took[1]:6.1f} s  {took[1] / took[0]:.2f} times half the size{slow}")


if __name__ == "__main__":
    main()
