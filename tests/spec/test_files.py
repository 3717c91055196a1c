"""Spec files: exact round trips, and messages for what does not fit."""

import json
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from resnet_diagram.errors import RenderError, SourceError, SpecError
from resnet_diagram.spec import catalog
from resnet_diagram.spec.json.files import dumps, load, loads, write_network
from resnet_diagram.spec.model import (
    Block,
    Element,
    Layer,
    LayerKind,
    Merge,
    Network,
    Shortcut,
    ShortcutKind,
    Stage,
)
from resnet_diagram.spec.shapes import act, conv, linear
from resnet_diagram.wording.facts import facts, stage_rows


@pytest.mark.parametrize("name", catalog.names())
def test_round_trip_is_exact(name: str) -> None:
    network = catalog.network(name)
    text = dumps(network)
    assert loads(text) == network
    assert dumps(loads(text)) == text


def odd() -> Network:
    """One-dimensional, with nested blocks, a concatenation, notes and names that need escapes."""
    shape = (4, 9)
    inner = Block(
        branches=((conv(shape, 4, 3, padding=1, bias=True),),), shortcut=Shortcut(kind=ShortcutKind.IDENTITY)
    )
    outer = Block(
        name='a "quoted" \\ name\n☃',
        before=(act(shape, "silu"),),
        branches=((Stage(body=(inner,), name="in"),), ()),
        merge=Merge.CONCAT,
        after=(act((8, 9)),),
    )
    opaque = Layer(
        kind=LayerKind.OPAQUE, op="strange", in_shape=(8, 9), out_shape=(8,), groups=3, params=10**17
    )
    return Network(
        name="odd",
        input_shape=shape,
        body=(outer, opaque),
        head=(linear((8,), 2),),
        notes=("guessed", "twice"),
        stopped_at="layer2.0",
    )


def test_round_trip_of_an_odd_network(tmp_path: Path) -> None:
    network = odd()
    assert loads(dumps(network)) == network
    path = tmp_path / "net.json"
    write_network(network, path)
    assert load(path) == network
    assert path.read_text(encoding="utf-8") == dumps(network)
    assert [file.name for file in tmp_path.iterdir()] == ["net.json"]


def test_the_text_is_readable() -> None:
    lines = dumps(catalog.network("resnet18")).splitlines()
    assert lines[1:6] == [
        '  "format": "resnet-diagram-network",',
        '  "version": 1,',
        '  "name": "resnet18",',
        '  "input_shape": [3, 224, 224],',
        '  "stem": [',
    ]
    assert lines[7] == (
        '    {"type": "layer", "name": "bn1", "kind": "norm", "op": "batch_norm", '
        '"in_shape": [64, 112, 112], "out_shape": [64, 112, 112], "params": 128},'
    )
    assert '          "shortcut": {"kind": "identity"},' in lines


def test_a_type_may_be_given_where_it_is_not_needed() -> None:
    text = dumps(odd())
    assert loads(text.replace('"before": [\n        {', '"before": [\n        {"type": "layer", ')) == odd()


def broken(**changes: Any) -> str:
    """ResNet-18 with the values at some places replaced; `DELETE` removes the key.

    A place is written with two underscores between its steps: `stem__0__kernel`.
    """
    data = json.loads(dumps(catalog.network("resnet18")))
    for place, value in changes.items():
        *way, last = [int(step) if step.isdigit() else step for step in place.split("__")]
        target = data
        for step in way:
            target = target[step]
        if value is DELETE:
            del target[last]
        else:
            target[last] = value
    return json.dumps(data)


DELETE = object()

MESSAGES = [
    ({"stem__0__kernel": "7x7"}, "stem[0].kernel: expected a list of whole numbers, found '7x7'."),
    ({"stem__0__kernel": [7, True]}, "stem[0].kernel[1]: expected a whole number, found true."),
    ({"stem__0__macs": 1e3}, "stem[0].macs: expected a whole number, found 1000.0."),
    ({"stem__0__bias": 0}, "stem[0].bias: expected true or false, found 0."),
    ({"stem__0__name": None}, "stem[0].name: expected a text, found null."),
    ({"stem__0__kernle": [7, 7]}, "stem[0]: a layer has no key 'kernle'. Did you mean 'kernel'?"),
    ({"stem__0__op": DELETE}, "stem[0]: key 'op' of the layer is missing; expected a text."),
    ({"stem": {}}, "stem: expected a list, found an object."),
    ({"stem__0": 3}, "stem[0]: expected an object, found 3."),
    (
        {"stem__0__type": DELETE},
        'stem[0]: key \'type\' is missing; expected "layer" or "block" or "stage" or "graph".',
    ),
    (
        {"body__0__type": "stag"},
        'body[0].type: expected "layer" or "block" or "stage" or "graph", found \'stag\'. '
        "Did you mean 'stage'?",
    ),
    (
        {"body__0__body__1__merge": "plus"},
        "body[0].body[1].merge: expected one of add, concat, multiply; found 'plus'.",
    ),
    (
        {"body__0__body__0__branches__0__0__kind": "cnv"},
        f"body[0].body[0].branches[0][0].kind: expected one of {', '.join(LayerKind)}; found 'cnv'. "
        "Did you mean 'conv'?",
    ),
    (
        {"body__0__body__0__shortcut__kind": "skip"},
        f"body[0].body[0].shortcut.kind: expected one of {', '.join(ShortcutKind)}; found 'skip'.",
    ),
    (
        {"body__0__body__0__after__0__type": "block"},
        "body[0].body[0].after[0]: expected a layer, found an object of type 'block'.",
    ),
    ({"input_shape": DELETE, "input": [3]}, "a network has no key 'input'. Did you mean 'input_shape'?"),
    (
        {"input_shape": DELETE},
        "key 'input_shape' of the network is missing; expected a list of whole numbers.",
    ),
    ({"version": 2}, "version is 2; this program reads version 1."),
    ({"version": DELETE}, "version is None; this program reads version 1."),
    (
        {"format": "onnx"},
        'format is \'onnx\'; expected "format": "resnet-diagram-network", '
        "as 'resnet-diagram spec' writes it.",
    ),
    ({"name": "\ud800"}, "name: expected a text, found '\\ud800'."),
    (
        {"stem__0__out_shape": [65, 112, 112]},
        "resnet18: stem layer 2 'bn1': in_shape is [64, 112, 112]; expected [65, 112, 112], the shape "
        "that arrives there.",
    ),
]


