"""A fence for MkDocs, or anything else that renders Markdown with `pymdownx.superfences`.

In `mkdocs.yml`::

    markdown_extensions:
      - pymdownx.superfences:
          custom_fences:
            - name: resnet-diagram
              class: resnet-diagram
              format: !!python/name:resnet_diagram.integrations.mkdocs.fence

A fence contains the arguments of `resnet-diagram draw`, on one line or several. It has the limits of a
marker: see docs/security.md. `fence_without_code` in place of `fence` loads no code at all.
"""

import shlex
from functools import partial
from pathlib import Path
from typing import Any

from resnet_diagram.app.make import make
from resnet_diagram.app.requests import paths_of, with_id_prefix
from resnet_diagram.app.trust import check_paths, check_request, trust_in
from resnet_diagram.cli.parse import parse
from resnet_diagram.errors import ResnetDiagramError


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
    """Return the drawing as inline SVG in a `div`.

    Paths are relative to the folder the site is built in. Raises SuperFencesException, which stops the build,
    if the drawing fails.
    """
    from pymdownx.superfences import SuperFencesException

    try:
        words = ["draw", *shlex.split(source), "-t", "svg"]
        number = getattr(md, "resnet_diagrams", 0) + 1
        request = with_id_prefix(parse(words, Path.cwd()).request, f"figure{number}")
        trust = trust_in(Path.cwd(), code=code)
        check_request(request, trust)
        check_paths(paths_of(request), Path.cwd(), trust)
        (artifact,) = make(request)
        setattr(md, "resnet_diagrams", number)  # noqa: B010 # the page's own counter
    except (ValueError, ResnetDiagramError) as problem:
        line = " ".join(source.split())
        raise SuperFencesException(f"resnet-diagram: {line!r}: {problem}") from problem
    return f'<div class="{css_class}">\n{artifact.data.decode()}</div>'


fence_without_code = partial(fence, code=False)
"""A fence that refuses sources that are code."""
