"""Time and memory to trace a model against one run on meta tensors: `python -m tests.benchmarks.tracing`.

Each is a whole process. The floor imports torch, builds the model on the meta device and runs it once
there; ours is `resnet-diagram describe`. The runs alternate, and the medians of their ratios are printed.
Times are those of the processor, which other work on the machine changes least.
"""

import argparse
import os
import statistics
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
KIB_PER_MB = 1024

FLOOR = """
import torch
{setup}
with torch.device("meta"):
    model = {make}
    value = torch.empty(1, *{shape})
with torch.no_grad():
    model.eval()(value)
"""

# A torchvision built for other hardware than torch needs this before it can be imported.
SETUP = """
library = torch.library.Library("torchvision", "FRAGMENT")
for name in ("nms", "qnms"):
    try:
        library.define(name + "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    except RuntimeError:
        pass
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A model: as a source, and as the floor makes it; and the most the ratio of times may be."""

    name: str
    source: str
    setup: str
    make: str
    shape: tuple[int, ...]
    most: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one process took."""

    seconds: float
    megabytes: float


def cases(blocks: int) -> list[Case]:
    """The models compared; the deep one has so many blocks."""
    picture = (3, 224, 224)
    return [
        Case(
            name="plain PyTorch, resnet110",
            source="examples/resnet.py:resnet110",
            setup="from examples.resnet import resnet110",
            make="resnet110()",
            shape=(3, 32, 32),
            most=0.6,
        ),
        Case(
            name="torchvision, resnet50",
            source="torchvision.models:resnet50",
            setup=f"{SETUP}\nfrom torchvision.models import resnet50",
            make="resnet50()",
            shape=picture,
            most=1.0,
        ),
        Case(
            name="timm, resnet50",
            source="timm:resnet50",
            setup=f"{SETUP}\nimport timm",
            make="timm.create_model('resnet50')",
            shape=picture,
            most=1.0,
        ),
        Case(
            name=f"plain PyTorch, {blocks} blocks",
            source=f"tests/benchmarks/deep.py:Deep(blocks={blocks})",
            setup="from tests.benchmarks.deep import Deep",
            make=f"Deep({blocks})",
            shape=(3, 32, 32),
            most=0.6 if blocks < 10_000 else 0.3,
        ),
    ]


def cost(command: Sequence[str]) -> Cost:
    """Processor time and peak memory of one process; raises RuntimeError if it fails."""
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    assert process.stderr is not None
    said = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = usage.ru_utime + usage.ru_stime
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stderr.close()
    if process.returncode:
        raise RuntimeError(f"{command} failed:\n{said.decode()}")
    return Cost(seconds=seconds, megabytes=usage.ru_maxrss / KIB_PER_MB)


def floor(case: Case) -> Cost:
    """The cost of building and running a model on meta tensors."""
    code = FLOOR.format(setup=case.setup, make=case.make, shape=case.shape)
    return cost([sys.executable, "-c", code])


def ours(case: Case) -> Cost:
    """The cost of describing a model."""
    shape = "x".join(map(str, case.shape))
    return cost([sys.executable, "-m", "resnet_diagram", "describe", case.source, "--input", shape])


def line(case: Case, rounds: int) -> str:
    """What the medians over alternating runs say about one model."""
    pairs = [(floor(case), ours(case)) for _ in range(rounds)]
    ratio = statistics.median(b.seconds / a.seconds for a, b in pairs)
    below, own = (statistics.median(p[k].seconds for p in pairs) for k in (0, 1))
    memory = tuple(max(p[k].megabytes for p in pairs) for k in (0, 1))
    verdict = ("" if ratio <= case.most else "  TOO SLOW") + ("" if memory[1] <= memory[0] else "  TOO LARGE")
    return (
        f"{case.name:30} {ratio:5.2f} of the floor (at most {case.most})  {own:6.2f} s / {below:6.2f} s  "
        f"peak {memory[1]:4.0f} MB / {memory[0]:4.0f} MB{verdict}"
    )


def main() -> None:
    """Print a line for each model."""
    parser = argparse.ArgumentParser(description="Trace models against one run of them on meta tensors.")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each (default: 3)")
    parser.add_argument("--blocks", type=int, default=300, help="depth of the deep network (default: 300)")
    parser.add_argument("--only", default="", metavar="TEXT", help="the models whose name holds this text")
    given = parser.parse_args()
    for case in cases(given.blocks):
        if given.only not in case.name:
            continue
        print(line(case, given.rounds), flush=True)


if __name__ == "__main__":
    main()
