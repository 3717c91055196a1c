"""From layers, blocks and stages to the tables that describe them layer by layer."""

from collections.abc import Iterable
from typing import Any

from resnet_diagram.spec.measure import in_shape, is_gate
from resnet_diagram.spec.model import (
    Block,
    Element,
    Layer,
    LayerKind,
    Merge,
    Shortcut,
    ShortcutKind,
    Stage,
)
from resnet_diagram.spec.signature import anonymous
from resnet_diagram.spec.toml.expand.chain import Chain
from resnet_diagram.spec.toml.expand.elements import Written, kind_of
from resnet_diagram.spec.toml.expand.layers import layer_of
from resnet_diagram.spec.toml.schema.faults import DesignError
from resnet_diagram.spec.toml.schema.words import TABLE_OF_OP, WORD_OPS

Said = dict[str, Any]

_SAID = ("op", "kind", "out", "kernel", "width")
"""Keys that are written even where they may be left out."""
_KEYS = {
    "convolution": ("width", "kernel", "stride", "padding", "dilation", "groups", "bias"),
    "linear": ("width", "bias"),
    "pooling": ("kernel", "stride", "padding"),
    "zero padding": ("width",),
    "subsampling": ("stride",),
    "group norm": ("groups",),
    "any layer": ("kernel", "stride", "padding", "dilation", "groups", "bias"),
}


def spelled(elements: Iterable[Element]) -> list[Written]:
    """What a file says of a run of elements; equal blocks that follow each other are said once."""
    return counted(written(element) for element in elements)


def counted(written: Iterable[Written]) -> list[Written]:
    """The same with equal tables of blocks that follow each other counted in `repeat`."""
    found: list[Written] = []
    for said in written:
        last = found[-1] if found else None
        if _is_block(said) and isinstance(last, dict) and _uncounted(last) == said:
            found[-1] = {"repeat": last.get("repeat", 1) + 1} | _uncounted(last)
        else:
            found.append(said)
    return found


def _is_block(said: Written) -> bool:
    return isinstance(said, dict) and not {"op", "body"} & said.keys()


def _uncounted(said: Said) -> Said:
    return {key: value for key, value in said.items() if key != "repeat"}


def written(element: Element) -> Written:
    """What a file says of one element."""
    match element:
        case Layer():
            said = _layer(element)
            return said["op"] if said.keys() == {"op"} and said["op"] in WORD_OPS else said
        case Stage():
            return ({"name": element.name} if element.name else {}) | {"body": spelled(element.body)}
        case Block():
            return (_gate(element) if is_gate(element) else None) or _block(element)


def _layer(layer: Layer) -> Said:
    """The shortest table that makes the layer."""
    wanted = anonymous(layer)
    for table in (TABLE_OF_OP.get(layer.op, ""), "any layer"):
        full = _full(layer, table)
        for said in (full, full | {"ceil_mode": True}) if table == "pooling" else (full,):
            if table and _makes(said, wanted):
                return _shortest(said, wanted)
    raise DesignError(f"layer {layer.name!r} of kind '{layer.kind}' has a shape that no table describes.")


def _full(layer: Layer, table: str) -> Said:
    """A table with every key there is for it."""
    said: Said = {"op": layer.op}
    if table == "any layer":
        said |= {"kind": layer.kind.value, "out": list(layer.out_shape)}
    for key in _KEYS.get(table, ()):
        value = _width(layer) if key == "width" else getattr(layer, key)
        if value != ():
            said[key] = _short(value)
    settings: Said = {"settings": dict(layer.settings)} if layer.settings else {}
    return said | settings | {"params": layer.params, "macs": layer.macs}


def _width(layer: Layer) -> int:
    return layer.out_shape[-1 if layer.kind is LayerKind.LINEAR else 0]


def _short(value: Any) -> Any:
    """Equal sizes as one number."""
    if isinstance(value, tuple):
        return value[0] if len(set(value)) == 1 else list(value)
    return value


def _makes(said: Said, wanted: Layer) -> bool:
    try:
        return layer_of(said, wanted.in_shape) == wanted
    except (DesignError, KeyError):
        return False


def _shortest(said: Said, wanted: Layer) -> Said:
    """The same table without the keys that may be left unsaid."""
    for key in [key for key in said if key not in _SAID]:
        shorter = {one: value for one, value in said.items() if one != key}
        said = shorter if _makes(shorter, wanted) else said
    return said


def _gate(block: Block) -> Written | None:
    """A squeeze-and-excitation gate in short, where it is the usual one."""
    squeeze = [
        layer for layer in block.branches[-1] if isinstance(layer, Layer) and layer.kind is LayerKind.CONV
    ]
    if not squeeze or not squeeze[0].out_shape[0] or len(block.branches) != 2:
        return None
    channels, hidden = squeeze[0].in_shape[0], squeeze[0].out_shape[0]
    reduction = 16 if channels // 16 == hidden else channels // hidden
    made = Chain(in_shape(block))
    made.gate(max(1, reduction), "")
    if anonymous(made.elements[0]) != anonymous(block):
        return None
    return "se" if reduction == 16 else {"op": "se", "reduction": reduction}


def _block(block: Block) -> Said:
    said: Said = {}
    if block.before:
        said["before"] = spelled(block.before)
    if len(block.branches) == 1 and block.shortcut:
        said["layers"] = spelled(block.branches[0])
    else:
        said["branches"] = [spelled(branch) for branch in block.branches]
    said |= _shortcut(block.shortcut, "layers" in said)
    if block.merge is not Merge.ADD:
        said["merge"] = block.merge.value
    if block.signs:
        said["signs"] = list(block.signs)
    if block.after:
        said["after"] = spelled(block.after)
    return said


def _shortcut(shortcut: Shortcut | None, is_usual: bool) -> Said:
    """`is_usual`: an identity is understood."""
    if shortcut is None:
        return {}
    if shortcut.kind is ShortcutKind.IDENTITY:
        return {} if is_usual else {"shortcut": "identity"}
    layers = spelled(shortcut.layers)
    if kind_of(shortcut.layers) is shortcut.kind:
        return {"shortcut": layers}
    return {"shortcut": {"kind": shortcut.kind.value, "layers": layers}}