@pytest.mark.parametrize(("changes", "message"), MESSAGES, ids=[message[:40] for _, message in MESSAGES])
def test_what_does_not_fit_is_named(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(SpecError) as caught:
        loads(broken(**changes), "net.json")
    assert str(caught.value) == f"net.json: {message}"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "line 1, column 1: not valid JSON: expecting value."),
        ('{"format": 1,}', "not valid JSON"),
        ('{"a": 1, "a": 2}', "key 'a' occurs twice in one object."),
        ("[1]", 'expected an object that begins with "format".'),
        ("{}", "key 'format' is missing; expected"),
        ('{"fromat": "resnet-diagram-network"}', "Is 'fromat' meant?"),
        ("[" * 100_000, "nested too deeply to be read."),
        ('{"format": ' + "9" * 5000 + "}", "not valid JSON"),
    ],
    ids=["empty", "comma", "twice", "list", "object", "typo", "deep", "long"],
)
def test_what_is_no_spec_is_named(text: str, message: str) -> None:
    with pytest.raises(SpecError) as caught:
        loads(text, "net.json")
    assert str(caught.value).startswith("net.json: ")
    assert message in str(caught.value)


def test_without_a_file_nothing_is_put_before_the_message() -> None:
    with pytest.raises(SpecError, match=r"^line 1, column 1"):
        loads("")


def _places(value: Any) -> list[tuple[Any, Any]]:
    """Every list or object inside a JSON value, with one of its keys or indices."""
    found = []
    if isinstance(value, dict | list):
        for key in list(value) if isinstance(value, dict) else range(len(value)):
            found += [(value, key), *_places(value[key])]
    return found


JUNK: list[Any] = [None, True, -1, 0, 7, 1.5, "", "conv", [], [3], [[]], {}, {"kind": "identity"}]


@pytest.mark.parametrize("seed", range(4))
def test_whatever_is_wrong_it_is_a_spec_error_or_a_network_that_can_be_measured(seed: int) -> None:
    chance = random.Random(seed)
    text = dumps(odd()) if seed % 2 else dumps(catalog.network("seresnet50"))
    for _ in range(60):
        data = json.loads(text)
        target, key = chance.choice(_places(data))
        target[key] = chance.choice(JUNK)
        try:
            network = loads(json.dumps(data))
        except SpecError:
            continue
        assert loads(dumps(network)) == network
        assert facts(network)["params"] == sum(row.params for row in stage_rows(network))


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"There is no file '.*nowhere\.json'"):
        load(tmp_path / "nowhere.json")
    with pytest.raises(SourceError, match="it is a folder"):
        load(tmp_path)
    (tmp_path / "latin.json").write_bytes(b'{"name": "\xe9"}')
    with pytest.raises(SpecError, match=r"latin\.json: not a text in UTF-8"):
        load(tmp_path / "latin.json")


def test_a_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    path = tmp_path / "net.json"
    path.write_text(dumps(odd()), encoding="utf-8-sig")
    assert load(path) == odd()


def test_folder_missing(tmp_path: Path) -> None:
    with pytest.raises(RenderError):
        write_network(odd(), tmp_path / "no" / "net.json")


def test_defaults_are_left_out() -> None:
    text = dumps(replace(odd(), notes=(), source="", stopped_at=None))
    assert '"notes"' not in text
    assert '"stopped_at"' not in text
    assert '"source"' not in text
    assert '"groups": 1' not in text


@pytest.mark.parametrize(
    ("axis", "place"), [(0, "next"), (1, "next"), (1, "after"), (2, "after"), (2, "branch")]
)
def test_a_file_from_before_concatenations_named_their_axis_loads(axis: int, place: str) -> None:
    shape = (4, 6, 8)
    joined = (*shape[:axis], 2 * shape[axis], *shape[axis + 1 :])
    after = (act(joined),) if place == "after" else ()
    branches = ((conv(shape, 4, 3, padding=1),), (conv(shape, 4, 1),))
    block = Block(branches=branches, merge=Merge.CONCAT, axis=axis or None, after=after)
    run: tuple[Element, ...] = (block, conv(joined, 5, 1))
    if place == "branch":
        run = (
            Block(branches=(run, (conv(shape, 5, 1, padding=1), conv((5, 8, 10), 5, 3))), merge=Merge.CONCAT),
        )
    network = Network(name="old", input_shape=shape, body=(Stage(body=run),))
    older = dumps(network).replace(f'"axis": {axis}', '"name": ""')
    assert '"axis"' not in older
    assert loads(older) == network
