"""Networks of the catalog, by name."""

from resnet_diagram.spec import catalog


def is_name(source: str) -> bool:
    """Return whether a source is a name and not a path or a module; the catalog need not have it."""
    head = source.partition("(")[0]
    return source in catalog.names() or not any(mark in head for mark in (":", ".", "/", "\\"))
