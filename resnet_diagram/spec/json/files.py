"""Read and write networks as JSON text and as files; `loads` inverts `dumps`.

A JSON file is one object with `"format"`, `"version"` and the fields of `Network`. Values that equal the
default are omitted. For elements, `"type"` distinguishes layers, blocks, stages and graphs.
"""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from resnet_diagram.errors import SpecError, check_text, escape_in_quotes
from resnet_diagram.reading import read_bytes
from resnet_diagram.saving import write_files
from resnet_diagram.spec.check.faults import FaultError
from resnet_diagram.spec.check.network import check
from resnet_diagram.spec.graph import with_runs
from resnet_diagram.spec.json.decode import decoder, suggestion
from resnet_diagram.spec.json.earlier import with_axes
from resnet_diagram.spec.json.encode import encode, text
from resnet_diagram.spec.model import Network

FORMAT = "resnet-diagram-network"
VERSION = 1


def dumps(network: Network) -> str:
    """Return the JSON text of a network, with a final line feed."""
    head = {"format": FORMAT, "version": VERSION}
    return escape_in_quotes(text(head | encode(network, Network))) + "\n"


def loads(content: str, place: str = "") -> Network:
    """Return the network described by a JSON text, checked. `place` names the file in messages.

    Raises SpecError for invalid JSON, unknown or missing keys, wrong values, and any error found by
    `check`.
    """
    try:
        try:
            value = json.loads(content, object_pairs_hook=_object)
        except json.JSONDecodeError as error:
            at = f"line {error.lineno}, column {error.colno}"
            raise FaultError(f"{at}: not valid JSON: {error.msg[:1].lower()}{error.msg[1:]}.") from None
        except ValueError as error:
            raise FaultError(f"not valid JSON: {error}.") from None
        network: Network = decoder(Network)(_without_header(value))
        try:
            return check(network)
        except SpecError:
            return check(with_runs(network, with_axes))
    except FaultError as error:
        path = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in error.path)
        raise SpecError(_at(place, _at(path.removeprefix("."), error.problem))) from None
    except SpecError as error:
        raise SpecError(_at(place, str(error))) from None
    except RecursionError:
        raise SpecError(_at(place, "nested too deeply to be read.")) from None


def _at(place: str, problem: str) -> str:
    return f"{place}: {problem}" if place else problem


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return a JSON object; raise FaultError for a duplicate key."""
    table: dict[str, Any] = {}
    for key, value in pairs:
        if key in table:
            raise FaultError(f"key {key!r} occurs twice in one object.")
        table[key] = value
    return table


def _without_header(value: Any) -> Any:
    """Return the network's fields, after a check of `format` and `version`. Raises FaultError."""
    if not isinstance(value, dict):
        raise FaultError('expected an object that begins with "format".')
    names = f'expected "format": "{FORMAT}", as \'resnet-diagram spec\' writes it'
    if "format" not in value:
        close = next((key for key in value if suggestion(key, ["format"])), None)
        raise FaultError(f"key 'format' is missing; {names}." + (f" Is {close!r} meant?" if close else ""))
    if value["format"] != FORMAT:
        raise FaultError(f"format is {value['format']!r}; {names}.")
    if value.get("version") != VERSION or isinstance(value.get("version"), bool):
        raise FaultError(f"version is {value.get('version')!r}; this program reads version {VERSION}.")
    return {key: item for key, item in value.items() if key not in ("format", "version")}


def load(path: Path | str) -> Network:
    """Return the network in a file: TOML if its name ends in `.toml`, else JSON.

    A network in TOML has the path as its source. Raises SourceError if the file cannot be read, SpecError
    if its content is not a valid network.
    """
    check_text(path, "a spec file")
    try:
        content = read_bytes(Path(path)).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        expected = "TOML" if _is_toml(path) else "JSON"
        raise SpecError(f"{path}: not a text in UTF-8; expected {expected}.") from error
    if not _is_toml(path):
        return loads(content, str(path))
    from resnet_diagram.spec.toml.reader import loads as loads_toml

    return replace(loads_toml(content, str(path), Path(path).stem), source=str(path))


def write_network(network: Network, path: Path | str, form: str = "") -> None:
    """Write a network to a file, whole or not at all: TOML where the name ends in .toml, else JSON.

    `form`, "toml" or "json", is written whatever the name says. TOML has the structure without the names of
    layers and blocks. Raises RenderError where the file cannot be written, SpecError where TOML has no words
    for the network.
    """
    text = text_of(network, form or ("toml" if _is_toml(path) else "json"))
    write_files([(Path(path), text)])


def text_of(network: Network, form: str) -> str:
    """Return the text of a network in the format "toml" or "json".

    Raises SpecError if TOML cannot describe it.
    """
    if form == "json":
        return dumps(network)
    from resnet_diagram.spec.toml.writer import dumps as dumps_toml

    return dumps_toml(network)


def _is_toml(path: Path | str) -> bool:
    return Path(path).suffix.lower() == ".toml"
