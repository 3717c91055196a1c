"""A Sphinx extension: `.. resnet-diagram:: resnet50` draws a network at its place in the document.

HTML gets the SVG inline, LaTeX gets TikZ, other builders the outline as text. `resnet-diagram-table` writes a
table of networks, `resnet-diagram-describe` the facts of one. A directive has the limits of a marker: see
docs/security.md. `resnet_diagram_code = False` in conf.py loads no code at all.
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

from resnet_diagram.app.describe import summary
from resnet_diagram.app.log import Log
from resnet_diagram.app.make import make
from resnet_diagram.app.options.declaration import Option, in_folder, options_in
from resnet_diagram.app.options.options import COMMON, CONTENT, PAGE, DrawChoices, TableChoices, draw_options
from resnet_diagram.app.requests import DescribeRequest, DrawRequest, TableRequest, Target, read
from resnet_diagram.app.table import table_options
from resnet_diagram.app.trust import check_request, trust_in
from resnet_diagram.errors import ResnetDiagramError, UsageError
from resnet_diagram.integrations.inline import reduced
from resnet_diagram.reading import confined_to
from resnet_diagram.sources.resolve import Reading

_BY_READER = "auto"
"""The theme that follows the reader's mode, which a printed page has not."""

_NEEDS = "\\usepackage{adjustbox,amsmath,booktabs,tikz}\n\\usetikzlibrary{arrows.meta,babel,shadows}\n"
"""LaTeX preamble for drawings and tables."""


class Drawing(nodes.General, nodes.Element):
    """A drawing: its `request`; its `html`; `alt`, its alternative text."""


class Tabulation(nodes.General, nodes.Element):
    """A table, with its caption: its `request`; its `html`."""


def _options(keywords: type) -> dict[str, tuple[str, Option]]:
    """Return the options of a directive: keyword and declaration by name; a switch that is on gets `no-`."""
    return {
        f"{'no-' * (option.default is True)}{name}".replace("_", "-"): (name, option)
        for name, option in options_in(keywords).items()
        if option.group in (COMMON, CONTENT, PAGE)
    }


def _with_options(declared: dict[str, tuple[str, Option]], *more: str) -> dict[str, Any]:
    """Return the option_spec of a directive: declared options, common ones and `more`."""
    switches = {
        name: directives.flag if option.kind is bool else directives.unchanged
        for name, (_, option) in declared.items()
    }
    rest = dict.fromkeys(("input", "caption", "name", *more), directives.unchanged)
    return {**switches, **rest, "class": directives.class_option}


class NetworkDirective(SphinxDirective):
    """A directive on networks, given as on the command line."""

    required_arguments = 1
    final_argument_whitespace = True
    declared: ClassVar[dict[str, tuple[str, Option]]] = {}
    option_spec: ClassVar[dict[str, Any]] = _with_options(declared)

    def run(self) -> list[nodes.Node]:
        """Return the nodes of the directive. An error is reported for the directive's line."""
        try:
            folder = Path(self.env.doc2path(self.env.docname)).parent
            with confined_to(trust_in(folder).root):
                content = self.element(folder)
        except ResnetDiagramError as problem:
            raise self.error(str(problem)) from problem
        content["classes"] += ["resnet-diagram", *self.options.get("class", [])]
        self.add_name(content)
        self.set_source_info(content)
        return [content]

    def element(self, folder: Path) -> nodes.Element:
        """Return the element of the document. Raise ResnetDiagramError."""
        raise NotImplementedError

    def html(self, request: DrawRequest | TableRequest, form: str) -> str:
        """Return the HTML of a trusted request, in the format `form`. Raise EmbedError for another."""
        check_request(request, trust_in(request.reading.folder, code=self.config.resnet_diagram_code))
        return _text(request, form)

    def choices(self, folder: Path) -> Any:
        """Return the options as keywords. Raise UsageError for a number that is none."""
        values: dict[str, Any] = {}
        for name, (keyword, option) in self.declared.items():
            text = self.options.get(name)
            if option.kind is bool:
                values[keyword] = option.default is not (name in self.options)
            elif text is not None:
                value: Any = text
                if option.kind is tuple:
                    value = [word.strip() for word in text.split(",")]
                elif option.kind is int:
                    if not text.isdecimal():
                        raise UsageError(f":{name}: {text!r}: expected a whole number.")
                    value = int(text)
                values[keyword] = in_folder(value, option, folder)
        return values

    def sources(self, folder: Path) -> tuple[str, ...]:
        """Return the sources. The document is built anew when a file that they are read from changes."""
        sources = _sources(self.arguments[0])
        for source in sources:
            by_name = source.partition(":")[0]
            for path in (folder / by_name, folder / f"{by_name.replace('.', '/')}.py"):
                if path.is_file():
                    self.env.note_dependency(str(path))
        return tuple(sources)

    def reading(self, folder: Path) -> Reading:
        """Return the settings for reading the sources."""
        root = trust_in(folder).root
        return Reading(inputs=tuple(self.options.get("input", "").split()), folder=folder, root=root)

    def captioned(self, element: nodes.Element) -> nodes.Element:
        """Return an element with its caption added."""
        if caption := self.options.get("caption"):
            texts, messages = self.state.inline_text(caption, self.lineno)
            element += nodes.caption(caption, "", *texts)
            element += messages
        return element


