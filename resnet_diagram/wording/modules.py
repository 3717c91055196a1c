"""Titles of stages, and names of modules in plain words: "FPN" for `backbone.fpn`."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from functools import partial

from resnet_diagram.spec.model import Network, Stage
from resnet_diagram.spec.paths import abbreviated
from resnet_diagram.wording.terms import Kind, Label, literal, phrase
from resnet_diagram.wording.vocabulary import Word

_MAX_NAME_LENGTH = 28
_CONTAINERS = {
    *("body", "layer", "layers", "block", "blocks", "model", "module", "modules", "module_list", "net")
}
"""Attributes that do not say what a module does."""
_LETTERS = 3
"""Least letters of an attribute that is a word."""
_ABBREVIATIONS = ("ASPP", "BiFPN", "FPN", "MLP", "PPM", "PSP", "RPN", "RoI", "SE", "SPP", "SPPF", "TCN")
_WORD = re.compile(r"[A-Z][a-z]?[A-Z]+(?![a-z])|[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+[a-z]?(?![a-z])")
"""Words of a class or an attribute, such as "BiFPN", "RoI", "Heads"."""

Classes = Mapping[str, str]
"""The name of the class of each module, by path."""


class StageNames(StrEnum):
    """Naming scheme of stages: "Stage 2", "conv3_x" as in the 2015 paper, "layer2" as in the code."""

    STAGE = "stage"
    PAPER = "paper"
    MODULE = "module"
    BOTH = "both"


def stage_title(stage: Stage, number: int, names: StageNames) -> Label:
    """Return the title of a stage; the 2015 paper calls those of its Table 1 conv2_x to conv5_x."""
    paper = literal(f"conv{number + 1}_x", Kind.TITLE)
    path = shortened(stage.name)
    module = literal(path) if path else phrase(Kind.TITLE, Word.UNNAMED_STAGE, number)
    match names:
        case StageNames.PAPER:
            return paper
        case StageNames.MODULE:
            return module
        case StageNames.BOTH:
            return Label(paper, module, joint=" / ")
        case StageNames.STAGE:
            return phrase(Kind.TITLE, Word.STAGE, number)


def shortened(path: str) -> str:
    """Return a module's path, with an ellipsis for its middle if it is very long.

    >>> shortened("backbone.encoder_stage_with_residual_blocks")
    'backbone.encod…sidual_blocks'
    """
    half = (_MAX_NAME_LENGTH - 1) // 2
    return path if len(path) <= _MAX_NAME_LENGTH else f"{path[: half + 1]}…{path[-half:]}"


def classes_of(network: Network) -> dict[str, str]:
    """Return the name of the class of each module of a network."""
    return {path: cls.name for cls in network.classes for path in cls.paths}


def module_names(paths: Iterable[str], classes: Classes, reserved: Iterable[str] = ()) -> dict[str, str]:
    """Return a name for each of some modules of one figure; none is among those `reserved`.

    Names that several would have are told apart by numbers in lists, else by the modules around.

    >>> module_names(["net.fpn", "heads.0", "heads.1"], {})
    {'net.fpn': 'FPN', 'heads.0': 'heads 1', 'heads.1': 'heads 2'}
    >>> module_names(["hg.0.low2", "hg.1.low2"], {"hg.0": "Hourglass", "hg.1": "Hourglass"})
    {'hg.0.low2': 'hourglass 1 low 2', 'hg.1.low2': 'hourglass 2 low 2'}
    """
    modules_left = list(dict.fromkeys(paths))
    names, used = dict[str, str](), set(reserved)
    for spelled in (partial(_name, with_numbers=False), _name, _full_name):
        spellings = {path: spelled(path, classes) for path in modules_left}
        counts = Counter(spellings.values())
        names |= {path: name for path, name in spellings.items() if counts[name] == 1 and name not in used}
        used |= counts.keys()
        modules_left = [path for path in modules_left if path not in names]
    return {**names, **{path: path for path in modules_left}}


def list_of_modules(paths: Iterable[str], classes: Classes) -> str:
    """Return the first few names of modules, numbered ones together; nothing if one has no word for a name.

    >>> list_of_modules(["stage2", "stage3", "rpn"], {}), list_of_modules(["n3", "n4"], {})
    ('stages 2–3, RPN', '')
    """
    modules = [path for path in dict.fromkeys(paths) if path]
    if any(sum(map(str.isalpha, _name(path, classes, with_numbers=False))) < _LETTERS for path in modules):
        return ""
    numbers: dict[str, list[int]] = {}
    for name in module_names(modules, classes).values():
        word, _, number = name.rpartition(" ")
        is_numbered = bool(word) and number.isdigit()
        numbers.setdefault(word if is_numbered else name, []).extend([int(number)] if is_numbered else [])
    words = [numbered(word, values) if values else word for word, values in numbers.items()]
    return abbreviated(words)


def numbered(word: str, numbers: Sequence[int]) -> str:
    """Return a name with its numbers, such as "stage 2", "stages 2–4"; "stages" where some are left out.

    >>> numbered("stage", [2]), numbered("stage", [4, 2, 3]), numbered("stage", [2, 4])
    ('stage 2', 'stages 2–4', 'stages')
    """
    first, last = min(numbers), max(numbers)
    if len(numbers) == 1:
        return f"{word} {first}"
    return f"{_plural(word)} {first}–{last}" if last - first < len(numbers) else _plural(word)


def is_container(path: str) -> bool:
    """Return whether a module's attribute does not say what it does, as `blocks` does not."""
    return path.rpartition(".")[2] in _CONTAINERS


