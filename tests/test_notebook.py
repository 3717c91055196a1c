"""The example notebook, run by a real kernel."""

import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

import resnet_diagram as rd
from resnet_diagram.spec.model import Network

NOTEBOOK = Path(__file__).resolve().parent.parent / "examples" / "notebook.ipynb"


def test_the_example_notebook_runs_and_shows_pictures() -> None:
    notebook = nbformat.read(NOTEBOOK, as_version=4)  # type: ignore[no-untyped-call]
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(NOTEBOOK.parent)}}).execute()
    shown = [output.data for cell in notebook.cells for output in cell.get("outputs", []) if "data" in output]
    assert sum("image/svg+xml" in data for data in shown) >= 3
    assert all("text/plain" in data for data in shown)


def test_the_example_notebook_is_kept_without_outputs() -> None:
    notebook = nbformat.read(NOTEBOOK, as_version=4)  # type: ignore[no-untyped-call]
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(not cell.outputs and cell.execution_count is None for cell in cells)


def bundle(shown: object) -> dict[str, str]:
    found: dict[str, str] = shown._repr_mimebundle_()  # type: ignore[attr-defined]
    return found


def test_a_network_shows_itself_in_a_picture_and_in_words() -> None:
    shown = bundle(rd.network("resnet18"))
    assert shown["image/svg+xml"].startswith("<svg")
    assert "11,689,512 params" in shown["text/plain"]


def test_drawings_in_one_notebook_share_no_id() -> None:
    drawings = [rd.network("resnet18"), rd.network("resnet34"), rd.figure("resnet18", theme="dark")]
    ids = [found for one in drawings for found in re.findall(r' id="([^"]*)"', bundle(one)["image/svg+xml"])]
    assert len(ids) == len(set(ids)) > 100
    assert bundle(drawings[0]) == bundle(rd.network("resnet18"))


def test_what_cannot_be_drawn_shows_words_and_the_cause(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = bundle(rd.figure("plain18", view="block"))
    assert list(shown) == ["text/plain"]
    assert "Not drawn: plain18 has no blocks" in shown["text/plain"]
    monkeypatch.setattr("resnet_diagram.integrations.notebook.render", lambda *_: 1 / 0)
    assert "Not drawn: division" in bundle(rd.network("resnet18"))["text/plain"]


def test_a_network_of_nothing_shows_words() -> None:
    assert "text/plain" in bundle(Network(name="nothing", input_shape=(3, 8, 8), body=()))
