"""The tables of stages, and the settings most blocks share."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from resnet_diagram.spec.measure import in_shape, out_shape
from resnet_diagram.spec.model import Stage
from resnet_diagram.spec.toml.expand.elements import Written
from resnet_diagram.spec.toml.expand.settings import DEFAULTS, EXPANSIONS
from resnet_diagram.spec.toml.schema.words import SETTINGS
from resnet_diagram.spec.toml.shorten.elements import counted, spelled
from resnet_diagram.spec.toml.shorten.recognise import Seen, plain_blocks, seen_in

Said = dict[str, Any]
Part = Seen | list[Written]
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
            return own | {"block": counted(self._listed({}))}
        chosen = common_settings(self.seen)
        width, stride = self.seen[0].width, self.seen[0].stride
        own |= {"depth": len(self.parts), "width": width, "stride": stride}
        own |= _overrides(self.seen, common, chosen)
        if any(self._listed(common | own)):
            own = {key: value for key, value in own.items() if key not in ("depth", "block")}
            listed = self._listed(common | own)
            return own | {"block": counted(listed)}
        return own

    def _listed(self, inherited: Said) -> list[Written]:
        """What is special of each block, and what is written of those that no design fits."""
        found: list[Written] = []
        for number, part in enumerate(self.parts):
            found += [_special(part, number, inherited)] if isinstance(part, Seen) else part
        return found


def _special(part: Seen, number: int, inherited: Said) -> Said:
    own: Said = {}
    if part.width != inherited["width"]:
        own["width"] = part.width
    if part.stride != (inherited["stride"] if number == 0 else 1):
        own["stride"] = part.stride
    return own | _overrides([part], inherited, common_settings([part]))


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
