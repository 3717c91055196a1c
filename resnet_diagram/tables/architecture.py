"""The architecture table: networks side by side, a row for each resolution (Table 1 of He et al. 2015)."""

from collections.abc import Sequence
from itertools import takewhile

from resnet_diagram.spec.measure import macs, params, walk
from resnet_diagram.spec.model import Layer, Network
from resnet_diagram.spec.shapes import shape_text
from resnet_diagram.tables.align import Row, by_position, by_size
from resnet_diagram.tables.cells import parts, unit_depth
from resnet_diagram.tables.model import Band, Cell, Count, Table, Wanted, Words
from resnet_diagram.tables.names import joint_title, titled
from resnet_diagram.tables.notes import label, notes_of
from resnet_diagram.tables.sections import sections
from resnet_diagram.tables.words import is_shown, is_weightless, layer_line
from resnet_diagram.wording.shapes import resolution_text
from resnet_diagram.wording.terms import Kind, enumeration, literal


def architecture_table(networks: Sequence[Network], target: Wanted) -> Table:
    """Return the table of one network or several: output sizes, blocks, parameters and MACs.

    Networks of one input resolution are aligned by the resolution of their stages; others by position, with
    the resolutions in the cells.
    """
    columns = [titled(sections(network), target.names) for network in networks]
    equal = len({network.input_shape[1:] for network in networks}) == 1
    rows = (by_size if equal else by_position)(columns)
    heads = target.heads or tuple(network.name for network in networks)
    depths = [unit_depth(column) for column in columns]
    bands = tuple(_band(row, depths, sized=equal) for row in rows)
    cells = [cell for band in bands for line in band.rows for cell in line]
    inputs = list(dict.fromkeys(shape_text(network.input_shape) for network in networks))
    caption = (
        f"{'Architectures' if len(heads) > 1 else 'Architecture'} of {enumeration(heads)} "
        f"for an input of {enumeration(inputs)}. "
        "Brackets hold the layers of a block, kernel and output channels; "
        "the factor behind them is the number of blocks."
    )
    totals = []
    for name, measure, default in (("params", params, 6), ("MACs", macs, 9)):
        values = [measure(network) for network in networks]
        power = _power(values, default)
        counts = (Count(value=value, power=power, decimals=target.decimals) for value in values)
        totals.append(Band(heads=(name,), rows=(tuple(Cell(parts=(count,)) for count in counts),)))
    return Table(
        heads=("stage", *(("output size",) if equal else ()), *heads),
        keys=2 if equal else 1,
        bands=bands,
        totals=tuple(totals),
        centred=True,
        caption=caption if target.caption is None else target.caption,
        label=label(networks) if target.label is None else target.label,
        notes=notes_of(networks, heads, columns, cells) if target.notes else (),
    )


def _band(row: Row, depths: Sequence[int], *, sized: bool) -> Band:
    """Return a row of sections; a common start of all networks has a line of its own, over all columns."""
    stacks = [parts(item, depth) if item else () for item, depth in zip(row.sections, depths, strict=True)]
    name = joint_title(section.title for section in row.present)
    heads: tuple[str, ...] = (name,)
    if sized:
        heads = (name, resolution_text(max((section.size for section in row.present), key=len)))
    else:
        for at, section in enumerate(row.sections):
            if section:
                size = literal(f"→ {resolution_text(section.size)}", Kind.SHAPE)
                stacks[at] = (*stacks[at], Words(text=size))
    if len(stacks) > 1 and len(set(stacks)) == 1:
        return Band(heads=heads, rows=((Cell(parts=stacks[0], span=len(stacks)),),))
    # The parts that all networks begin with: the pooling before the first stage.
    opening = takewhile(
        lambda item: isinstance(item, Layer) and (is_weightless(item) or not is_shown(item)),
        row.present[0].elements if None not in row.sections else (),
    )
    pooling = {Words(text=layer_line(layer)) for layer in walk(opening) if is_shown(layer)}
    alike = takewhile(lambda parts: len(set(parts)) == 1 and parts[0] in pooling, zip(*stacks, strict=False))
    first = sum(1 for _ in alike)
    rest = tuple(Cell(parts=stack[first:]) for stack in stacks)
    if len(stacks) > 1 and first:
        return Band(heads=heads, rows=((Cell(parts=stacks[0][:first], span=len(stacks)),), rest))
    return Band(heads=heads, rows=(tuple(Cell(parts=stack) for stack in stacks),))


def _power(values: Sequence[int], default: int) -> int:
    """Return the power of ten for counts: the usual one, or less if the least is below a tenth of it.

    >>> _power([25557032, 60192808], 6), _power([269722], 6), _power([40551040], 9), _power([0], 9)
    (6, 6, 6, 0)
    """
    least = min((value for value in values if value), default=0)
    return next((power for power in range(default, 0, -3) if 10 * least >= 10**power), 0)
