"""Dotted paths of modules, such as `layer2.0.conv1`."""

import re
from collections.abc import Iterable
from itertools import takewhile


def common_path(paths: Iterable[str]) -> str:
    """Return the path that all paths begin with.

    >>> common_path(["a.b.c", "a.b.d"]), common_path(["a.b"]), common_path(["a", "b"])
    ('a.b', 'a.b', '')
    """
    columns = zip(*(path.split(".") for path in paths), strict=False)
    return ".".join(column[0] for column in takewhile(lambda column: len(set(column)) == 1, columns))


def outer_paths(path: str) -> list[str]:
    """Return the paths of the modules around a module, outermost first, without the whole network.

    >>> outer_paths("layer3.0.conv1")
    ['layer3', 'layer3.0']
    """
    return [path[:at] for at, sign in enumerate(path) if sign == "."]


def with_outer(path: str) -> list[str]:
    """Return the paths of the modules around a module, and its own, outermost first.

    >>> with_outer("layer3.0.conv1")
    ['layer3', 'layer3.0', 'layer3.0.conv1']
    """
    return [*outer_paths(path), path]


def is_within(path: str, module: str) -> bool:
    """Return whether a path is that of a module or of a part of it.

    >>> is_within("layer1.0", "layer1"), is_within("layer1", "layer1"), is_within("layer10", "layer1")
    (True, True, False)
    """
    return f"{path}.".startswith(f"{module}.")


def abbreviated(names: Iterable[str], most: int = 4) -> str:
    """Return the first few names, and the number of the others; empty names are left out.

    >>> abbreviated(["a", "", "b"]), abbreviated("abcdef")
    ('a, b', 'a, b, c, d and 2 more')
    """
    items = [name for name in names if name]
    more = f" and {len(items) - most} more" if len(items) > most else ""
    return ", ".join(items[:most]) + more


def before_arguments(source: str) -> str:
    """Return a source without its arguments; brackets in the name of a file are no arguments.

    >>> before_arguments("net.py:Net(3)"), before_arguments("net (1).py:Net('a.py:b')")
    ('net.py:Net', 'net (1).py:Net')
    """
    head, bracket, _ = source.partition("(")
    if not bracket or ":" in head[2:]:
        return head
    file = re.match(r".*?\.(?:py|ipynb|pt2?|pth|ckpt)(?=:|$)", source, re.DOTALL)
    return f"{file[0]}{source[file.end() :].partition('(')[0]}" if file else head


def module_and_attribute(source: str) -> tuple[str, str]:
    """Return the file or module named by a source, and the attribute in it.

    >>> module_and_attribute("net.py:Net(3)"), module_and_attribute("C:/net.py")
    (('net.py', 'Net'), ('C:/net.py', ''))
    """
    head = before_arguments(source)
    colon = head.rfind(":")
    if colon < 0 or (colon == 1 and head[0].isalpha() and head[2:3] in ("\\", "/")):
        return head, ""
    return head[:colon], head[colon + 1 :]
