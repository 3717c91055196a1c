"""Trace the models of torchvision and timm and write what is found: `python -m docs.coverage`."""

import re
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from resnet_diagram.app.drawing.folding import folded_page
from resnet_diagram.diagram.accounting import closed, contents_note, left_out
from resnet_diagram.diagram.options import Options
from resnet_diagram.diagram.panels.network import panels
from resnet_diagram.layout.units import Fit
from resnet_diagram.render.figure import Output
from resnet_diagram.sources.resolve import Reading, read_source
from resnet_diagram.spec.counting.blocks import units
from resnet_diagram.spec.measure import macs, params, residual_blocks, walk
from resnet_diagram.spec.model import Block, LayerKind, Network, Stage
from resnet_diagram.wording.terms import literal

PAGE = Path(__file__).resolve().parent / "coverage.md"
WIDTHS = (6.875, 3.25)
"""Widths of a text and of a column, in inches."""
HEADS = (
    "model",
    "blocks per stage",
    "shortcuts",
    "opaque layers",
    "accounted for",
    "inside closed boxes",
    *(f"page of {width} in" for width in WIDTHS),
    "parameters, M",
    "MACs, G",
    "remarks",
)
INPUTS = {"detection": "3x224x224", "video": "3x16x224x224"}
MANY = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A model to trace: what it is called in the table, how it is written, and the input it takes."""

    name: str
    source: str
    inputs: tuple[str, ...] = ()


def torchvision_subjects(section: str) -> list[Subject]:
    """Every model in a section of torchvision: "classification", "segmentation", "detection" or "video"."""
    models = import_module("torchvision.models")
    part = models if section == "classification" else import_module(f"torchvision.models.{section}")
    extra = ", weights_backbone=None" if section in ("segmentation", "detection") else ""
    return [
        Subject(
            name=name,
            source=f"torchvision.models:get_model({name!r}, weights=None{extra})",
            inputs=(INPUTS[section],) if section in INPUTS else (),
        )
        for name in models.list_models(module=part)
    ]


def timm_subjects() -> list[Subject]:
    """The first model of each family of timm."""
    timm = import_module("timm")
    subjects = []
    for family in timm.list_modules():
        names = timm.list_models(module=family)
        if names:
            subjects.append(Subject(name=f"{family}: {names[0]}", source=f"timm:{names[0]}"))
    return subjects


def row(subject: Subject) -> tuple[str, ...]:
    """One line of the table: what is found in a model; the error where it cannot be drawn."""
    try:
        network = read_source(subject.source, Reading(inputs=subject.inputs))
        pages = [page_text(network, width) for width in WIDTHS]
    except Exception as error:  # also one that is no error of ours: the table is there to show it
        lines = str(error).splitlines() or [""]
        return subject.name, *[""] * (len(HEADS) - 2), f"**not drawn**: {type(error).__name__}: {lines[0]}"
    return (
        subject.name,
        stage_text(network),
        shortcut_text(network),
        opaque_text(network),
        *accounted_text(network),
        *pages,
        f"{params(network) / 1e6:.2f}",
        f"{macs(network) / 1e9:.2f}",
        remark(network),
    )


def stage_text(network: Network) -> str:
    """Blocks of each stage, as a reader counts them: "3, 4, 6, 3"; without residual ones, how they meet.

    How many in all where there are many stages.
    """
    stages = [part for part in network.body if isinstance(part, Stage)]
    counts = [len(units((part,))) for part in stages]
    if not residual_blocks(network):
        merges = {block.merge for part in stages for block in units((part,)) if isinstance(block, Block)}
        return f"{', '.join(map(str, counts))} ({' and '.join(sorted(merges))})" if merges else ""
    if not counts:
        return str(len(residual_blocks(network)))
    if len(counts) > MANY:
        return f"{len(counts)} stages, {sum(counts)} blocks"
    return ", ".join(map(str, counts))


def shortcut_text(network: Network) -> str:
    """How many shortcuts there are of each kind."""
    kinds = Counter(block.shortcut.kind.value for block in residual_blocks(network) if block.shortcut)
    return ", ".join(f"{count} {kind}" for kind, count in kinds.most_common())


def opaque_text(network: Network) -> str:
    """The modules drawn as one box because what is inside is irregular, and how many of each."""
    found = Counter(layer.op for layer in walk(network) if layer.kind is LayerKind.OPAQUE)
    return ", ".join(f"{count} {op}" for op, count in found.items())


def accounted_text(network: Network) -> tuple[str, str]:
    """Whether the figure shows or names every operation, and what it shows inside closed boxes alone.

    "all", or how many it leaves out; such as "3 conv, 3 BN, 116 k params".
    """
    drawn = panels(network, literal(network.name), Options(), with_insets=True)
    left = left_out(network, drawn)
    inside = closed(network, [panel.content for panel in drawn])
    return f"all but {len(left)}" if left else "all", contents_note(network, inside)


def page_text(network: Network, width: float) -> str:
    """The height of the figure in inches on a page of some width, and what gave way to it."""
    with warnings.catch_warnings(record=True) as messages:
        warnings.simplefilter("always")
        scene = folded_page([network], Options(), Output(fit=Fit(width=72 * width))).scene
    gone = [re.search(r"panels of blocks left out: \d+|no block is drawn open", str(one)) for one in messages]
    return ", ".join([f"{scene.height / 72:.1f}", *(match[0] for match in gone if match)])


def remark(network: Network) -> str:
    """What was drawn in part, or with an assumption; the guess of the input is not worth one."""
    notes = [note for note in network.notes if "was guessed" not in note]
    words = {
        "only a part": "partial",
        "do not join up": "shapes do not join",
        "asks for a value": "answer assumed",
        "not on the drawn way": "parameters not drawn",
        "made-up data": "shape from data",
    }
    return ", ".join(dict.fromkeys(word for note in notes for key, word in words.items() if key in note))


def table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """The lines of a table in Markdown."""
    yield f"| {' | '.join(HEADS)} |"
    yield "|" + "---|" * len(HEADS)
    for cells in rows:
        yield f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


def page(sections: Sequence[tuple[str, Sequence[Sequence[str]]]]) -> str:
    """The page: a table for each section."""
    lines = [
        "# Coverage",
        "",
        "What is found in the models of torchvision, and in one model of each family of timm, built without",
        "weights and traced on their usual input. Generated by `python -m docs.coverage`. Blocks are counted",
        "as everywhere: residual blocks, sums and concatenations of branches, and blocks without a shortcut.",
        "An opaque layer is a tangle of operations drawn as one box, named after its",
        "module's class; `gathered` is a sum or concatenation to which some ways are not drawn. What leaves",
        "tangles, and why, is in [How tracing works](tracing.md). Accounted for is what the figure shows,",
        "names or folds: whatever has parameters, norms, activations, poolings, resamplings, attention and",
        "merges. What is inside closed boxes, of which no like is drawn open, is counted beside it, and in",
        "the legend of the figure. A page is the height of the figure in inches, and what gave way so that",
        "it is no higher than 9.",
        "",
    ]
    for title, rows in sections:
        drawn = sum("**not drawn**" not in cells[-1] for cells in rows)
        lines += [f"## {title}", "", f"{drawn} of {len(rows)} models drawn.", "", *table(rows), ""]
    return "\n".join(lines)


def declared() -> None:
    """Let torchvision be imported whatever hardware it was built for."""
    import_module("resnet_diagram.tracer.record.torchvision_operators").declare_operators()


def main() -> None:
    """Trace everything and write the page."""
    declared()
    subjects = {
        "torchvision, classification": torchvision_subjects("classification"),
        "torchvision, segmentation": torchvision_subjects("segmentation"),
        "torchvision, detection": torchvision_subjects("detection"),
        "torchvision, video": torchvision_subjects("video"),
        "timm": timm_subjects(),
    }
    sections = [(title, [row(subject) for subject in found]) for title, found in subjects.items()]
    PAGE.write_text(page(sections), encoding="utf-8")
    failed = [cells[0] for _, rows in sections for cells in rows if "**not drawn**" in cells[-1]]
    print(f"{sum(len(rows) for _, rows in sections)} models, not drawn: {', '.join(failed) or 'none'}")


if __name__ == "__main__":
    main()
