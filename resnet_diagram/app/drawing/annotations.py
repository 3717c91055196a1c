"""Read annotations from a TOML file, a dictionary, or the file beside a model."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from resnet_diagram.diagram.annotations.match import matched, module_paths, problems
from resnet_diagram.diagram.annotations.model import Annotations, Part
from resnet_diagram.diagram.options import Options
from resnet_diagram.errors import UsageError, check_text, closest, did_you_mean, escape_controls
from resnet_diagram.reading import is_there, read_toml
from resnet_diagram.spec.model import Network
from resnet_diagram.spec.toml.text import toml_string
from resnet_diagram.style.check import ROLES
from resnet_diagram.wording.language import phrases

SUFFIX = ".figure.toml"
"""Suffix of the annotation file beside a model: net.figure.toml for net.py."""

UNITS = "--unit"
"""Source of annotations that come from options alone."""

HIGHLIGHT = "highlight"
"""Theme style that fills highlighted boxes."""

_KEYS: dict[str, tuple[type, str]] = {
    "title": (str, "a text"),
    "caption": (str, "a text"),
    "notes": (list, "a list of texts"),
    "insets": (list, "a list of texts: modules, classes or titles of panels"),
    "braces": (dict, "a table with a module, or a list of modules, for each text"),
    "words": (dict, "a table with a text for each phrase of a drawing, such as 'identity shortcut'"),
    "parts": (dict, "a table with one table for each module or pattern"),
}
_PART_KEYS: dict[str, tuple[type, str]] = {
    "label": (str, "a text"),
    "color": (str, "a colour such as '#FFD580', or the name of a style of the theme"),
    "highlight": (bool, "true or false"),
    "badge": (str, "a text"),
    "note": (str, "a text"),
    "unit": (bool, "true or false"),
    "fold": (bool, "true or false"),
    "hide": (bool, "true or false"),
}
_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")


def annotations_in(value: str | Path | Mapping[str, Any]) -> Annotations:
    """Return the annotations in a TOML file, or in a dictionary of the same form. Raise UsageError."""
    if isinstance(value, Mapping):
        return _annotations(value, "annotate")
    check_text(value, "a file or a dictionary of annotations")
    path = Path(value)
    if not path.exists():
        raise UsageError(
            f"There is no annotation file '{path}'. 'resnet-diagram annotate SOURCE -o {path}' begins one."
        )
    return _annotations(read_toml(path, "Annotation file"), str(path))


def with_units(annotations: Annotations, words: Sequence[str]) -> Annotations:
    """Return annotations with a unit for each word: a path, a pattern or a module's name, or that `=LABEL`.

    >>> with_units(Annotations(), ["attn=Attention"]).parts[0].pattern
    '*.attn'
    """
    if not words:
        return annotations
    units = []
    for word in words:
        name, _, label = word.partition("=")
        pattern = name if set(name) & set(".*") else f"*.{name}"
        units.append(Part(pattern=pattern, label=label, unit=True))
    return replace(annotations, source=annotations.source or UNITS, parts=(*annotations.parts, *units))


def beside(source: str, folder: Path) -> Path | None:
    """Return the annotation file beside the file of a source, if there is one."""
    name = re.split(r"\.(?:py|ipynb|toml|json)\b", source, maxsplit=1)
    if len(name) < 2:
        return None
    path = folder / f"{name[0]}{SUFFIX}"
    return path if is_there(path) else None


def template(network: Network) -> str:
    """Return a file of annotations to begin with: the classes and modules of a network as comments."""
    name = " ".join(escape_controls(network.name).split())
    counts: Counter[str] = Counter()
    for cls in network.classes:
        counts[cls.name] += len(cls.paths)
    classes = [
        f"# [parts.{toml_string(cls)}]  # {count} module{'s' * (count > 1)}" for cls, count in counts.items()
    ]
    lines = [
        f"# Annotations for drawings of {name}; remove the # from the lines you need.",
        '# title = "Our network"',
        '# caption = "Our network, for 224×224 images."  # of a LaTeX float, and the notes of a slide',
        '# notes = ["A line for the legend."]',
        '# insets = ["layer3.*", "DualAttention"]  # panels of these modules alone, in this order',
        "# [braces]",
        '# "ours" = ["layer3", "layer4"]  # a brace under stages or blocks, with these words',
        "# [words]",
        '# "identity shortcut" = "skip connection"  # of the legend, and all other words of a drawing',
        "#",
        '# [parts."layer3.*.attn"]      # a module, or a pattern in which * stands for any text',
        '# label = "Dual attention"    # words in its box, or its title',
        '# highlight = true           # or color = "#FFD580"',
        '# badge = "ours"             # at the corner of its box',
        '# note = "new in this work"  # words of the legend on that colour, or with a line to its box',
        "# unit = true                # draw it as one box, and open it once in a panel of its own",
        "# fold = false               # of a stage: draw all of its blocks; true: as few as can be",
        "# hide = true                # leave it out; the legend says so",
        "#",
        *(["# Classes, for all their modules:", *classes, "#"] if classes else ()),
        "# Modules:",
        *(f"# [parts.{toml_string(path)}]" for path in module_paths(network)),
    ]
    return "\n".join(lines) + "\n"


def unmatched(path: Path, network: Network) -> tuple[str, ...]:
    """Return a line for each name in a file that no module or panel of a network has. Raise UsageError."""
    annotations = annotations_in(path)
    lines = [problem for _, problem in problems(annotations, [network])]
    if annotations.insets and not lines:
        from resnet_diagram.diagram.annotations.panels import built_with_units

        try:
            built_with_units([network], Options(annotations=matched(annotations, [network])), flat=False)
        except UsageError as error:
            lines.append(str(error))
    return tuple(lines)


def _annotations(table: Mapping[str, Any], source: str) -> Annotations:
    _check_keys(table, _KEYS, source)
    for key, value in table.items():
        if isinstance(value, list) and not all(isinstance(entry, str) for entry in value):
            raise UsageError(f"{source}: {key} is {value!r}; it must be {_KEYS[key][1]}.")
    braces = []
    for text, value in table.get("braces", {}).items():
        patterns = [value] if isinstance(value, str) else value
        if not isinstance(patterns, list) or not patterns or not all(isinstance(p, str) for p in patterns):
            raise UsageError(
                f"{source}: braces.{text!r} is {value!r}; it must be a module or a list of modules."
            )
        braces.append((_text(text, source), tuple(Part(pattern=pattern) for pattern in patterns)))
    words = {
        key: _text(text, source) if isinstance(text, str) else text
        for key, text in table.get("words", {}).items()
    }
    title = table.get("title")
    return Annotations(
        source=source,
        title=None if title is None else _text(title, source),
        caption=_text(table.get("caption", ""), source),
        notes=tuple(_text(note, source) for note in table.get("notes", ())),
        insets=tuple(table.get("insets", ())),
        braces=tuple(braces),
        words=tuple(phrases(words, f"{source}, words").items()),
        parts=tuple(_part(pattern, value, source) for pattern, value in table.get("parts", {}).items()),
    )


def _text(text: str, place: str) -> str:
    """Return a text with its formulas read. Raise UsageError for one that cannot be drawn."""
    if "$" not in text:
        return text
    from resnet_diagram.wording.formulas.read import with_formulas

    try:
        return with_formulas(text)
    except UsageError as error:
        raise UsageError(f"{place}: {error}") from error


def _part(pattern: str, table: Any, source: str) -> Part:
    place = f"{source}, parts.{pattern!r}"
    if not isinstance(table, Mapping):
        raise UsageError(f'{place} is {table!r}; it must be a table, such as {{label = "Attention"}}.')
    _check_keys(table, _PART_KEYS, place)
    color = table.get("color", "")
    if color and not (_COLOUR.fullmatch(color) or color in ROLES):
        hint = did_you_mean(closest(color, ROLES))
        raise UsageError(f"{place}: color is {color!r};{hint} it must be {_PART_KEYS['color'][1]}.")
    highlighted = HIGHLIGHT if table.get("highlight") else ""
    return Part(
        pattern=pattern,
        label=_text(table.get("label", ""), place),
        color=color or highlighted,
        badge=_text(table.get("badge", ""), place),
        note=_text(table.get("note", ""), place),
        unit=table.get("unit"),
        fold=table.get("fold"),
        hide=table.get("hide", False),
    )


def _check_keys(table: Mapping[str, Any], keys: Mapping[str, tuple[type, str]], place: str) -> None:
    """Raise UsageError for an unknown key, or a value of another type than expected."""
    for key, value in table.items():
        if key not in keys:
            hint = did_you_mean(closest(key, keys))
            raise UsageError(f"{place}: unknown key {key!r}.{hint} Known keys: {', '.join(keys)}.")
        kind, expected = keys[key]
        if not isinstance(value, kind):
            raise UsageError(f"{place}: {key} is {value!r}; it must be {expected}.")
