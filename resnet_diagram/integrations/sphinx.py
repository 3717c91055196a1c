"""A Sphinx extension: `.. resnet-diagram:: resnet50` draws a network where it stands.

HTML gets the SVG inline, LaTeX gets TikZ, other builders the outline as text.
"""

import re
from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util.docutils import SphinxDirective

from resnet_diagram.cli.running import run
from resnet_diagram.errors import EmbedError

_VALUES = (
    "view",
    "block",
    "direction",
    "show",
    "names",
    "lang",
    "title",
    "width",
    "max-height",
    "venue",
    "theme",
)
"""Options of `resnet-diagram draw` that take a value, under their own names."""

_BY_READER = "auto"
"""The theme that follows the reader's mode, which a printed page has not."""

_NEEDS = "\\usepackage{adjustbox,tikz}\n\\usetikzlibrary{arrows.meta,babel,shadows}\n"
"""What the LaTeX document loads for the drawings."""


class Drawing(nodes.General, nodes.Element):
    """A drawing: `words` make it, in `folder`; `svg` is it for HTML, `alt` says what it shows."""


class DrawingDirective(SphinxDirective):
    """`.. resnet-diagram:: SOURCE…` with the options of `resnet-diagram draw`, `:alt:` and `:caption:`."""

    required_arguments = 1
    final_argument_whitespace = True
    option_spec: ClassVar[dict[str, Any]] = {
        **dict.fromkeys(_VALUES, directives.unchanged),
        "no-legend": directives.flag,
        "input": directives.unchanged,
        "alt": directives.unchanged,
        "caption": directives.unchanged,
        "name": directives.unchanged,
        "class": directives.class_option,
    }

    def run(self) -> list[nodes.Node]:
        """The drawing in a figure with its caption. An error is reported for this line of the document."""
        folder = Path(self.env.doc2path(self.env.docname)).parent
        words = self._words()
        try:
            svg = run([*words, "-t", "svg"], folder).text
        except EmbedError as problem:
            raise self.error(str(problem)) from problem
        self._depend(folder)
        drawing = Drawing(words=words, folder=str(folder), svg=svg, alt=self.options.get("alt", ""))
        figure = nodes.figure("", drawing, classes=["resnet-diagram", *self.options.get("class", [])])
        if caption := self.options.get("caption"):
            texts, messages = self.state.inline_text(caption, self.lineno)
            figure += nodes.caption(caption, "", *texts)
            figure += messages
        self.add_name(figure)
        self.set_source_info(figure)
        return [figure]

    def _words(self) -> list[str]:
        """The call of `draw` the directive stands for."""
        words = ["draw", *_sources(self.arguments[0])]
        for name in _VALUES:
            if name in self.options:
                words += [f"--{name}", self.options[name]]
        words += [word for shape in self.options.get("input", "").split() for word in ("--input", shape)]
        return [*words, *(["--no-legend"] if "no-legend" in self.options else [])]

    def _depend(self, folder: Path) -> None:
        """Build the document anew when a file it draws from changes."""
        for source in _sources(self.arguments[0]):
            named = source.partition(":")[0]
            for path in (folder / named, folder / f"{named.replace('.', '/')}.py"):
                if path.is_file():
                    self.env.note_dependency(str(path))


def _sources(argument: str) -> list[str]:
    """The sources of a directive; there may be spaces between the arguments in their brackets."""
    return re.findall(r"[^\s(]+\(.*?\)(?=\s|$)|\S+", argument, re.DOTALL)


def _visit_html(translator: Any, node: Drawing) -> None:
    label = f' role="img" aria-label="{translator.attval(node["alt"])}"' if node["alt"] else ""
    translator.body.append(f'<div class="resnet-diagram"{label}>\n{node["svg"]}</div>\n')


def _visit_latex(translator: Any, node: Drawing) -> None:
    plain = [word if word != _BY_READER else "paper" for word in node["words"]]
    tikz = run([*plain, "-t", "tikz"], Path(node["folder"])).text
    room = "max width=\\linewidth, max totalheight=0.85\\textheight"
    translator.body.append(f"\\begin{{adjustbox}}{{{room}}}\n{tikz}\\end{{adjustbox}}\n")


def _depart(translator: Any, node: Drawing) -> None:
    """Nothing ends with the drawing."""


def _outlines(app: Sphinx, document: nodes.document, name: str) -> None:
    """Put the outline in the place of each drawing where the builder shows no pictures."""
    if app.builder.format in ("html", "latex"):
        return
    for drawing in list(document.findall(Drawing)):
        outline = run([*drawing["words"], "-t", "outline"], Path(drawing["folder"])).text
        drawing.replace_self(nodes.literal_block(outline, outline))


def _add_needs(app: Sphinx, config: Config) -> None:
    """Let LaTeX documents load what the drawings need."""
    elements = dict(config.latex_elements)
    elements["preamble"] = _NEEDS + elements.get("preamble", "")
    config.latex_elements = elements


def setup(app: Sphinx) -> dict[str, Any]:
    """Called by Sphinx for `extensions = ["resnet_diagram.integrations.sphinx"]`."""
    app.add_node(Drawing, html=(_visit_html, _depart), latex=(_visit_latex, _depart))
    app.add_directive("resnet-diagram", DrawingDirective)
    app.connect("config-inited", _add_needs)
    app.connect("doctree-resolved", _outlines)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
