"""Networks of the catalog, by name."""

from resnet_diagram.spec import catalog
from resnet_diagram.spec.model import Network


def is_name(source: str) -> bool:
    """Return whether a source is a name and not a path or a module; the catalog need not have it."""
    head = source.partition("(")[0]
    return source in catalog.names() or not any(mark in head for mark in (":", ".", "/", "\\"))


def read_named(source: str) -> Network:
    """Return the network of that name. Raise SourceError, with a suggestion, if there is none."""
    return catalog.network(source)
