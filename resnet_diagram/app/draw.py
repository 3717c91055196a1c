"""Network to figure to file: the one place that joins the layers."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

from resnet_diagram.app.choices import Choices, Style, options, style
from resnet_diagram.diagram.caption import caption, label
from resnet_diagram.diagram.model import Diagram
from resnet_diagram.diagram.options import Options, View
from resnet_diagram.diagram.views import build
from resnet_diagram.diagram.walk import stage_count
from resnet_diagram.errors import RenderError, UsageError
from resnet_diagram.render.figure import Figure
from resnet_diagram.render.formats import SPECS, Content, format_for, format_named, write_as
from resnet_diagram.render.latex_float import Placing
from resnet_diagram.saving import write_files
from resnet_diagram.sources.resolve import Shapes, networks_of
from resnet_diagram.spec.model import Network
from resnet_diagram.style.theme import load_theme
from resnet_diagram.wording.languages import ENGLISH, phrases

if TYPE_CHECKING:
    import graphviz

    from resnet_diagram.sources.resolve import Drawings


def targets(paths: Sequence[Path], format_name: str | None) -> list[tuple[Path, str]]:
    """Each file with its format: `format_name` where it is given, else the one of the file's suffix.

    Raises UsageError for an unknown format or suffix, and where there is neither a file nor a format.
    """
    if not paths and not format_name:
        raise UsageError("Nothing to write: name a file (-o figure.svg) or a format (-t mermaid).")
    if format_name and format_name not in SPECS:
        format_named(format_name)
    return [(path, format_name or _format_of(path)) for path in paths]


def _format_of(path: Path) -> str:
    found = (name for name, suffix in SPECS.items() if path.suffix.lower() == suffix)
    return next(found, "") or format_for(path).name


def is_binary(format_name: str) -> bool:
    """Whether a format is bytes and not text. Raises UsageError for an unknown format."""
    return format_name not in SPECS and format_named(format_name).binary


def render(networks: Sequence[Network], format_name: str, options: Options, style: Style) -> Content:
    """One drawing, as text or bytes; only the view `compare` draws several networks.

    Raises UsageError for an unknown format or theme, RenderError for a broken template.
    """
    return next(_rendered(networks, [format_name], options, style))


def _rendered(
    networks: Sequence[Network], names: Iterable[str], options: Options, style: Style
) -> Iterator[Content]:
    """One text, or bytes, for each format name; the drawing is laid out once."""
    names = list(names)
    paged = any(format_named(name).paged for name in names if name not in SPECS)
    figure: Figure | None = None
    for name in names:
        if name in SPECS:
            from resnet_diagram.spec.json.files import text_of

            yield text_of(networks[0], name)
        else:
            figure = figure or _figure(networks, options, style, paged=paged)
            yield write_as(format_named(name), figure)


def _diagram(networks: Sequence[Network], options: Options, *, paged: bool) -> Diagram:
    """What is drawn, in the language asked for."""
    diagram = build(networks, options, paged=paged)
    if options.lang == ENGLISH:
        return diagram
    from resnet_diagram.diagram.language import translated

    return translated(diagram, phrases(options.lang))


def _figure(networks: Sequence[Network], options: Options, style: Style, *, paged: bool = True) -> Figure:
    diagram = _diagram(networks, options, paged=paged)
    return Figure(
        diagram=diagram,
        theme=load_theme(style.theme).for_stages(stage_count(diagram)),
        fit=style.fit,
        standalone=style.standalone,
        placing=_placing(networks, options, style.placing),
        templates=style.templates,
        dpi=style.dpi,
        engine=style.engine,
        folded=_folder(networks, options, style),
    )


def _folder(networks: Sequence[Network], options: Options, style: Style) -> Callable[[], Figure] | None:
    """What makes the same figure with equal blocks folded, where every block is open in it."""
    if options.view is not View.FULL:
        return None
    return lambda: _figure(networks, replace(options, view=View.PAPER), style, paged=False)


def _placing(networks: Sequence[Network], options: Options, asked: Placing) -> Placing:
    """Where LaTeX puts the drawing, with a proposal for what was not said."""
    if not asked.environment:
        return asked
    return replace(
        asked,
        caption=caption(networks, options) if asked.caption is None else asked.caption,
        label=label(networks, options) if asked.label is None else asked.label,
    )


def preamble(networks: Sequence[Network], options: Options, style: Style) -> str:
    """What the preamble of a LaTeX document needs for a drawing in it."""
    from resnet_diagram.render.tikz.render import tikz_preamble

    return tikz_preamble(_figure(networks, options, style))


def write(
    networks: Sequence[Network], targets: Sequence[tuple[Path, str]], options: Options, style: Style
) -> None:
    """Write one file for each (path, format name); all are drawn before the first is written."""
    for path, _ in targets:
        if not path.parent.is_dir():
            message = f"There is no folder {str(path.parent)!r} to write {path.name!r} into. Create it first."
            raise RenderError(message)
    contents = list(_rendered(networks, [name for _, name in targets], options, style))
    write_files([(path, content) for (path, _), content in zip(targets, contents, strict=True)])


def draw(
    what: "Drawings",
    *paths: str | os.PathLike[str],
    input_shape: Shapes | None = None,
    **choices: Unpack[Choices],
) -> Network:
    """Write a drawing to each path, in the format of its suffix; the (first) network is returned.

    `what`: a `Network`, a PyTorch module, a source as on the command line, or several of them for the view
    `compare`. `input_shape` is for modules, as in `trace`. The choices are the options of
    `resnet-diagram draw`. Raises ResnetDiagramError.
    """
    files = targets([Path(path) for path in paths], None)
    networks = networks_of(what, input_shape)
    write(networks, files, options(choices), style(choices))
    return networks[0]


def to_text(
    what: "Drawings",
    to: str,
    *,
    input_shape: Shapes | None = None,
    **choices: Unpack[Choices],
) -> str:
    """The drawing as text, in the format `to`: "svg", "tikz", "mermaid", "dot", "outline" or "json"."""
    if is_binary(to):
        raise UsageError(f"{to} is no text. Take to_bytes, or draw into a file.")
    content = render(networks_of(what, input_shape), to, options(choices), style(choices))
    assert isinstance(content, str)
    return content


def to_bytes(
    what: "Drawings",
    to: str,
    *,
    input_shape: Shapes | None = None,
    **choices: Unpack[Choices],
) -> bytes:
    """The drawing as a file would hold it, in any format: "pdf", "png", and in UTF-8 those of `to_text`."""
    content = render(networks_of(what, input_shape), to, options(choices), style(choices))
    return content.encode() if isinstance(content, str) else content


def to_graphviz(
    what: "Drawings",
    *,
    input_shape: Shapes | None = None,
    **choices: Unpack[Choices],
) -> "graphviz.Source":
    """The drawing as an object of the `graphviz` package.

    It shows itself in notebooks, and its `render` draws it with a system's Graphviz.
    """
    from resnet_diagram.render.dot import graphviz_source

    return graphviz_source(_figure(networks_of(what, input_shape), options(choices), style(choices)))
