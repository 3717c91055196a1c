"""Networks in spec files (TOML, JSON), or in the same form on standard input."""

from dataclasses import replace
from pathlib import Path

from resnet_diagram.spec.model import Network

SUFFIXES = (".json", ".toml")
STDIN = "-"
"""The source that is read from standard input."""


def is_spec(source: str) -> bool:
    """Return whether a source is a spec file, by its suffix, or standard input."""
    return source == STDIN or source.lower().endswith(SUFFIXES)


def read_spec(source: str, folder: Path) -> Network:
    """Return the network in a spec file. Raise SourceError if it cannot be read, SpecError if it is wrong.

    `folder`: start of a relative path.
    """
    if source == STDIN:
        from resnet_diagram.errors import SpecError
        from resnet_diagram.reading import read_standard_input

        try:
            text = read_standard_input().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise SpecError(
                "standard input: not a text in UTF-8; expected a spec in JSON or TOML."
            ) from error
        if text.lstrip().startswith("{"):
            from resnet_diagram.spec.json.files import loads

            return loads(text, "standard input")
        from resnet_diagram.spec.toml.reader import loads as loads_toml

        return loads_toml(text, "standard input", "network")
    from resnet_diagram.spec.json.files import load

    network = load(folder / source)
    return replace(network, source=source) if source.lower().endswith(".toml") else network
