"""Render a figure's DOT with Graphviz: the installed program, or the copy in pygraphviz."""

import re
import shutil
import subprocess
import sys
from importlib.util import find_spec

from resnet_diagram.errors import RenderError
from resnet_diagram.render.conversion.png import with_metadata
from resnet_diagram.render.dot.render import render_dot
from resnet_diagram.render.figure import Figure

# Reads DOT and writes the picture, as `dot` does. In a process of its own: the library prints what it likes.
_BUNDLED = (
    "import sys, pygraphviz;"
    "dot = sys.stdin.buffer.read().decode();"
    "graph = pygraphviz.AGraph(string=dot);"
    "graph.graph_attr.update(dict(word.split('=') for word in sys.argv[2:]));"
    "sys.stdout.buffer.write(graph.draw(format=sys.argv[1], prog='dot'))"
)


def render_svg(figure: Figure) -> str:
    """Return the SVG document rendered by Graphviz."""
    return _drawn(figure, "svg").decode()


def render_pdf(figure: Figure) -> bytes:
    """Return the PDF rendered by Graphviz, in system fonts; its creation date is set to the epoch."""
    return re.sub(rb"(?<=/CreationDate \(D:)\d{14}", b"19700101000000", _drawn(figure, "pdf"))


def render_png(figure: Figure) -> bytes:
    """Return the PNG rendered by Graphviz, with `figure.output.dpi` pixels per inch."""
    return with_metadata(
        _drawn(figure, "png", f"dpi={figure.output.dpi}"), figure.output.dpi, figure.spoken_title
    )


def _drawn(figure: Figure, form: str, *attributes: str) -> bytes:
    """Return the output of Graphviz for the DOT. Raise RenderError if it is missing or fails."""
    if program := shutil.which("dot"):
        command = [program, f"-T{form}", *(f"-G{attribute}" for attribute in attributes)]
    elif find_spec("pygraphviz"):
        command = [sys.executable, "-c", _BUNDLED, form, *attributes]
    else:
        raise RenderError(
            "--engine graphviz found no program 'dot' on the PATH and no package pygraphviz. Install "
            "Graphviz, or pip install pygraphviz, which holds its own; or leave --engine out."
        )
    done = subprocess.run(command, input=render_dot(figure).encode(), capture_output=True, check=False)
    if done.returncode or not done.stdout:
        settings = done.stderr.decode(errors="replace").strip().splitlines()
        raise RenderError(
            f"Graphviz ({command[0]}) cannot draw it: {settings[-1] if settings else 'it says nothing'}"
        )
    return done.stdout