def _full_name(path: str, classes: Classes) -> str:
    """Return a module's name behind those of the modules around it, such as "level 3 tree 1.2"."""
    outer = re.sub(r"\.?[^.]*(\.\d+)*$", "", path)
    name = _name(path, classes)
    around = _full_name(outer, classes) if outer else ""
    word, _, number = name.rpartition(" ")
    if word and number.isdigit() and re.search(rf"\b{word} [\d.]+$", around):
        return f"{around}.{number}"
    return f"{around} {name}".strip()


def _name(path: str, classes: Classes, *, with_numbers: bool = True) -> str:
    """Return the words of a module's attribute, or of its class if the attribute is a number or no word."""
    segments = path.split(".")
    numbers = [str(int(segment) + 1) for segment in segments if segment.isdigit()]
    numbers = numbers if segments[-1].isdigit() else []
    attributes = [segment for segment in segments if not segment.isdigit()] or [path]
    attribute = next((item for item in reversed(attributes) if item not in _CONTAINERS), attributes[-1])
    is_word = sum(map(str.isalpha, attribute)) >= _LETTERS and attribute not in _CONTAINERS
    class_name = classes.get(path, "")
    part_class = classes.get(f"{path}.0", "") if not (class_name or numbers) else ""
    text = (class_name or part_class) if (class_name and numbers) or not is_word else ""
    numbers = numbers or ([attribute] if text == class_name and class_name else [])
    text = text or attribute
    if text == attribute and not is_word:
        return path.removeprefix(".".join(segments[: segments.index(attribute)]) + ".")
    capitals = {word.lower(): word for word in _ABBREVIATIONS}
    capitals |= {
        word.lower(): word
        for name in classes.values()
        for word in _WORD.findall(name)
        if not word[1:].islower() and len(word) > 1
    }
    initials = "".join(re.findall("[A-Z]", class_name)).lower()
    if len(initials) > 1:
        capitals.setdefault(initials, initials.upper())
    words = " ".join(capitals.get(word.lower(), word.lower()) for word in _WORD.findall(text)) or text
    words = _plural(words) if text == part_class else words
    return f"{words} {'.'.join(numbers)}" if with_numbers and numbers else words


def _plural(words: str) -> str:
    return f"{words}es" if words.endswith("ss") else words if words.endswith("s") else f"{words}s"
