"""Draw networks: combine diagram, layout and formats."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

from resnet_diagram.app.drawing.baseline import highlighted
from resnet_diagram.app.drawing.figure import figure_of
from resnet_diagram.app.drawing.folding import folded_chart, folded_page
from resnet_diagram.app.log import Log
from resnet_diagram.app.options.options import DrawChoices, draw_options
from resnet_diagram.app.requests import Artifact, DrawRequest, Target, check_folders, read, targets_of
from resnet_diagram.diagram.options import Options
from resnet_diagram.diagram.views import view_named
from resnet_diagram.errors import UsageError, warn_unrendered
from resnet_diagram.phases import phase
from resnet_diagram.render.figure import Engine, Figure, Output
from resnet_diagram.render.formats import FORMATS, SPECS, Content, Format, format_for, format_named, write_as
from resnet_diagram.render.registry import has_suffix
from resnet_diagram.saving import encoded, write_files
from resnet_diagram.sources.resolve import is_code, networks_of, numbered
from resnet_diagram.spec.model import Network

if TYPE_CHECKING:
    import graphviz

    from resnet_diagram.sources.module import Input
    from resnet_diagram.sources.resolve import Drawable, Drawings

NAME = "{name}"
"""Placeholder in a target's file name for the network's name."""


def targets(paths: Sequence[Path], format_name: str | None) -> tuple[Target, ...]:
    """Return each file with its format: `format_name` if given, else the format of its suffix.

    Raises UsageError for an unknown format or suffix, and if there is neither a file nor a format.
    """
    if not paths and not format_name:
        raise UsageError("Nothing to write: name a file (-o figure.svg) or a format (-t mermaid).")
    by_name = _canonical(format_name) if format_name else ""
    return targets_of(paths, by_name, _format_of)


def _canonical(format_name: str) -> str:
    """Return the name of a format that may be given by an alias. Raise UsageError for an unknown one."""
    return format_name if format_name in SPECS else format_named(format_name).name


def _format_of(path: Path) -> str:
    """Return the format for a file's suffix; `.scene.json` is no `.json`."""
    drawing = any(has_suffix(path, suffix) for row in FORMATS for suffix in row.suffixes)
    names = (name for name, suffix in SPECS.items() if not drawing and has_suffix(path, suffix))
    return next(names, "") or format_for(path).name


def is_binary(format_name: str) -> bool:
    """Return whether a format is bytes and not text. Raise UsageError for an unknown format."""
    return format_name not in SPECS and format_named(format_name).binary


def draw_artifacts(request: DrawRequest, log: Log) -> tuple[Artifact, ...]:
    """Return one drawing in each format, or one of each source where a target has `{name}`.

    A view of one network draws each source on a page of its own, in formats with pages. Raises UsageError
    where the view or the targets do not fit the number of sources.
    """
    request = _with_notes_beside(request, log)
    sources, view = request.sources, request.options.view
    if any(NAME in target.path.name for target in request.targets if target.path):
        if view_named(view).most > 1:
            raise UsageError(f"--view compare draws one figure of all sources; name its file without {NAME}.")
        return _each(request, log)
    if len(sources) > 1 and view_named(view).most == 1 and not in_pages(request.targets):
        raise UsageError(
            f"Got {len(sources)} sources; --view {view} draws one. Add --view compare to draw them "
            f"side by side, write a file each (-o 'figures/{NAME}.svg'), or pages (-o networks.drawio)."
        )
    check_folders([target.path for target in request.targets], request.reading.folder, NAME)
    networks = numbered([read(source, request.reading, log) for source in log.progress(sources)])
    if request.baseline:
        shape = "x".join(map(str, networks[0].input_shape))
        reading = replace(request.reading, weights=None, inputs=(shape,) if is_code(request.baseline) else ())
        baseline = read(request.baseline, reading, log)
        request = replace(request, options=highlighted(request.options, networks, baseline))
    return tuple(_drawn(networks, request, sources))


def _with_notes_beside(request: DrawRequest, log: Log) -> DrawRequest:
    """Return a request with the annotation files beside its sources, unless it has its own."""
    if not any("." in source for source in request.sources):  # names of the catalog
        return request
    from resnet_diagram.app.drawing.annotations import UNITS, annotations_in, beside

    paths = (beside(source, request.reading.folder) for source in request.sources)
    path = next(filter(None, paths), None)
    by_options = request.options.annotations
    if path is None or by_options.source not in ("", UNITS):
        return request
    log.note(f"annotations from {path}")
    notes = annotations_in(path)
    notes = replace(notes, parts=(*notes.parts, *by_options.parts))
    title = notes.title if request.options.title is None else request.options.title
    return replace(request, options=replace(request.options, annotations=notes, title=title))


def in_pages(targets: Sequence[Target]) -> bool:
    """Return whether each of the files can hold several drawings, on pages."""
    drawings = all(target.format not in SPECS for target in targets)
    return drawings and all(format_named(target.format).together for target in targets)


def _each(request: DrawRequest, log: Log) -> tuple[Artifact, ...]:
    """Return the drawings of each source under its own name. Raise UsageError where two have one name."""
    check_folders([target.path for target in request.targets], request.reading.folder, NAME)
    artifacts: list[Artifact] = []
    owners: dict[Path, str] = {}
    for source in log.progress(request.sources):
        network = read(source, request.reading, log)
        name = re.sub(r"[^\w.-]+", "-", network.name).strip("-.") or "network"
        by_name = tuple(
            replace(target, path=target.path.with_name(target.path.name.replace(NAME, name)))
            for target in request.targets
            if target.path
        )
        for target in by_name:
            assert target.path is not None
            right = owners.setdefault(target.path, source)
            if right != source:
                raise UsageError(
                    f"{right!r} and {source!r} are both named {name!r} and would both be written to "
                    f"{str(target.path)!r}. Draw one of them into a file of another name."
                )
        artifacts += _drawn([network], replace(request, targets=by_name), (source,))
    return tuple(artifacts)