class DrawingDirective(NetworkDirective):
    """`.. resnet-diagram:: SOURCE…` with the options of `resnet-diagram draw`, `:alt:` and `:caption:`."""

    declared = _options(DrawChoices)
    option_spec = _with_options(declared, "alt")

    def element(self, folder: Path) -> nodes.Element:
        """Return the drawing in a figure with its caption."""
        choices = self.choices(folder)
        number = self.env.new_serialno("resnet-diagram") + 1
        page = re.sub(r"^(?![^\W\d])", "page-", re.sub(r"[^\w-]", "-", self.env.docname))
        choices.setdefault("id_prefix", f"{page}-figure{number}")
        options, output = draw_options(cast(DrawChoices, choices))
        request = DrawRequest(
            sources=self.sources(folder),
            reading=self.reading(folder),
            targets=(),
            options=options,
            output=output,
        )
        drawing = Drawing(request=request, html=self.html(request, "svg"), alt=self.options.get("alt", ""))
        return self.captioned(nodes.figure("", drawing))


class TableDirective(NetworkDirective):
    """`.. resnet-diagram-table:: SOURCE…` with the options of `resnet-diagram table`, and `:caption:`."""

    declared = _options(TableChoices)
    option_spec = _with_options(declared)

    def element(self, folder: Path) -> nodes.Element:
        """Return the table with its caption."""
        choices = self.choices(folder)
        wanted, look = table_options(cast(TableChoices, choices | {"caption": ""}))
        request = TableRequest(
            sources=self.sources(folder),
            reading=self.reading(folder),
            targets=(),
            wanted=wanted,
            look=look,
            shortcuts=choices["shortcuts"],
        )
        return self.captioned(Tabulation(request=request, html=self.html(request, "html")))


class DescribeDirective(NetworkDirective):
    """`.. resnet-diagram-describe:: SOURCE` writes the facts of a network as a table of Sphinx."""

    def element(self, folder: Path) -> nodes.Element:
        """Return a table of the stages. Its title is the caption, or else the totals."""
        sources = self.sources(folder)
        if len(sources) > 1:
            raise UsageError(f"Got {len(sources)} sources; resnet-diagram-describe describes one.")
        request = DescribeRequest(source=sources[0], reading=self.reading(folder))
        check_request(request, trust_in(folder, code=self.config.resnet_diagram_code))
        facts = summary(read(request.source, request.reading, _log()))
        caption = self.options.get("caption", f"{facts.title}: {facts.totals}")
        texts, messages = self.state.inline_text(caption, self.lineno)
        group = nodes.tgroup("", cols=len(facts.heads))
        columns = zip(facts.heads, *facts.rows, strict=True)
        group += [nodes.colspec(colwidth=max(map(len, cells))) for cells in columns]
        head, *rows = (
            nodes.row("", *(nodes.entry("", nodes.paragraph("", cell)) for cell in cells))
            for cells in (facts.heads, *facts.rows)
        )
        group += nodes.thead("", head)
        group += nodes.tbody("", *rows)
        title = nodes.title(caption, "", *texts)
        return nodes.table("", title, group, *messages, classes=["colwidths-auto"])


