"""The tables of stages, and the settings most blocks share."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from resnet_diagram.spec.design.recognise import Seen, plain_blocks, seen_in
from resnet_diagram.spec.design.settings import DEFAULTS, EXPANSIONS
from resnet_diagram.spec.design.spell import spelled
from resnet_diagram.spec.design.words import SETTINGS
from resnet_diagram.spec.measure import in_shape, out_shape
from resnet_diagram.spec.model import Stage

Said = dict[str, Any]
Part = Seen | list[Any]
"""A block that a design fits, or what is written of one that none fits."""


@dataclass(frozen=True, slots=True)
class SeenStage:
    """A stage and what is known of its parts."""

    name: str
    parts: tuple[Part, ...]

    @classmethod
    def of(cls, stage: Stage) -> "SeenStage":
        """The stage, its blocks recognised."""
        shape = in_shape(stage)
        parts: list[Part] = []
        for run in plain_blocks(stage.body) or [[element] for element in stage.body]:
            parts.append(seen_in(run, shape) or spelled(run))
            shape = out_shape(run)
        return cls(stage.name, tuple(parts))

    @property
    def seen(self) -> list[Seen]:
        """The blocks that a design fits."""
        return [part for part in self.parts if isinstance(part, Seen)]

    def table(self, common: Said) -> Said:
        """The stage's table beside what is said of the whole network."""
        own: Said = {"name": self.name} if self.name else {}
        if not self.seen:
            return own | {"block": _counted(part for part in self.parts)}
        chosen = common_settings(self.seen)
        width = self.seen[0].width
        own |= {"depth": len(self.parts), "width": width, "stride": self.seen[0].stride}
        own |= _overrides(self.seen, common, chosen)
        blocks = [self._block(part, number, own, common | own) for number, part in enumerate(self.parts)]
        if any(blocks):
            blocks = [block if isinstance(block, list) else [block] for block in blocks]
            own = {key: value for key, value in own.items() if key not in ("depth", "block")}
            return own | {"block": _counted(blocks)}
        return own

    def _block(self, part: Part, number: int, stage: Said, inherited: Said) -> Any:
        """What is special of one block."""
        if not isinstance(part, Seen):
            return part
        own: Said = {}
        if part.width != stage["width"]:
            own["width"] = part.width
        if part.stride != (stage["stride"] if number == 0 else 1):
            own["stride"] = part.stride
        return own | _overrides([part], inherited, common_settings([part]))


def _counted(parts: Iterable[Any]) -> list[Any]:
    """The tables of a stage's parts, equal neighbours counted."""
    found: list[Said] = []
    for one in (table for part in parts for table in part):
        said = {"op": one} if isinstance(one, str) else one
        last = found[-1] if found else None
        if last is not None and "op" not in said and {k: v for k, v in last.items() if k != "repeat"} == said:
            found[-1] = {"repeat": last.get("repeat", 1) + 1} | said
        else:
            found.append(said)
    return found


def common_settings(seen: Sequence[Seen]) -> Said:
    """For each setting the value most of the blocks may have."""
    found = {key: _elected(key, seen) for key in SETTINGS if key != "expansion"}
    usual = EXPANSIONS[found["block"]]
    return found | {"expansion": _elected("expansion", seen, usual)}


def _elected(key: str, seen: Sequence[Seen], usual: Any = None) -> Any:
    usual = DEFAULTS.get(key, usual)
    candidates = dict.fromkeys([usual, *(value for one in seen for value in one.allowed.get(key, ()))])
    return max(candidates, key=lambda value: sum(one.allows(key, value) for one in seen))


def _overrides(seen: Sequence[Seen], inherited: Said, chosen: Said) -> Said:
    """The settings that must be said anew for all of these blocks, where one value fits them all."""
    return {
        key: chosen[key]
        for key in SETTINGS
        if not all(one.allows(key, inherited[key]) for one in seen)
        and all(one.allows(key, chosen[key]) for one in seen)
    }
