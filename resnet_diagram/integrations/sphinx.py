"""A Sphinx extension: `.. resnet-diagram:: resnet50` draws a network where it stands.

HTML gets the SVG inline, LaTeX gets TikZ, other builders the outline as text. A directive has the limits of a
marker: see docs/security.md. `resnet_diagram_code = False` in conf.py loads no code at all.
"""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar, cast

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from resnet_diagram.app.draw import draw_artifacts
from resnet_diagram.app.log import Log
from resnet_diagram.app.option import in_folder, options_in
from resnet_diagram.app.options import COMMON, CONTENT, PAGE, DrawChoices, draw_options
from resnet_diagram.app.requests import DrawRequest, Reading, Target
from resnet_diagram.app.trust import check_request, trust_in
from resnet_diagram.errors import ResnetDiagramError

_OPTIONS = {
    name: option
    for name, option in options_in(DrawChoices).items()
    if option.group in (COMMON, CONTENT, PAGE)
}
"""The options of a drawing that a directive has, under their own names, by keyword."""

_BY_READER = "auto"
"""The theme that follows the reader's mode, which a printed page has not."""

_NEEDS = "\\usepackage{adjustbox,tikz}\n\\usetikzlibrary{arrows.meta,babel,shadows}\n"
"""LaTeX preamble for the drawings."""


class Drawing(nodes.General, nodes.Element):
    """A drawing: its `request`; its `svg` for HTML; `alt`, its alternative text."""


class DrawingDirective(SphinxDirective):
    """`.. resnet-diagram:: SOURCE…` with the options of `resnet-diagram draw`, `:alt:` and `:caption:`."""

    required_arguments = 1
    final_argument_whitespace = True
    option_spec: ClassVar[dict[str, Any]] = {
        **{
            f"no-{name}" if option.kind is bool else name.replace("_", "-"): (
                directives.flag if option.kind is bool else directives.unchanged
            )
            for name, option in _OPTIONS.items()
        },
        "input": directives.unchanged,
        "alt": directives.unchanged,
        "caption": directives.unchanged,
        "name": directives.unchanged,
        "class": directives.class_option,
    }

    def run(self) -> list[nodes.Node]:
        """Return the drawing in a figure with its caption. An error is reported for the directive's line."""
        folder = Path(self.env.doc2path(self.env.docname)).parent
        try:
            request = self._request(folder)
            check_request(request, trust_in(folder, code=self.config.resnet_diagram_code))
            svg = _drawn(request, "svg")
        except ResnetDiagramError as problem:
            raise self.error(str(problem)) from problem
        self._depend(folder)
        drawing = Drawing(request=request, svg=svg, alt=self.options.get("alt", ""))
        figure = nodes.figure("", drawing, classes=["resnet-diagram", *self.options.get("class", [])])
        if caption := self.options.get("caption"):
            texts, messages = self.state.inline_text(caption, self.lineno)
            figure += nodes.caption(caption, "", *texts)
            figure += messages
        self.add_name(figure)
        self.set_source_info(figure)
        return [figure]

    def _request(self, folder: Path) -> DrawRequest:
        """Return the drawing that the directive asks for."""
        choices: dict[str, Any] = {}
        for name, option in _OPTIONS.items():
            text = self.options.get(name.replace("_", "-"))
            if option.kind is bool:
                choices[name] = f"no-{name}" not in self.options
            elif text is not None:
                value = text.split(",") if option.kind is tuple else text
                choices[name] = in_folder(value, option, folder)
        number = self.env.new_serialno("resnet-diagram") + 1
        choices.setdefault("id_prefix", f"{self.env.docname.replace('/', '-')}-figure{number}")
        options, output = draw_options(cast(DrawChoices, choices))
        return DrawRequest(
            sources=tuple(_sources(self.arguments[0])),
            reading=Reading(inputs=tuple(self.options.get("input", "").split()), folder=folder),
            targets=(Target(path=None, format="svg"),),
            options=options,
            output=output,
        )

    def _depend(self, folder: Path) -> None:
        """Build the document anew when a file it draws from changes."""
        for source in _sources(self.arguments[0]):
            by_name = source.partition(":")[0]
            for path in (folder / by_name, folder / f"{by_name.replace('.', '/')}.py"):
                if path.is_file():
                    self.env.note_dependency(str(path))


def _drawn(request: DrawRequest, format_name: str) -> str:
    """Return a drawing as text, in a format; its notes go to Sphinx's log."""
    target = Target(path=None, format=format_name)
    log = Log(note=logging.getLogger(__name__).info)
    (artifact,) = draw_artifacts(replace(request, targets=(target,)), log)
    assert isinstance(artifact.content, str)
    return artifact.content


def _sources(argument: str) -> list[str]:
    """The sources of a directive; there may be spaces between the arguments in their brackets."""
    return re.findall(r"[^\s(]+\(.*?\)(?=\s|$)|\S+", argument, re.DOTALL)


def _visit_html(translator: Any, node: Drawing) -> None:
    label = f' role="img" aria-label="{translator.attval(node["alt"])}"' if node["alt"] else ""
    translator.body.append(f'<div class="resnet-diagram"{label}>\n{node["svg"]}</div>\n')


def _visit_latex(translator: Any, node: Drawing) -> None:
    request: DrawRequest = node["request"]
    if request.output.theme == _BY_READER:
        request = replace(request, output=replace(request.output, theme="paper"))
    tikz = _drawn(request, "tikz")
    room = "max width=\\linewidth, max totalheight=0.85\\textheight"
    translator.body.append(f"\\begin{{adjustbox}}{{{room}}}\n{tikz}\\end{{adjustbox}}\n")


def _depart(translator: Any, node: Drawing) -> None:
    """Nothing ends with the drawing."""


def _outlines(app: Sphinx, document: nodes.document, name: str) -> None:
    """Put the outline in the place of each drawing where the builder shows no pictures."""
    if app.builder.format in ("html", "latex"):
        return
    for drawing in list(document.findall(Drawing)):
        outline = _drawn(drawing["request"], "outline")
        drawing.replace_self(nodes.literal_block(outline, outline))


def _add_needs(app: Sphinx, config: Config) -> None:
    """Let LaTeX documents load what the drawings need."""
    elements = dict(config.latex_elements)
    elements["preamble"] = _NEEDS + elements.get("preamble", "")
    config.latex_elements = elements


def setup(app: Sphinx) -> dict[str, Any]:
    """Called by Sphinx for `extensions = ["resnet_diagram.integrations.sphinx"]`."""
    app.add_node(Drawing, html=(_visit_html, _depart), latex=(_visit_latex, _depart))
    app.add_config_value("resnet_diagram_code", True, "env", bool)
    app.add_directive("resnet-diagram", DrawingDirective)
    app.connect("config-inited", _add_needs)
    app.connect("doctree-resolved", _outlines)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
