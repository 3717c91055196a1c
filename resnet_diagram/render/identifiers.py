"""Ids of nodes and groups as names that DOT and Mermaid take without quotes."""

import re
from collections.abc import Iterable

# Words, and beginnings of words, that mean something to one of the two.
_RESERVED = re.compile(
    r"(?i)(node|edge|graph|digraph|subgraph|strict|end|click|call|href|style|class|default|flowchart|interpolate"
    r"|linkstyle|classdef|direction|tb|td|bt|lr|rl|[ox\d].*)"
)


def identifiers(ids: Iterable[str]) -> dict[str, str]:
    """Return a unique identifier for each id: letters, digits and underscores, no reserved words.

    >>> identifiers(["stage3-block1-conv2", "stage3.block1.conv2", "end", "x1", "1", "残差", ""])
    ... # doctest: +NORMALIZE_WHITESPACE
    {'stage3-block1-conv2': 'stage3_block1_conv2', 'stage3.block1.conv2': 'stage3_block1_conv2_2',
     'end': 'n_end', 'x1': 'n_x1', '1': 'n_1', '残差': 'n_', '': 'n__2'}
    """
    names: dict[str, str] = {}
    used: set[str] = set()
    for item in dict.fromkeys(ids):
        name = re.sub(r"[^A-Za-z0-9_]+", "_", item).strip("_")
        if not name or _RESERVED.fullmatch(name):
            name = f"n_{name}"
        number, free = 1, name
        while free.lower() in used:
            number += 1
            free = f"{name}_{number}"
        names[item] = free
        used.add(names[item].lower())
    return names
