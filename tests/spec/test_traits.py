"""Every kind of layer and shortcut has a row in each table that is keyed by kinds."""

import importlib
import pkgutil
from collections.abc import Iterator

import pytest

import resnet_diagram
from resnet_diagram.diagram import legend
from resnet_diagram.diagram.model import EdgeRole, NodeRole
from resnet_diagram.diagram.roles import edge_role, node_role
from resnet_diagram.spec.model import Layer, LayerKind, Merge, ShortcutKind
from resnet_diagram.spec.traits import FOLLOWING, LAYERS, SHORTCUTS, WEIGHTED, is_renaming
from resnet_diagram.wording.layers import kind_label
from resnet_diagram.wording.vocabulary import SHORTCUT_WORDS

PARTIAL = {
    "diagram.chain.blocks._CHOSEN": "norms and activations can be hidden",
    "tables.words._MERGED": "a concatenation has a word of its own",
    "wording.contents._MIXING": "layers of other kinds are named by operation, or counted as layers",
    "wording.contents._OTHERS": "layers of other kinds are counted as layers",
    "codegen.layers._KINDS": "other kinds have a maker by operation, or are refused",
}
"""Tables that hold some kinds on purpose, with the reason."""


def tables() -> Iterator[tuple[str, dict[object, object]]]:
    """Yield each module-level mapping keyed by an enum of the spec, with its dotted name."""
    for module in pkgutil.walk_packages(resnet_diagram.__path__, "resnet_diagram."):
        if module.name.endswith("__main__") or ".integrations" in module.name:
            continue
        namespace = vars(importlib.import_module(module.name))
        for name, value in namespace.items():
            if isinstance(value, dict) and value and not name.startswith("__"):
                yield f"{module.name.removeprefix('resnet_diagram.')}.{name}", value


def test_tables_keyed_by_kind_are_total() -> None:
    checked, lacking = set(), []
    for place, table in tables():
        for enum in (LayerKind, ShortcutKind, Merge):
            if all(isinstance(key, enum) for key in table):
                checked.add(place)
                missing = set() if place in PARTIAL else set(enum) - table.keys()
                lacking += [f"{place} lacks {kind!r}" for kind in sorted(missing)]
    assert lacking == []
    assert {"spec.traits.LAYERS", "spec.traits.SHORTCUTS", *PARTIAL} <= checked


@pytest.mark.parametrize("kind", LayerKind)
def test_each_layer_kind_has_a_role(kind: LayerKind) -> None:
    assert node_role(kind) in NodeRole
    assert LAYERS[kind].attribute.isidentifier()


@pytest.mark.parametrize("kind", ShortcutKind)
def test_each_shortcut_kind_has_a_role_of_its_own(kind: ShortcutKind) -> None:
    assert edge_role(kind) in EdgeRole
    assert [edge_role(other) for other in ShortcutKind].count(edge_role(kind)) == 1
    assert bool(SHORTCUTS[kind].holds) == bool(SHORTCUTS[kind].holds_text)


@pytest.mark.parametrize("kind", ShortcutKind)
def test_each_shortcut_kind_has_a_name_and_words(kind: ShortcutKind) -> None:
    assert kind_label(kind)
    assert kind in SHORTCUT_WORDS
    assert edge_role(kind) in legend.WORDS


def test_weighted_layers_follow_nothing() -> None:
    assert {LayerKind.CONV, LayerKind.LINEAR} == WEIGHTED
    assert not WEIGHTED & FOLLOWING


@pytest.mark.parametrize(("op", "renames"), [("flatten", True), ("permute", True), ("subsample", False)])
def test_a_strided_slice_is_no_renaming(op: str, renames: bool) -> None:
    layer = Layer(kind=LayerKind.RESHAPE, op=op, in_shape=(4, 2, 2), out_shape=(4, 2, 2))
    assert is_renaming(layer) is renames
