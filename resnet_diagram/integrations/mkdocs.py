"""A fence for MkDocs, or anything else that renders Markdown with `pymdownx.superfences`.

In `mkdocs.yml`::

    markdown_extensions:
      - pymdownx.superfences:
          custom_fences:
            - name: resnet-diagram
              class: resnet-diagram
              format: !!python/name:resnet_diagram.integrations.mkdocs.fence

A fence holds what would stand behind `resnet-diagram draw`, on one line or several.
"""

import shlex
from pathlib import Path
from typing import Any

from resnet_diagram.cli.running import run
from resnet_diagram.errors import EmbedError


def fence(source: str, language: str, css_class: str, options: dict[str, Any], md: Any, **kwargs: Any) -> str:
    """The drawing as inline SVG in a `div`.

    Paths are taken from the folder the site is built in. Raises SuperFencesException, which stops a build,
    where the drawing cannot be made.
    """
    from pymdownx.superfences import SuperFencesException

    try:
        words = ["draw", *shlex.split(source), "-t", "svg"]
        svg = run(words, Path.cwd()).text
    except (ValueError, EmbedError) as problem:
        line = " ".join(source.split())
        raise SuperFencesException(f"resnet-diagram: {line!r}: {problem}") from problem
    return f'<div class="{css_class}">\n{svg}</div>'
