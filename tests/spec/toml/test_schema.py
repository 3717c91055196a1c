"""The published JSON Schema and the reader agree."""

import copy
import json
import tomllib
from contextlib import suppress
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docs.spec_schema import schema, schema_text
from resnet_diagram.errors import SpecError
from resnet_diagram.spec import catalog
from resnet_diagram.spec.check.faults import FaultError
from resnet_diagram.spec.toml.reader import network_of
from resnet_diagram.spec.toml.schema.keys import TABLES
from resnet_diagram.spec.toml.schema.types import Table
from resnet_diagram.spec.toml.schema.validate import validate
from resnet_diagram.spec.toml.schema.words import SETTINGS
from tests.spec.strategies import Said, designs, written_designs
from tests.spec.toml.wrong import WRONG, Wrong

VALIDATOR = jsonschema.Draft202012Validator(schema())
PUBLISHED = Path(__file__).resolve().parents[3] / "docs" / "spec.schema.json"


def fits(said: Any) -> bool:
    return bool(VALIDATOR.is_valid(said))


def test_it_is_a_schema_and_published() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())
    assert PUBLISHED.read_text(encoding="utf-8") == schema_text(), "run: python -m docs.generate"
    assert json.loads(schema_text()) == schema()


def test_every_setting_has_its_key() -> None:
    assert [key for key in TABLES["network"] if key in SETTINGS] == list(SETTINGS)


@pytest.mark.parametrize("name", catalog.names())
def test_the_catalog_fits(name: str) -> None:
    VALIDATOR.validate(catalog.design(name))
    validate(catalog.design(name), Table("network"))


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: wrong.text.replace("\n", "; ")[:60])
def test_wrong_files_do_not(wrong: Wrong) -> None:
    assert fits(tomllib.loads(wrong.text)) == wrong.only_reader


@settings(max_examples=100, deadline=None)
@given(designs() | written_designs())
def test_what_the_reader_accepts_fits(said: Said) -> None:
    VALIDATOR.validate(said)


_PLAIN: tuple[Any, ...] = (
    0,
    1,
    2,
    -1,
    2.5,
    True,
    "",
    "relu",
    "se",
    "none",
    "basic",
    [],
    [1],
    [0],
    ["relu"],
    ["conv"],
    [[]],
    {},
)
_TABLES: tuple[Said, ...] = (
    {"op": "relu"},
    {"op": "conv"},
    {"op": "x", "kind": "other", "out": [1]},
    {"layers": []},
)
VALUES = st.sampled_from([*_PLAIN, *_TABLES, [{"layers": []}]])


def places(value: Any) -> list[Any]:
    """Every table and list inside a value, itself included."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    own = [value] if isinstance(value, dict | list) else []
    return own + [place for one in inner for place in places(one)]


@settings(max_examples=150, deadline=None)
@given(designs() | written_designs(), st.data())
def test_reader_and_schema_refuse_the_same(said: Said, data: st.DataObject) -> None:
    said = copy.deepcopy(said)
    place = data.draw(st.sampled_from(places(said)))
    keys = [key for table in TABLES.values() for key in table] if isinstance(place, dict) else []
    at = data.draw(st.sampled_from([*place, *keys] if keys else list(range(len(place))) or [0]))
    if isinstance(place, dict):
        place[at] = data.draw(VALUES)
    else:
        place[at : at + 1] = [data.draw(VALUES)]
    try:
        validate(said, Table("network"))
    except FaultError:
        assert not fits(said)
        return
    assert fits(said)
    with suppress(FaultError, SpecError):
        assert network_of(said)
