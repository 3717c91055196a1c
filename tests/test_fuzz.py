"""Random files, markers, sources and input shapes end with a result or an error of our own.

`RESNET_DIAGRAM_FUZZ=SECONDS python -m pytest tests/test_fuzz.py` runs each test for so long.
"""

import json
import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import resnet_diagram as rd
from resnet_diagram.cli.parse import parse
from resnet_diagram.embed.document import read_document
from resnet_diagram.errors import ResnetDiagramError
from resnet_diagram.spec.catalog import network
from resnet_diagram.spec.graph import all_elements
from resnet_diagram.spec.json.files import dumps, loads
from resnet_diagram.spec.model import Network
from resnet_diagram.spec.toml.reader import loads as loads_toml
from resnet_diagram.spec.toml.schema.keys import TABLES
from resnet_diagram.spec.toml.schema.words import TABLE_OF_OP
from resnet_diagram.style.check import ROLES, USES

SECONDS = float(os.environ.get("RESNET_DIAGRAM_FUZZ", "0"))

LARGE = 400
"""Layers and blocks of a network that is read and not drawn."""

NUMBERS = st.one_of(
    st.integers(-2, 40), st.integers(), st.sampled_from([10**12, 10**20, 2**63]), st.floats(), st.booleans()
)
WORDS = st.one_of(
    st.sampled_from(sorted({*TABLE_OF_OP, "imagenet", "basic", "bottleneck", "A", "B"})), st.text(max_size=5)
)
KEYS = st.sampled_from(sorted({key for table in TABLES.values() for key in table}))
VALUES = st.recursive(
    NUMBERS | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=12,
)
LINES = ("input = [3, 32, 32]", 'block = "basic"', "depths = [1, 2]", "widths = [8, 16]", 'stem = "imagenet"')


def quietly(work: Callable[[], object]) -> None:
    """Do something that may fail, but only with an error of our own."""
    with suppress(ResnetDiagramError):
        work()


def use(network: Network) -> None:
    """Do with a network that was read what the commands do, unless it is large."""
    if sum(1 for _ in all_elements(network)) > LARGE:
        return
    for work in (rd.facts, rd.table, rd.code, lambda net: rd.to_text(net, "mermaid", view="full")):
        quietly(lambda work=work: work(network))  # type: ignore[misc]
    quietly(lambda: rd.to_text(network, "svg"))


def fuzzed(test: Callable[..., None]) -> Callable[..., None]:
    """Run a test for a few examples, or again and again for the seconds asked for."""
    few = settings(
        max_examples=2000 if SECONDS else 40,
        deadline=None,
        database=None,
        derandomize=not SECONDS,
        suppress_health_check=list(HealthCheck),
    )(test)

    def repeated(tmp_path_factory: pytest.TempPathFactory) -> None:
        end = time.monotonic() + SECONDS
        few(tmp_path_factory.mktemp("fuzz"))
        while time.monotonic() < end:
            few(tmp_path_factory.mktemp("fuzz"))

    return pytest.mark.filterwarnings("ignore")(repeated)


