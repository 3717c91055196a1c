"""The networks known by name."""

from dataclasses import dataclass

from resnet_diagram.errors import SourceError, closest, did_you_mean
from resnet_diagram.spec.catalog_build import build
from resnet_diagram.spec.catalog_families import RECIPES, Recipe
from resnet_diagram.spec.model import Network

_LOOKALIKES = str.maketrans("oil", "011")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What the catalog says of a network.

    `paper` cites where it comes from; `summary` tells it from the others.
    """

    name: str
    summary: str
    paper: str


def names() -> tuple[str, ...]:
    """The names of all networks, as they are listed."""
    return tuple(RECIPES)


def entry(name: str) -> Entry:
    """What the catalog says of a network. Raises SourceError for an unknown name."""
    recipe = _recipe(name)
    return Entry(name=recipe.name, summary=recipe.summary, paper=recipe.paper)


def network(name: str) -> Network:
    """The network of that name. Raises SourceError for an unknown name."""
    return build(_recipe(name))


def _recipe(name: str) -> Recipe:
    recipe = RECIPES.get(name)
    if recipe is None:
        hint = did_you_mean(_closest(name))
        raise SourceError(f"No network named {name!r}.{hint} 'resnet-diagram list networks' shows all.")
    return recipe


def _closest(name: str) -> str:
    """The name of the catalog that is most like `name`, or nothing."""
    known = {_bare(one): one for one in RECIPES}
    return known.get(closest(_bare(name), known), "")


def _bare(name: str) -> str:
    """A name without what is easily mistaken: case, separators, and letters that look like digits.

    >>> _bare("ResNet-5O")
    'resnet50'
    """
    return "".join(sign for sign in name.lower().translate(_LOOKALIKES) if sign.isalnum())
