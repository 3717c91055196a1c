"""The page of all keys of a spec file in TOML, from the table the reader follows."""

from collections.abc import Iterator

from resnet_diagram.spec.toml.schema.keys import EXCLUDES, NEEDS_ONE, SETTING_KEYS, TABLES, Key
from resnet_diagram.spec.toml.schema.types import words

_PLACES = {
    "network": "at the top of the file",
    "stem": "`[stem]`",
    "head": "`[head]`",
    "stage": "`[[stage]]`",
    "block": "in a stage's list of blocks, `[[stage.block]]`",
    "written block": "a block layer by layer, in a stage's list of blocks or in a list of layers",
    "written shortcut": "`shortcut`, if its kind does not follow from its layers",
    "written stage": "a stage in a list of layers, in `body`",
    "any layer": "a layer of an operation that is not known, or with other shapes than usual",
    "plain layer": "a layer that may be written as a word",
    "gate": "a squeeze-and-excitation gate in a list of layers",
}


def keys_page() -> str:
    """The page, in Markdown."""
    intro = (
        "Generated from the table the reader follows by `python -m docs.generate`; "
        "[Spec files](spec.md) explains it by examples."
    )
    settings = [
        "## Settings of blocks",
        "",
        "Where: at the top of the file, in a `[[stage]]`, in a `[[stage.block]]`.",
        "",
    ]
    sections = [_section(name, keys) for name, keys in TABLES.items()]
    parts = ["# Keys of a spec file", intro, "\n".join([*settings, *_rows(SETTING_KEYS)])]
    return "\n\n".join([*parts, *("\n".join(lines) for lines in sections)]) + "\n"


def _section(name: str, keys: dict[str, Key]) -> Iterator[str]:
    own = {key: spec for key, spec in keys.items() if SETTING_KEYS.get(key) is not spec}
    more = " And the settings of blocks, above." if len(own) < len(keys) - 1 else ""
    yield f"## {name.capitalize()}"
    yield ""
    yield f"Where: {_PLACES.get(name, 'in a list of layers')}.{_rules(name)}{more}"
    yield ""
    yield from _rows(own if more else keys)


def _rows(keys: dict[str, Key]) -> Iterator[str]:
    yield "| key | value | meaning |"
    yield "|---|---|---|"
    for key, spec in keys.items():
        value = words(spec.type).replace("|", "\\|") + ("; required" if spec.required else "")
        yield f"| `{key}` | {value} | {spec.means} |"


def _rules(name: str) -> str:
    needed = ", ".join(f"`{key}`" for key in NEEDS_ONE.get(name, ()))
    key, others = EXCLUDES.get(name, ("", ()))
    excluded = ", ".join(f"`{other}`" for other in others)
    return (f" One of {needed} is needed." if needed else "") + (
        f" `{key}` excludes {excluded}." if excluded else ""
    )
