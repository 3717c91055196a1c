"""Generate the shortcut of a class: its layers, and the condition for it instead of an identity."""

from collections.abc import Sequence
from dataclasses import replace

from resnet_diagram.codegen.blocks.body import Body, aligned, check_joints, layer_cell
from resnet_diagram.codegen.blocks.parameters import Scope, Variable, compact
from resnet_diagram.codegen.blocks.pattern import arm
from resnet_diagram.codegen.inline import channel_padding
from resnet_diagram.codegen.names import is_attribute, relative
from resnet_diagram.codegen.text import Call
from resnet_diagram.dataclass import dataclass
from resnet_diagram.spec.measure import in_shape, out_shape, walk
from resnet_diagram.spec.model import Block, Element, Layer, LayerKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Arm:
    """A shortcut with layers: its attribute, and when a block has it ("" for always)."""

    name: str
    call: Call
    condition: str


def zero_padding(elements: Sequence[Element]) -> bool:
    """Return whether these are the layers of option A.

    Some positions, zeros for the missing channels, or both.
    """
    layers = [element for element in elements if isinstance(element, Layer)]
    ops = tuple(layer.op for layer in layers)
    if ops not in (("subsample", "zero_pad"), ("zero_pad",), ("subsample",)) or len(layers) != len(elements):
        return False
    regular = all(len(set(layer.stride)) <= 1 for layer in layers)
    pads = [layer for layer in layers if layer.op == "zero_pad"]
    channels_only = all(layer.in_shape[1:] == layer.out_shape[1:] for layer in pads)
    return regular and channels_only and len(layers[-1].in_shape) > 1


def shortcut(blocks: Sequence[Block], body: Body) -> Arm | None:
    """Return the shortcut of a class of blocks, or None if all its shortcuts are identities."""
    arms = [arm(block) for block in blocks]
    places = [place for place, layers in enumerate(arms) if layers]
    if not places:
        return None
    some = [arms[place] for place in places]
    name = "shortcut"
    with body.scope.at(places) as inner:
        if all(zero_padding(run) for run in some):
            ends = [(in_shape(run)[0], out_shape(run)[0]) for run in some]
            channel = inner.channel([before for before, _ in ends], "in_channels")
            yielded = inner.channel([after for _, after in ends], "out_channels")
            firsts = [run[0] for run in some]
            strides = [compact(each.stride or (1,)) for each in firsts if isinstance(each, Layer)]
            call = Call("ZeroPadding", (channel, yielded, inner.setting(strides, "stride", 1)))
        else:
            own = _name(some, [blocks[place].name for place in places])
            name = own if own not in body.attributes else name
            call = _modules(some, replace(body, scope=inner), name)
    flags = [bool(item) for item in arms]
    return Arm(name=name.partition(".")[0], call=call, condition=condition(body.scope, flags))


def _modules(arms: Sequence[tuple[Element, ...]], body: Body, name: str) -> Call:
    """Return the call that creates the layers of a shortcut.

    If only some shortcuts have a pooling, the others get an identity instead. On a shortcut without weights,
    zero padding of channels is option A: the zeros follow the channels.
    """
    longest = max(len(run) for run in arms)
    pooled = [place for place, run in enumerate(arms) if len(run) == longest]
    calls: list[Call | str] = []
    if len(pooled) < len(arms):
        with body.scope.at(pooled) as inner:
            pool = _ceiled(replace(body, scope=inner).module(tuple(arms[place][0] for place in pooled)))
        calls.append(f"{pool} if stride != 1 else nn.Identity()")
    rest = [run if len(run) < longest or len(pooled) == len(arms) else run[1:] for run in arms]
    check_joints(cells := aligned(rest))
    weightless = not any(layer.params for layer in walk(arms[0]))
    modules = []
    for cell in cells:
        is_padding = weightless and isinstance(cell[0], Layer) and cell[0].op == "zero_pad"
        modules.append(channel_padding(layer_cell(cell), body.scope) if is_padding else body.module(cell))
    first = cells[0][0]
    if isinstance(first, Layer) and first.kind is LayerKind.POOL:
        modules[0] = _ceiled(modules[0])
    calls += modules
    single = len(calls) == 1 and isinstance(calls[0], Call) and not name.endswith(".0")
    return calls[0] if single and isinstance(calls[0], Call) else Call("nn.Sequential", tuple(calls))


def _ceiled(pool: Call) -> Call:
    """Return a pooling by stride with `ceil_mode=True`, to match the strided convolution at odd sizes."""
    by_stride = len(pool.args) == 1 and pool.callee.startswith(("nn.AvgPool", "nn.MaxPool"))
    return replace(pool, args=(*pool.args, "ceil_mode=True")) if by_stride else pool


def _name(arms: Sequence[Sequence[Element]], owners: Sequence[str]) -> str:
    """Return the shortcut's own name, with `.0` for a sequence of one module; else the common name."""
    longest = max(len(run) for run in arms)
    heads = set()
    for run, owner in zip(arms, owners, strict=True):
        for number, element in enumerate(run, longest - len(run)):
            head, dot, last = relative(element.name, owner).rpartition(".")
            alone = longest == 1 and not dot
            heads.add(last if alone else head if last == str(number) else "")
    head = heads.pop() if len(heads) == 1 else ""
    if is_attribute(head):
        return head if relative(arms[0][-1].name, owners[0]) == head else f"{head}.0"
    ops = [element.op for element in max(arms, key=len) if isinstance(element, Layer)]
    return "downsample" if ops == ["conv", "batch_norm"] else "shortcut"


def condition(scope: Scope, flags: Sequence[bool]) -> str:
    """Return a condition on the constructor parameters; add a parameter if none fits."""
    if all(flags):
        return ""
    target = tuple(flags)
    # Candidate conditions on the parameters, most common first, and the blocks they select.
    strides, ins = scope.column("stride"), scope.column("in_channels")
    if strides is not None and any(isinstance(stride, tuple) for stride in strides):
        strides = None
    out_name = "out_channels" if scope.column("out_channels") else "width"
    outs = scope.column(out_name)
    candidates = {}
    if strides is not None:
        candidates["stride != 1"] = tuple(stride != 1 for stride in strides)
    if ins is not None and outs is not None:
        differs = tuple(item != two for item, two in zip(ins, outs, strict=True))
        candidates[f"in_channels != {out_name}"] = differs
        if strides is not None:
            either = tuple(
                entry or two for entry, two in zip(candidates["stride != 1"], differs, strict=True)
            )
            candidates = {f"stride != 1 or in_channels != {out_name}": either, **candidates}
    texts = (text for text, values in candidates.items() if values == target)
    if text := next(texts, ""):
        return text
    scope.settings.append(Variable(name="project", values=target, default=False))
    return "project"