def in_toml(value: Any) -> str:
    """Return a value as TOML."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {in_toml(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(in_toml, value)) + "]"
    return json.dumps(value) if isinstance(value, str) else repr(value)


@given(st.sets(st.sampled_from(LINES)), st.dictionaries(KEYS, VALUES, max_size=4), st.text(max_size=8))
def toml_of_known_keys(folder: Path, lines: set[str], table: dict[str, Any], noise: str) -> None:
    written = {line.split(" ")[0] for line in lines}
    text = [
        *sorted(lines),
        *(f"{key} = {in_toml(item)}" for key, item in table.items() if key not in written),
    ]
    quietly(lambda: use(loads_toml("\n".join(text), "net.toml")))
    quietly(lambda: loads_toml("\n".join([*text, noise]), "net.toml"))


def cells(inner: Any) -> Any:
    """Return dictionaries with the keys of notebooks."""
    keys = st.sampled_from(["cells", "cell_type", "source", "markdown", "metadata"])
    return st.dictionaries(keys, inner | st.sampled_from(["markdown", "code"]), max_size=3)


SETTINGS = st.recursive(
    NUMBERS | st.sampled_from(["paper", "dark", "#12AB9f", "#12", "a.toml"]) | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(sorted({*ROLES, *USES, "fill", "dash", "line_width"})), inner, max_size=3
        )
    ),
    max_leaves=6,
)


@given(
    st.dictionaries(
        st.sampled_from(
            ["extends", "name", "font", "dark", "defaults", "styles", "sizes", "shades", "shaded"]
        ),
        SETTINGS,
        max_size=3,
    )
)
def themes(folder: Path, table: dict[str, Any]) -> None:
    path = folder / "a.toml"
    path.write_text("".join(f"{key} = {in_toml(value)}\n" for key, value in table.items()), "utf-8")
    quietly(lambda: rd.to_text("resnet18", "svg", view="overview", theme=str(path)))


@given(
    st.dictionaries(
        st.sampled_from(["title", "notes", "parts", "x"]),
        st.dictionaries(
            st.sampled_from(["layer1", "layer1.*", "*", "Head", "label", "unit"]) | st.text(max_size=3),
            SETTINGS
            | st.dictionaries(
                st.sampled_from(["label", "color", "unit", "note", "highlight"]), SETTINGS, max_size=2
            ),
            max_size=3,
        )
        | SETTINGS,
        max_size=3,
    )
)
def annotations(folder: Path, table: dict[str, Any]) -> None:
    quietly(lambda: rd.to_text("resnet18", "svg", view="overview", annotate=table))


@given(st.text(alphabet="abN.:()[]{}'\",=-_/\\0 1é", max_size=20) | st.text(max_size=10))
def sources(folder: Path, text: str) -> None:
    from resnet_diagram.tracer.load.target import parse_target

    quietly(lambda: parse_target(f"net.py:Net{text}"))
    quietly(lambda: parse_target(text))


@given(
    st.recursive(st.none() | st.text(max_size=3), lambda inner: st.lists(inner) | cells(inner), max_leaves=6)
)
def notebooks(folder: Path, content: Any) -> None:
    path = folder / "a.ipynb"
    path.write_text(json.dumps(content), "utf-8")
    quietly(lambda: read_document(path))


@given(st.lists(st.tuples(st.integers(0, 500), VALUES | st.none()), min_size=1, max_size=3))
def changed_json(folder: Path, changes: list[tuple[int, Any]]) -> None:
    data = json.loads(dumps(network("resnet18")))
    for number, value in changes:
        places = list(_places(data))
        inside, key = places[number % len(places)]
        inside[key] = value
    quietly(lambda: use(loads(json.dumps(data), "net.json")))


def _places(value: Any) -> Any:
    """Yield each container in a JSON value with each of its keys."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in pairs:
        yield value, key
        yield from _places(item)


@given(st.text(max_size=200))
def json_noise(folder: Path, text: str) -> None:
    quietly(lambda: loads(text, "net.json"))


@given(
    st.lists(
        st.sampled_from(["draw", "table", "describe", "spec", "code", "resnet18", "-o", "../x.svg", "--view"])
        | st.text(max_size=6),
        max_size=5,
    ),
    st.sampled_from([".md", ".rst", ".tex", ".typ", ".html", ".ipynb"]),
    st.binary(max_size=20),
)
def markers(folder: Path, words: list[str], suffix: str, noise: bytes) -> None:
    command = " ".join(words)
    text = f"<!-- resnet-diagram: {command} -->\n<!-- /resnet-diagram -->\n.. resnet-diagram: {command}\n"
    path = folder / f"a{suffix}"
    path.write_bytes(text.encode("utf-8", "surrogatepass") + noise)

    def read() -> None:
        for part in read_document(path).parts:
            for region in part.regions:
                quietly(lambda words=region.words: parse(words, folder))  # type: ignore[misc]

    quietly(read)


HEADERS = st.recursive(
    NUMBERS | st.none() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["shape", "dtype", "data_offsets", "w"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(HEADERS, st.integers(-9, 9), st.binary(max_size=9), st.sampled_from([".safetensors", ".pt", ".pth"]))
def checkpoint_headers(folder: Path, header: Any, wrong: int, noise: bytes, suffix: str) -> None:
    from resnet_diagram.tracer.load.saved.archives import shapes_in

    text = json.dumps(header).encode()
    path = folder / f"w{suffix}"
    path.write_bytes(max(0, len(text) + wrong).to_bytes(8, "little") + text + noise)
    quietly(lambda: shapes_in(path))


@given(st.text(alphabet="0123456789x×,:=()[] intfloa64-²", max_size=24) | st.text(max_size=12))
def input_shapes(folder: Path, text: str) -> None:
    from resnet_diagram.tracer.load.inputs import parse_input

    quietly(lambda: parse_input(text))


test_themes = fuzzed(themes)
test_annotations = fuzzed(annotations)
test_sources = fuzzed(sources)
test_notebooks = fuzzed(notebooks)
test_toml = fuzzed(toml_of_known_keys)
test_json = fuzzed(changed_json)
test_json_noise = fuzzed(json_noise)
test_markers = fuzzed(markers)
test_checkpoint_headers = fuzzed(checkpoint_headers)
test_input_shapes = fuzzed(input_shapes)