def _text(request: DrawRequest | TableRequest, format_name: str) -> str:
    """Return a drawing or a table as text, in a format; its notes go to Sphinx's log."""
    (artifact,) = make(replace(request, targets=(Target(path=None, format=format_name),)), _log())
    assert isinstance(artifact.content, str)
    return artifact.content


def _log() -> Log:
    return Log(note=logging.getLogger(__name__).info)


def _sources(argument: str) -> list[str]:
    """Return the sources of a directive; arguments in brackets may contain spaces."""
    return re.findall(r"[^\s(]+\(.*?\)(?=\s|$)|\S+", argument, re.DOTALL)


def _visit_html(translator: Any, node: Drawing) -> None:
    label = f' role="img" aria-label="{translator.attval(node["alt"])}"' if node["alt"] else ""
    translator.body.append(f'<div class="resnet-diagram"{label}>\n{reduced(node["html"])}</div>\n')


def _visit_latex(translator: Any, node: Drawing) -> None:
    request: DrawRequest = node["request"]
    if request.output.theme == _BY_READER:
        request = replace(request, output=replace(request.output, theme="paper"))
    tikz = _text(request, "tikz")
    room = "max width=\\linewidth, max totalheight=0.85\\textheight"
    translator.body.append(f"\\begin{{adjustbox}}{{{room}}}\n{tikz}\\end{{adjustbox}}\n")


def _visit_html_table(translator: Any, node: Tabulation) -> None:
    translator.body.append(translator.starttag(node, "div", CLASS="align-center"))


def _depart_html_table(translator: Any, node: Tabulation) -> None:
    translator.body.append(f"{node['html']}</div>\n")


def _visit_latex_table(translator: Any, node: Tabulation) -> None:
    translator.body.append("\n\\begin{table}[htbp]\n\\centering\n")


def _depart_latex_table(translator: Any, node: Tabulation) -> None:
    translator.body.append(
        f"{translator.hypertarget_to(node)}\n{_text(node['request'], 'latex')}\\end{{table}}\n"
    )


def _depart(translator: Any, node: Drawing) -> None:
    """Do nothing: the drawing was written at its start."""


def _as_text(app: Sphinx, document: nodes.document, name: str) -> None:
    """Replace drawings by their outline, and tables by their text, where the builder shows no pictures."""
    if app.builder.format in ("html", "latex"):
        return
    for drawing in list(document.findall(Drawing)):
        request = drawing["request"]
        outline = _text(replace(request, output=replace(request.output, scale=1.0)), "outline")
        drawing.replace_self(nodes.literal_block(outline, outline))
    for table in list(document.findall(Tabulation)):
        text = _text(table["request"], "text")
        captions = [nodes.paragraph("", "", *caption.children) for caption in table.findall(nodes.caption)]
        table.replace_self([*captions, nodes.literal_block(text, text)])


def _add_needs(app: Sphinx, config: Config) -> None:
    """Add the LaTeX packages for drawings and tables to the document."""
    elements = dict(config.latex_elements)
    elements["preamble"] = _NEEDS + elements.get("preamble", "")
    config.latex_elements = elements


def setup(app: Sphinx) -> dict[str, Any]:
    """Register directives and nodes for `extensions = ["resnet_diagram.integrations.sphinx"]`."""
    app.add_node(Drawing, html=(_visit_html, _depart), latex=(_visit_latex, _depart))
    app.add_enumerable_node(
        Tabulation,
        "table",
        html=(_visit_html_table, _depart_html_table),
        latex=(_visit_latex_table, _depart_latex_table),
    )
    app.add_config_value("resnet_diagram_code", True, "env", bool)
    app.add_directive("resnet-diagram", DrawingDirective)
    app.add_directive("resnet-diagram-table", TableDirective)
    app.add_directive("resnet-diagram-describe", DescribeDirective)
    app.connect("config-inited", _add_needs)
    app.connect("doctree-resolved", _as_text)
    return {"version": "2", "parallel_read_safe": True, "parallel_write_safe": True}