def _drawn(networks: Sequence[Network], request: DrawRequest, sources: Sequence[str]) -> Iterator[Artifact]:
    """Yield one artifact for each target, laid out once, then the LaTeX preamble if it is wanted.

    Warns of a caption or label that none of the formats shows.
    """
    options, output = request.options, request.output
    names = [target.format for target in request.targets]
    homes = {"caption": {"tikz", "pptx"}, "label": {"tikz"}}
    words = [word for word, home in homes.items() if getattr(output.placing, word) and not home & {*names}]
    if words and names:
        warn_unrendered(
            f"{' and '.join(sorted(set(names)))}: no place for a {' and a '.join(words)}, left out; "
            "-t tikz has one."
        )
    alt = options.title or f"Architecture of {' and '.join(sources)}"
    for target, content in zip(request.targets, rendered(networks, names, options, output), strict=True):
        yield Artifact(name=target.path, content=content, format=target.format, alt=alt)
    if request.preamble:
        from resnet_diagram.render.tikz.render import tikz_preamble

        yield Artifact(name=None, content=tikz_preamble(figure_of(networks, options, output)), format="tikz")


def render(networks: Sequence[Network], format_name: str, options: Options, output: Output) -> Content:
    """Return one drawing, as text or bytes; only the view `compare` draws several networks.

    Raises UsageError for an unknown format or theme, RenderError for a broken template.
    """
    return next(rendered(networks, [_canonical(format_name)], options, output))


def rendered(
    networks: Sequence[Network], names: Sequence[str], options: Options, output: Output
) -> Iterator[Content]:
    """Yield one text, or bytes, for each format name; the drawing is laid out once for all pages."""
    figure: Figure | None = None
    for name in names:
        phase(f"drawing {name}")
        if name in SPECS:
            from resnet_diagram.spec.json.files import text_of

            yield text_of(networks[0], name)
            continue
        row = format_named(name)
        if row.together and len(networks) > 1 and view_named(options.view).most == 1:
            figures = [figure_of([network], options, output) for network in networks]
            yield write_as(row, *figures)
        elif row.paged and output.engine is Engine.OWN:
            phase(f"laying out {' and '.join(network.name for network in networks)}")
            figure = figure or folded_page(networks, options, output)
            yield write_as(row, figure)
        else:
            yield folded_chart(row, networks, _shown(row, options), output)


def _shown(row: Format, options: Options) -> Options:
    """Return the options that a format supports. Warns of the others."""
    if row.fills:
        return options
    options_set = ["--color-by"] if options.color_by else []
    parts = tuple(
        replace(part, color="") for part in options.annotations.parts if part.pattern or not part.color
    )
    annotations = replace(options.annotations, parts=parts)
    options_set += ["what annotations or a baseline highlight"] if annotations != options.annotations else []
    if options_set:
        warn_unrendered(f"{row.name} has no colours, so that it leaves out {' and '.join(options_set)}.")
    return replace(options, color_by=None, annotations=annotations)


def write(networks: Sequence[Network], targets: Sequence[Target], options: Options, output: Output) -> None:
    """Write one file for each target; all are drawn before the first is written."""
    paths = [target.path for target in targets if target.path]
    check_folders(paths, Path())
    contents = rendered(networks, [target.format for target in targets], options, output)
    write_files(list(zip(paths, contents, strict=True)))


def to_text(
    what: "Drawings",
    to: str,
    *,
    input_shape: "Input | None" = None,
    baseline: "Drawable | None" = None,
    **choices: Unpack[DrawChoices],
) -> str:
    """Return the drawing as text in format `to`: "svg", "tikz", "mermaid", "dot", "outline" or "json"."""
    if is_binary(to):
        raise UsageError(f"{to} is no text. Take to_bytes, or draw into a file.")
    content = _content(what, to, input_shape, baseline, choices)
    assert isinstance(content, str)
    return content


def to_bytes(
    what: "Drawings",
    to: str,
    *,
    input_shape: "Input | None" = None,
    baseline: "Drawable | None" = None,
    **choices: Unpack[DrawChoices],
) -> bytes:
    """Return the drawing's bytes in any format: "pdf", "png", and those of `to_text` in UTF-8."""
    return encoded(_content(what, to, input_shape, baseline, choices))


def _content(
    what: "Drawings", to: str, input_shape: "Input | None", baseline: "Drawable | None", choices: DrawChoices
) -> Content:
    """Return the drawing in any format, as text or bytes."""
    networks = networks_of(what, input_shape)
    options, output = draw_options(choices)
    return render(networks, to, highlighted(options, networks, baseline), output)


def to_graphviz(
    what: "Drawings",
    *,
    input_shape: "Input | None" = None,
    **choices: Unpack[DrawChoices],
) -> "graphviz.Source":
    """Return the drawing as a `graphviz.Source` object.

    It displays itself in notebooks, and its `render` uses the installed Graphviz.
    """
    import graphviz

    options, output = draw_options(choices)
    content = render(networks_of(what, input_shape), "dot", options, replace(output, engine=Engine.OWN))
    return graphviz.Source(content)
