"""Draw parts that only a baseline has, as grey boxes at their original positions."""

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import count
from typing import Any, NamedTuple

from resnet_diagram.diagram.annotations.match import Kinds, covers
from resnet_diagram.diagram.annotations.model import Annotations, Ghost, Part
from resnet_diagram.diagram.chain.blocks import joined_layers
from resnet_diagram.diagram.elements import members
from resnet_diagram.diagram.flat import later
from resnet_diagram.diagram.model import Bar, Diagram, Frame, Group, GroupRole, LegendEntry, Node, NodeRole
from resnet_diagram.diagram.quantity import FILLED
from resnet_diagram.spec.measure import gate_ratio, walk
from resnet_diagram.spec.model import Block, Element, Stage
from resnet_diagram.spec.signature import Level, signature
from resnet_diagram.spec.traits import BARS
from resnet_diagram.wording.blocks import gate_lines, unit_type
from resnet_diagram.wording.contents import shortened_list
from resnet_diagram.wording.counts import counted
from resnet_diagram.wording.layers import layer_lines, names_only
from resnet_diagram.wording.terms import NOTHING, Kind, Label, literal, phrase
from resnet_diagram.wording.vocabulary import Word

_MOST_LINES = 3
"""Lines of a box; more are left out."""
_MOST_LISTED = 6
"""Parts that are listed where they are not drawn."""
_CLOSED = (NodeRole.BLOCK, NodeRole.STAGE)


class Missing(NamedTuple):
    """Elements of a baseline in series, and the paths behind which and before which they would be."""

    elements: tuple[Element, ...]
    behind: str
    before: str


def ghosts_of(missing: Iterable[Missing]) -> tuple[Ghost, ...]:
    """Return a ghost for each kind of missing part; parts that differ only in channels are of one kind."""
    groups: dict[Hashable, list[Missing]] = {}
    for run in missing:
        key = signature(run.elements, Level.PATTERN), bool(run.behind)
        groups.setdefault(key, []).append(run)
    ghosts = []
    for runs in groups.values():
        lines, *others = [_lines(run.elements) for run in runs]
        if any(other != lines for other in others):
            lines = tuple(line.split_first()[0] for line in lines)
        ghost = Ghost(
            lines=lines if len(lines) <= _MOST_LINES else (*lines[: _MOST_LINES - 1], literal("…")),
            behind=frozenset(run.behind for run in runs if run.behind),
            before=frozenset(run.before for run in runs if run.before),
            is_block=any(isinstance(element, Stage) or _is_block(element) for element in runs[0].elements),
            is_stage=any(isinstance(element, Stage) for element in runs[0].elements),
        )
        ghosts.append(ghost)
    return tuple(ghosts)


def _is_block(element: Element) -> bool:
    return isinstance(element, Block) and not gate_ratio(element)


def _lines(elements: Sequence[Element]) -> tuple[Label, ...]:
    """Return a line for each type of block, or each layer with its norm and activation, or the gates."""
    inside = [part for each in elements for part in (each.body if isinstance(each, Stage) else (each,))]
    blocks = [element for element in inside if isinstance(element, Stage) or _is_block(element)]
    if blocks:
        types = Counter(unit_type(block) for block in blocks if isinstance(block, Block | Stage))
        return tuple(name if number == 1 else counted(number, name) for name, number in types.items())
    gates = [gate_lines(ratio)[0] for element in inside if (ratio := gate_ratio(element))]
    layers = [layer for each in inside if not gate_ratio(each) for layer in walk((each,))]
    units = joined_layers(layers)
    mains = [next((layer for layer in unit if layer.kind in BARS), None) for unit in units]
    names = (
        layer_lines(main)[0] if main else names_only(unit) for main, unit in zip(mains, units, strict=True)
    )
    return (*gates, *names)


