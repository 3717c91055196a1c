"""The tables of stages, and the settings most blocks share."""

from collections.abc import Sequence

from resnet_diagram.dataclass import dataclass
from resnet_diagram.spec.measure import in_shape, out_shape
from resnet_diagram.spec.model import Stage
from resnet_diagram.spec.toml.expand.settings import DEFAULTS, EXPANSIONS
from resnet_diagram.spec.toml.schema.words import SETTINGS, TomlTable, Written
from resnet_diagram.spec.toml.shorten.elements import counted, spelled
from resnet_diagram.spec.toml.shorten.recognise import Inferred, inferred_from, plain_blocks

Part = Inferred | list[Written]
"""A block with a design, or the list of layers of a block without one."""


@dataclass(frozen=True, slots=True)
class InferredStage:
    """A stage with the recognised settings of its parts."""

    name: str
    parts: tuple[Part, ...]

    @classmethod
    def of(cls, stage: Stage) -> "InferredStage":
        """Return the stage with the settings of its blocks."""
        shape = in_shape(stage)
        parts: list[Part] = []
        for run in plain_blocks(stage.body) or [[element] for element in stage.body]:
            parts.append(inferred_from(run, shape) or spelled(run))
            shape = out_shape(run)
        return cls(stage.name, tuple(parts))

    @property
    def inferred(self) -> list[Inferred]:
        """The blocks that a design fits."""
        return [part for part in self.parts if isinstance(part, Inferred)]

    def table(self, common: TomlTable) -> TomlTable:
        """Return the stage's table, without settings common to the whole network."""
        left: TomlTable = {"name": self.name} if self.name else {}
        if not self.inferred:
            return left | {"block": counted(self._listed({}))}
        selection = common_settings(self.inferred)
        width, stride = self.inferred[0].width, self.inferred[0].stride
        left |= {"depth": len(self.parts), "width": width, "stride": stride}
        left |= _overrides(self.inferred, common, selection)
        if any(self._listed(common | left)):
            left = {key: value for key, value in left.items() if key not in ("depth", "block")}
            listed = self._listed(common | left)
            return left | {"block": counted(listed)}
        return left

    def _listed(self, inherited: TomlTable) -> list[Written]:
        """Return the deviating settings of each block, and the notation of blocks that fit no design."""
        items: list[Written] = []
        for number, part in enumerate(self.parts):
            if not isinstance(part, Inferred):
                items += part
                continue
            stride = inherited["stride"] if number == 0 else 1
            deviations = {"width": part.width} if part.width != inherited["width"] else {}
            deviations |= {"stride": part.stride} if part.stride != stride else {}
            items.append(deviations | _overrides([part], inherited, common_settings([part])))
        return items


def common_settings(visited: Sequence[Inferred]) -> TomlTable:
    """Return the value of each setting that fits most of the blocks."""
    entries: TomlTable = {}
    for key in SETTINGS:  # the block first
        default = EXPANSIONS[entries["block"]] if key == "expansion" else DEFAULTS[key]
        values = (value for item in visited for value in item.allowed.get(key, ()))
        candidates = dict.fromkeys([default, *values])
        entries[key] = max(candidates, key=lambda value: sum(item.allows(key, value) for item in visited))
    return entries


def _overrides(visited: Sequence[Inferred], inherited: TomlTable, selection: TomlTable) -> TomlTable:
    """Return the settings that must be overridden for these blocks, if one value fits all of them."""
    return {
        key: selection[key]
        for key in SETTINGS
        if not all(entry.allows(key, inherited[key]) for entry in visited)
        and all(item.allows(key, selection[key]) for item in visited)
    }
