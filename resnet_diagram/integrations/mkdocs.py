"""A fence for MkDocs, or anything else that renders Markdown with `pymdownx.superfences`.

In `mkdocs.yml`::

    markdown_extensions:
      - pymdownx.superfences:
          custom_fences:
            - name: resnet-diagram
              class: resnet-diagram
              format: !!python/name:resnet_diagram.integrations.mkdocs.fence

A fence contains the arguments of `resnet-diagram draw`, on one line or several, or `table` or `describe` with
the arguments of that command. It has the limits of a marker: see docs/security.md. `fence_without_code` in
place of `fence` loads no code at all.
"""

import html
import shlex
from functools import partial
from pathlib import Path
from typing import Any

from resnet_diagram.app.describe import summary
from resnet_diagram.app.log import SILENT
from resnet_diagram.app.make import make
from resnet_diagram.app.requests import DescribeRequest, DrawRequest, Request, paths_of, read, with_id_prefix
from resnet_diagram.app.trust import check_request, trust_in
from resnet_diagram.cli.parse import parse
from resnet_diagram.errors import EmbedError, ResnetDiagramError
from resnet_diagram.integrations.inline import reduced
from resnet_diagram.reading import confined_to

_FORMATS = {"draw": ["-t", "svg"], "table": ["-t", "html"], "describe": []}
"""The commands of a fence, each with the format it writes HTML in."""


def fence(
    source: str,
    language: str,
    css_class: str,
    options: dict[str, Any],
    md: Any,
    *,
    code: bool = True,
    **kwargs: Any,
) -> str:
    """Return a drawing as inline SVG, or a table, in a `div`.

    Paths are relative to the folder the site is built in. Raises SuperFencesException, which stops the build,
    if the command fails.
    """
    from pymdownx.superfences import SuperFencesException

    try:
        words = shlex.split(source)
        words = words if words[:1] and words[0] in _FORMATS else ["draw", *words]
        words += _FORMATS[words[0]]
        number = getattr(md, "resnet_diagrams", 0) + 1
        trust = trust_in(Path.cwd(), code=code)
        with confined_to(trust.root):
            request = with_id_prefix(parse(words, Path.cwd()).request, f"figure{number}")
            request = check_request(request, trust)
            if any(paths_of(request)):
                raise EmbedError("A fence shows its drawing on the page and writes no file; leave out -o.")
            content = _html(request)
        setattr(md, "resnet_diagrams", number)  # noqa: B010 # the page's own counter
    except (ValueError, ResnetDiagramError) as problem:
        line = " ".join(source.split())
        raise SuperFencesException(f"resnet-diagram: {line!r}: {problem}") from problem
    return f'<div class="{css_class}">\n{content}</div>'


def _html(request: Request) -> str:
    """Return the HTML of a request; the facts of a network are a table in the looks of the site."""
    if not isinstance(request, DescribeRequest):
        (artifact,) = make(request)
        text = artifact.data.decode()
        return reduced(text) if isinstance(request, DrawRequest) else text
    facts = summary(read(request.source, request.reading, SILENT))
    head, *body = (
        f"<tr>{''.join(f'<{tag}>{html.escape(cell)}</{tag}>' for cell in cells)}</tr>\n"
        for tag, cells in (("th", facts.heads), *(("td", row) for row in facts.rows))
    )
    return (
        f"<table>\n<caption>{html.escape(facts.title)}</caption>\n"
        f"<thead>\n{head}</thead>\n<tbody>\n{''.join(body)}</tbody>\n</table>\n"
        f"<p>{html.escape(facts.totals)}</p>\n"
    )


fence_without_code = partial(fence, code=False)
"""A fence that refuses sources that are code."""