def with_ghosts(diagram: Diagram, annotations: Annotations, kinds: Kinds) -> Diagram:
    """Return a diagram with the ghosts of annotations, and their entry in the legend.

    Those that have no place in the drawing are listed in the legend.
    """
    if not annotations.ghosts:
        return diagram
    placing = _Placing(kinds)
    panels = placing.placed(diagram.panels, annotations.ghosts)
    flat = later(diagram.flat, lambda flat: with_ghosts(flat, annotations, kinds))
    boxed = diagram.boxed and with_ghosts(diagram.boxed, annotations, kinds)
    name = literal(annotations.baseline)
    listed = dict.fromkeys(
        Label(*ghost.lines, joint=", ") for ghost in annotations.ghosts if ghost not in placing.drawn
    )
    words: list[tuple[NodeRole | None, Label]] = []
    if placing.drawn:
        words.append((NodeRole.REMOVED, phrase(Kind.LEGEND, Word.REMOVED, name)))
    if listed:
        words.append(
            (None, phrase(Kind.LEGEND, Word.REMOVED_FROM, name, shortened_list(tuple(listed), _MOST_LISTED)))
        )
    entries = tuple(LegendEntry(role=role, text=text) for role, text in words) if diagram.legend else ()
    return replace(diagram, panels=panels, legend=(*diagram.legend, *entries), flat=flat, boxed=boxed)


class _Placing:
    """Inserts ghosts into drawings. `drawn`: the ghosts already inserted."""

    def __init__(self, kinds: Kinds) -> None:
        self._kinds = kinds
        self._numbers = count(1)
        self.drawn: set[Ghost] = set()

    def placed(self, part: Any, ghosts: Sequence[Ghost]) -> Any:
        """Return a drawing, or a part of one, with the ghosts that belong into it."""
        if isinstance(part, tuple):
            return tuple(element for member in part for element in self._around(member, ghosts))
        inner = {name: self.placed(value, ghosts) for name, value in members(part).items()}
        return replace(part, **inner) if inner else part

    def _around(self, member: Any, ghosts: Sequence[Ghost]) -> Iterator[Any]:
        """Yield a member of a series, and before it and behind it the ghosts that are beside it."""
        before = [ghost for ghost in ghosts if not ghost.behind and self._is_at(member, ghost, ghost.before)]
        behind = [ghost for ghost in ghosts if self._is_at(member, ghost, ghost.behind)]
        self.drawn.update(before, behind)
        left = [ghost for ghost in ghosts if ghost not in before and ghost not in behind]
        yield from (self._box_at(member, ghost) for ghost in before)
        yield self.placed(member, left)
        yield from (self._box_at(member, ghost) for ghost in behind)

    def _is_at(self, member: Any, ghost: Ghost, paths: frozenset[str]) -> bool:
        """Return whether a ghost is beside a member of a series: all modules of a kind that it shows."""
        match member:
            case Group(role=GroupRole.STAGE) | Frame(role=GroupRole.STAGE):
                return ghost.is_stage and not paths.isdisjoint(member.origin.paths)
            case Group(role=GroupRole.BLOCK):
                return ghost.is_block and not ghost.is_stage and not paths.isdisjoint(member.origin.paths)
            case Node() | Bar() if member.role in _CLOSED:
                return ghost.is_block and not ghost.is_stage and not paths.isdisjoint(member.origin.paths)
            case Node() | Bar() if member.role in FILLED:
                return not ghost.is_block and covers(Part(paths=paths), member.origin, self._kinds)
        return False

    def _box_at(self, member: Any, ghost: Ghost) -> Any:
        """Return the box of a ghost, for the series that a member is in."""
        name = f"removed{next(self._numbers)}"
        if not isinstance(member, Bar | Frame):
            return Node(id=name, role=NodeRole.REMOVED, lines=ghost.lines)
        bars = [bar for bar in getattr(member, "bars", (member,)) if isinstance(bar, Bar)]
        bar = Bar(
            id=name,
            role=NodeRole.REMOVED,
            resolution=bars[-1].resolution,
            channels=bars[-1].channels,
            text=Label(*ghost.lines, joint=", "),
        )
        is_bar = isinstance(member, Bar)
        return bar if is_bar else Frame(id=f"{name}-part", role=None, title=NOTHING, bars=(bar,))
