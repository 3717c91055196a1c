"""Tables for every format."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from resnet_diagram.spec import catalog
from resnet_diagram.spec.model import Layer, LayerKind, Network, Stage
from resnet_diagram.tables.architecture import architecture_table
from resnet_diagram.tables.model import Table, Wanted
from resnet_diagram.tables.shortcuts import shortcut_table
from tests.tables.reading import traced

FIVE = ("resnet18", "resnet34", "resnet50-v1", "resnet101-v1", "resnet152-v1")

NASTY = r'a_b%c#d&e$f~g^h\i{j}k [x](y) *y* __z__ | "q" <i>&amp;</i> `t` -- 3×3 www.a.b Größe'
"""A name with every sign that means something to one of the formats."""


def architecture(*names: str) -> Table:
    return architecture_table([catalog.network(name) for name in names], Wanted())


def shortcuts(*names: str) -> Table:
    return shortcut_table([catalog.network(name) for name in names], Wanted())


def nasty(name: str = NASTY) -> Table:
    """A table with a name in every place that takes one."""
    layer = Layer(kind=LayerKind.OPAQUE, op=name, in_shape=(4, 8, 8), out_shape=(4, 8, 8), name=name)
    bracket = replace(layer, op="[first] *star")
    body = (Stage(name=name, body=(layer, bracket, bracket)),)
    one = Network(name=name, input_shape=(4, 8, 8), body=body)
    table = architecture_table([one, replace(one, name="other")], Wanted())
    return replace(table, notes=(*table.notes, name))


TABLES: dict[str, Callable[[], Table]] = {
    "five": lambda: architecture(*FIVE),
    "one": lambda: architecture("resnet50"),
    "grouped": lambda: architecture("resnet50", "resnext50_32x4d", "seresnet50"),
    "other inputs": lambda: architecture("resnet20", "resnet50", "wrn-28-10"),
    "shortcuts": lambda: shortcuts("resnet50d"),
    "shortcuts of five": lambda: shortcuts(*FIVE),
    "nasty": nasty,
}

TRACED: Sequence[str] = (
    "unet",
    "signal",
    "volume",
    "dense",
    "inverted",
    "branches",
    "tokens",
    "enlarge",
    "nothing",
)


def traced_table(name: str) -> Table:
    return architecture_table([traced(name)], Wanted())
