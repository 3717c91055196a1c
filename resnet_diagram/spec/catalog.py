"""The networks known by name.

Each family has a file in `networks/`: the common settings of its networks, then a `[[network]]` table for
each, with the keys of `toml/schema/keys.py`, its `paper` and a `summary` that distinguishes it.
"""

import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from resnet_diagram.dataclass import dataclass
from resnet_diagram.errors import SourceError, check_text, closest, did_you_mean
from resnet_diagram.spec.model import Network

FAMILIES = (
    "resnet resnet-v1 plain resnext wide-resnet resnet-d se-resnet resnet-v2 cifar cifar-preact cifar-wide"
).split()
"""The files, in the order their networks are listed."""

LIBRARIES = ("torchvision", "timm", "transformers")
"""Installed packages of models, which `torchvision:resnet50` and its kin name."""

_FOLDER = Path(__file__).parent / "networks"
_OF_TORCHVISION = (
    r"(vgg|densenet|squeezenet|shufflenet|mobilenet|mnasnet|efficientnet|regnet|convnext|vit|swin|maxvit)\w*\d|"
    r"(alexnet|googlenet|inceptionv3|convnext|swin|vit|maxvit|efficientnet|mobilenet)[a-z]*$"
)
"""Families of networks that torchvision has and the catalog has not, without separators."""

_LOOKALIKES = str.maketrans("oil", "011")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Catalog entry of a network.

    `paper` cites its source; `summary` distinguishes it from other networks.
    """

    name: str
    summary: str
    paper: str


def names() -> tuple[str, ...]:
    """Return the names of all networks, in the order of the listing."""
    return tuple(_homes())


def entry(name: str) -> Entry:
    """Return the catalog entry of a network. Raises SourceError for an unknown name."""
    table = _table(name)
    return Entry(name=name, summary=table["summary"], paper=table["paper"])


def design(name: str) -> dict[str, Any]:
    """Return the TOML values of a network, as in a spec file of its own. Raises SourceError."""
    return {key: value for key, value in _table(name).items() if key not in ("summary", "paper")}


def network(name: str) -> Network:
    """Return the network with this name; case and separators are ignored.

    Raises SourceError for an unknown name.
    """
    from resnet_diagram.spec.toml.expand.network import build

    check_text(name, "the name of a network")
    listed = canonical(name)
    return replace(build(design(listed)), source=listed)


def canonical(name: str) -> str:
    """Return the catalog name that differs only in case and separators, or the name unchanged.

    >>> canonical("ResNet-50"), canonical("WRN_28_10"), canonical("resnet51")
    ('resnet50', 'wrn-28-10', 'resnet51')
    """
    return _spellings().get(_letters(name), name) if name not in _homes() else name


@cache
def _spellings() -> dict[str, str]:
    return {_letters(name): name for name in names()}


def _letters(name: str) -> str:
    return "".join(sign for sign in name.lower() if sign.isalnum())


def _table(name: str) -> dict[str, Any]:
    """Return the family's common keys and the network's own keys."""
    family = _homes().get(name)
    if family is None:
        if re.match(_OF_TORCHVISION, _letters(name)):
            raise SourceError(
                f"The catalog holds residual networks; it has no {name!r}. torchvision has it, if it is "
                f"installed: torchvision:{name.lower().replace('-', '')}."
            )
        bare, bracket, _ = name.partition("(")
        if bracket and canonical(bare) in _homes():
            raise SourceError(
                f"{bare!r} is a network by name, which takes no arguments, in {name!r}. Write it as a spec "
                f"file, and change that: resnet-diagram spec {bare} -o net.toml"
            )
        available = {_bare(item): item for item in names()}
        hint = did_you_mean(available.get(closest(_bare(name), available), ""))
        raise SourceError(f"No network named {name!r}.{hint} 'resnet-diagram list networks' shows all.")
    return _members(family)[name]


@cache
def _homes() -> dict[str, str]:
    """Return the family of each name, found by a text search, since only one family will be parsed."""
    return {
        name: family
        for family in FAMILIES
        for name in re.findall(r'^name = "(.*)"$', _text(family), re.MULTILINE)
    }


@cache
def _text(family: str) -> str:
    return (_FOLDER / f"{family}.toml").read_text(encoding="utf-8")


@cache
def _members(family: str) -> dict[str, dict[str, Any]]:
    import tomllib

    shared = tomllib.loads(_text(family))
    left = shared.pop("network")
    return {item["name"]: shared | item for item in left}


def _bare(name: str) -> str:
    """Return a name without easily confused characters: case, separators and letters that resemble digits.

    >>> _bare("ResNet-5O")
    'resnet50'
    """
    return "".join(sign for sign in name.lower().translate(_LOOKALIKES) if sign.isalnum())
