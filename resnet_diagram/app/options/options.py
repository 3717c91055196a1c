"""The options of drawings and tables: declared once, read into `Options`, `Output`, `Wanted` and `Look`."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, TypedDict

from resnet_diagram.app.options.declaration import Option, check_keywords, one_of
from resnet_diagram.app.options.values import fit, id_prefix, placing, scale, shown
from resnet_diagram.diagram.annotations.model import NO_ANNOTATIONS, Annotations
from resnet_diagram.diagram.model import Direction
from resnet_diagram.diagram.options import DEFAULT_VIEW, USUAL, Options, Quantity, Show, View
from resnet_diagram.diagram.views import VIEWS, view_named
from resnet_diagram.errors import UsageError
from resnet_diagram.layout.units import VENUES
from resnet_diagram.render.figure import DPI, Engine, Slide
from resnet_diagram.render.figure import Output as Output
from resnet_diagram.render.latex.floats import Float
from resnet_diagram.style.theme import theme_names as theme_names
from resnet_diagram.wording.modules import StageNames

COMMON, CONTENT, PAGE, LATEX, MODEL, OTHER = (
    "Common options",
    "Content",
    "Page",
    "LaTeX and Typst",
    "Model",
    "Other",
)
"""Headings of the option groups in the help."""

DECIMALS = range(10)
_RESOLUTIONS = range(10, 2401)
_NAMES = tuple(StageNames)
_NAMES_HELP = (
    "How to name stages: Stage 2 (stage), conv3_x (paper), layer2 (module), or paper and module names."
)


class LatexChoices(TypedDict, total=False):
    """Options that drawings and tables have in common."""

    standalone: Annotated[
        bool,
        Option(
            help="Write a complete document instead of a fragment (LaTeX, Typst; HTML for tables).",
            group=LATEX,
            kind=bool,
            default=False,
        ),
    ]
    caption: Annotated[
        str | None,
        Option(help="Caption of the float; '' for none.  [default: from the facts]", group=LATEX),
    ]
    label: Annotated[
        str | None,
        Option(help="Label of the float; '' for none.  [default: from the names]", group=LATEX),
    ]
    templates: Annotated[
        Path | None,
        Option(
            help="Folder with templates that replace the built-in ones of the same name.",
            group=OTHER,
            kind=Path,
            metavar="DIR",
        ),
    ]


class DrawChoices(LatexChoices, total=False):
    """Keywords of `draw`, `figure`, `to_text` and kin: the options of `resnet-diagram draw`.

    `width` and `max_height`: points, or a length such as "3.25in". `scale`: a factor, or "75%".
    `show`: any of `Show`, a list or a text.
    """

    view: Annotated[
        str | None,
        Option(
            help="paper: overview of all stages, and one block of each type in detail. "
            "overview: all stages only. block: one block in detail. full: all blocks in detail. "
            "compare: several networks side by side.  [default: paper; block with --block]",
            group=COMMON,
            values=tuple(View),
        ),
    ]
    block: Annotated[
        str,
        Option(help="Block to draw: a name (layer2.0) or a type.", group=COMMON, default="", metavar="NAME"),
    ]
    only: Annotated[
        str,
        Option(
            help="Draw this part, its neighbours as boxes: stage3, stem, a path or a pattern (stage[34]).",
            group=COMMON,
            default="",
            metavar="PART",
        ),
    ]
    title: Annotated[
        str | None, Option(help="Title; '' for none.  [default: the network's name]", group=COMMON)
    ]
    theme: Annotated[
        str,
        Option(
            help="Colours and line styles: a name ('resnet-diagram list themes') or a TOML file.",
            group=COMMON,
            default="paper",
            metavar="NAME|FILE",
            file=True,
        ),
    ]
    width: Annotated[
        str | float | None,
        Option(
            help="Maximum width: 3.25in, 84mm, 234pt; columnwidth or textwidth (of the --venue).",
            group=COMMON,
            metavar="LENGTH",
        ),
    ]
    show: Annotated[
        str | Collection[str],
        Option(
            help=f"Labels to include, separated by commas: {', '.join(Show)}. With + or - before each, "
            "labels to add to the default or to remove: +params,-norm.",
            group=CONTENT,
            kind=tuple,
            default=tuple(sorted(USUAL)),
            metavar="LIST",
        ),
    ]
    names: Annotated[
        str, Option(help=_NAMES_HELP, group=CONTENT, default=StageNames.STAGE.value, values=_NAMES)
    ]
    lang: Annotated[
        str,
        Option(
            help="Language of the labels: en, zh, or a TOML file.", group=CONTENT, default="en", file=True
        ),
    ]
    annotate: Annotated[
        str | Path | Mapping[str, Any] | None,
        Option(
            help="TOML file with labels, colours, notes and units of modules.  [default: net.figure.toml "
            "beside net.py]",
            group=CONTENT,
            kind=Path,
            file=True,
            metavar="FILE",
        ),
    ]
    unit: Annotated[
        Sequence[str],
        Option(
            help="Draw modules as one box each, opened once: a name (attn), a class (DualAttention), a path "
            "or a pattern (layer3.*.attn), with a label if wanted ('attn=Dual attention'). "
            "Repeat for several.",
            group=CONTENT,
            kind=tuple,
            metavar="NAME[=LABEL]",
            flags=("--unit",),
        ),
    ]
    color_by: Annotated[
        str | None,
        Option(
            help="Fill boxes by a quantity of the layer or block: multiply-accumulates, parameters, "
            "activations, or the receptive field behind it.",
            group=CONTENT,
            values=tuple(Quantity),
        ),
    ]
    legend: Annotated[
        bool, Option(help="Explain line styles and symbols.", group=CONTENT, kind=bool, default=True)
    ]
    max_height: Annotated[str | float | None, Option(help="Maximum height.", group=PAGE, metavar="LENGTH")]
    scale: Annotated[
        str | float | None,
        Option(
            help="Enlarge or reduce the finished drawing, text and all: 75% or 1.5. The layout is the same.",
            group=PAGE,
            metavar="FACTOR",
        ),
    ]
    venue: Annotated[
        str | None,
        Option(
            help=f"Use the column width of a venue, or its text width with '-double': {', '.join(VENUES)}.",
            group=PAGE,
            metavar="NAME",
        ),
    ]
    direction: Annotated[
        str | None,
        Option(
            help="Direction of the data flow.  [default: depends on the width]",
            group=PAGE,
            values=tuple(Direction),
        ),
    ]
    figure: Annotated[
        str | None,
        Option(
            help="Put a TikZ picture into a float with caption and label. Without a value: figure*"
            " for drawings wider than a column, else figure.",
            group=LATEX,
            values=tuple(Float),
            lone=Float.AUTO.value,
        ),
    ]
    dpi: Annotated[
        int,
        Option(
            help="Resolution of PNG output, in pixels per inch.",
            group=OTHER,
            kind=int,
            default=DPI,
            metavar="N",
        ),
    ]
    slide: Annotated[
        str | None,
        Option(
            help="Shape of the slides in PowerPoint output.  [default: 16:9, or as in the --template]",
            group=PAGE,
            values=tuple(Slide),
        ),
    ]
    template: Annotated[
        Path | None,
        Option(
            help="Presentation whose master the slides take in PowerPoint output.",
            group=PAGE,
            kind=Path,
            file=True,
            metavar="FILE.pptx",
        ),
    ]
    engine: Annotated[
        str,
        Option(
            help="Layout engine: own, or graphviz (renders the DOT output as svg, pdf or png).",
            group=OTHER,
            default=Engine.OWN.value,
            values=tuple(Engine),
        ),
    ]
    id_prefix: Annotated[
        str,
        Option(
            help="Prefix of all ids in an SVG; needed where several drawings share a page.",
            group=OTHER,
            default="",
            metavar="TEXT",
        ),
    ]


class TableChoices(LatexChoices, total=False):
    """Keywords of `table`: the options of `resnet-diagram table`. `heads`: a name for each network."""

    shortcuts: Annotated[
        bool,
        Option(
            help="List the shortcuts of each stage instead of the architecture.",
            group=COMMON,
            kind=bool,
            default=False,
        ),
    ]
    names: Annotated[
        str, Option(help=_NAMES_HELP, group=CONTENT, default=StageNames.PAPER.value, values=_NAMES)
    ]
    heads: Annotated[
        Sequence[str],
        Option(
            help="Heading of a network's column; repeat for each source.  [default: its name]",
            group=CONTENT,
            kind=tuple,
            metavar="TEXT",
            flags=("--head",),
        ),
    ]
    notes: Annotated[bool, Option(help="Add notes below the table.", group=CONTENT, kind=bool, default=True)]
    decimals: Annotated[
        int,
        Option(
            help="Decimals of parameters and MACs, 0 to 9.", group=CONTENT, kind=int, default=2, metavar="N"
        ),
    ]
    float: Annotated[
        str | None,
        Option(
            help="Put a LaTeX table into a float with caption and label; table* spans both columns. "
            "--caption or --label imply table.",
            group=LATEX,
            values=("table", "table*"),
        ),
    ]


def draw_options(choices: DrawChoices) -> tuple[Options, Output]:
    """Return the drawing options and the output settings. Raises UsageError for a wrong keyword or value."""
    check_keywords(choices, DrawChoices, "drawing")
    direction, block, dpi = choices.get("direction"), choices.get("block", ""), choices.get("dpi", DPI)
    default = next(row.view for row in VIEWS if row.takes_block) if block else DEFAULT_VIEW
    view = one_of(View, choices.get("view") or default, "view")
    if block and not view_named(view).takes_block:
        raise UsageError(f"--block {block} is drawn by --view {default}, not {view}. Leave one of them out.")
    if dpi not in _RESOLUTIONS:
        limits = f"{_RESOLUTIONS.start} to {_RESOLUTIONS.stop - 1}"
        raise UsageError(f"--dpi {dpi}: expected pixels per inch, {limits}. Printing needs {DPI}.")
    slide = choices.get("slide")
    if slide and choices.get("template"):
        raise UsageError("--slide and --template both give the shape of the slides; leave one out.")
    annotations = _annotations(choices.get("annotate"), choices.get("unit", ()))
    content = Options(
        view=view,
        block=block,
        direction=one_of(Direction, direction, "direction") if direction else None,
        legend=choices.get("legend", True),
        title=annotations.title if (title := choices.get("title")) is None else title,
        show=shown(choices.get("show", USUAL)),
        only=choices.get("only", ""),
        names=one_of(StageNames, choices.get("names", StageNames.STAGE), "naming of stages"),
        lang=choices.get("lang", "en"),
        annotations=annotations,
        color_by=one_of(Quantity, quantity, "quantity") if (quantity := choices.get("color_by")) else None,
    )
    output = Output(
        theme=choices.get("theme", "paper"),
        fit=fit(choices),
        standalone=choices.get("standalone", False),
        placing=placing(choices),
        templates=choices.get("templates"),
        dpi=dpi,
        engine=one_of(Engine, choices.get("engine", Engine.OWN), "layout engine"),
        id_prefix=id_prefix(choices.get("id_prefix", "")),
        scale=scale(choices.get("scale")),
        slide=one_of(Slide, slide or Slide.WIDE, "shape of a slide"),
        template=choices.get("template"),
    )
    return content, output


def _annotations(notes: str | Path | Mapping[str, Any] | None, units: Sequence[str]) -> Annotations:
    """Return the annotations of a file or dictionary, with units by name."""
    if notes is None and not units:
        return NO_ANNOTATIONS
    from resnet_diagram.app.drawing.annotations import annotations_in, with_units

    return with_units(NO_ANNOTATIONS if notes is None else annotations_in(notes), units)
