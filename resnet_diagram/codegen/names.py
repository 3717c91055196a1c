"""Names in generated code: the network's own names if they are valid, else conventional ones."""

import keyword
import re
from collections.abc import Collection, Sequence
from itertools import count

from resnet_diagram.spec.model import Element, Layer, LayerKind, Stage
from resnet_diagram.spec.traits import LAYERS

Aligned = tuple[Element, ...]

_NN_MODULE = """
add_module apply bfloat16 buffers call_super_init children compile cpu cuda double dump_patches
eval extra_repr float forward get_buffer get_extra_state get_parameter get_submodule half ipu
load_state_dict modules mtia named_buffers named_children named_modules named_parameters
parameters register_buffer register_forward_hook register_module register_parameter
requires_grad_ set_extra_state set_submodule share_memory state_dict to to_empty train training
type xpu zero_grad T_destination
"""
_TAKEN = frozenset(_NN_MODULE.split())
"""Attributes of `nn.Module`."""

_MODULE_NAMES = frozenset({"torch", "nn", "Tensor", "F", "Sequence", "x"})
_USUAL = {"batch_norm": "bn", "max_pool": "maxpool", "avg_pool": "avgpool", "global_avg_pool": "avgpool"}


def function_name(name: str) -> str:
    """Return a network's name as a valid Python function name.

    >>> function_name("resnet50-v1"), function_name("ResNet(depth=20)"), function_name("3d")
    ('resnet50_v1', 'resnet_depth_20', 'net_3d')
    """
    plain = re.sub(r"\W+", "_", name.rpartition(":")[2], flags=re.ASCII).strip("_").lower()
    if not plain or plain[0].isdigit():
        plain = f"net_{plain}".strip("_")
    return f"{plain}_net" if keyword.iskeyword(plain) or plain in _MODULE_NAMES else plain


def is_attribute(name: str) -> bool:
    """Return whether a module can have an attribute of that name."""
    fits = name.isascii() and name.isidentifier() and not keyword.iskeyword(name)
    return fits and name not in _TAKEN and not name.startswith("_")


def relative(name: str, owner: str) -> str:
    """Return a name relative to the part of the model named `owner`; "" if it is outside that part.

    >>> relative("layer1.0.conv1", "layer1.0"), relative("fc", ""), relative("fc", "layer1")
    ('conv1', 'fc', '')
    """
    if not owner:
        return name
    return name[len(owner) + 1 :] if name.startswith(f"{owner}.") else ""


def attribute_names(cells: Sequence[Aligned], owners: Sequence[str]) -> list[str]:
    """Return a name for each cell: an attribute, or `attribute.position` for items of a sequence.

    `owners`: the name of the block of each item of a cell. The model's own names are kept if they are
    valid attributes and unique.
    """
    left = []
    for cell in cells:
        names_in_code = {relative(item.name, owner) for item, owner in zip(cell, owners, strict=True)}
        left.append(names_in_code.pop() if len(names_in_code) == 1 else "")
    members = _sequences(left)
    plain = [name for name, member in zip(left, members, strict=True) if not member]
    names = []
    for (first, *_), name, member in zip(cells, left, members, strict=True):
        is_named = not isinstance(first, Layer) or first.params > 0 or first.kind is LayerKind.POOL
        valid = is_named and is_attribute(name) and plain.count(name) == 1
        names.append(name if member or valid else "")
    nameless = [cell for cell, name in zip(cells, names, strict=True) if not name]
    usual_names = iter(_usual_names(nameless, {name.partition(".")[0] for name in names}))
    return [name or next(usual_names) for name in names]


def _sequences(names: Sequence[str]) -> list[bool]:
    """Flag the names that are items of a complete sequence: `branch.0`, `branch.1`, …, adjacent."""
    heads = [name.rpartition(".")[0] for name in names]
    items = [False] * len(names)
    for head in {head for head in heads if is_attribute(head)}:
        places = [place for place, right in enumerate(heads) if right == head]
        target = [f"{head}.{number}" for number in range(len(places))]
        side_by_side = places[-1] - places[0] == len(places) - 1
        if side_by_side and [names[place] for place in places] == target and head not in names:
            for place in places:
                items[place] = True
    return items


def _usual_names(cells: Sequence[Aligned], used: Collection[str]) -> list[str]:
    """Return the conventional names, numbered if several cells share one.

    Activations without weights share one name.
    """
    bases = []
    for first, *_ in cells:
        if not isinstance(first, Layer):
            bases.append("layer" if isinstance(first, Stage) else "block")
        elif first.kind is LayerKind.ACTIVATION:
            bases.append(first.op)
        else:
            bases.append(_USUAL.get(first.op) or LAYERS[first.kind].attribute)
    counters = {base: count(1) for base in bases}
    names = []
    for cell, base in zip(cells, bases, strict=True):
        shared = isinstance(cell[0], Layer) and cell[0].kind is LayerKind.ACTIVATION and not cell[0].params
        alone = bases.count(base) == 1 and base not in used
        tries = (f"{base}{number}" for number in counters[base])
        names.append(base if shared or alone else next(name for name in tries if name not in used))
    return names
