"""Generate a helper function that creates the regular stages of a network."""

from collections.abc import Iterable, Sequence

from resnet_diagram.codegen.blocks.block_class import BlockClass
from resnet_diagram.codegen.blocks.parameters import Scope
from resnet_diagram.codegen.network.plan import Plan
from resnet_diagram.codegen.text import INSIDE, STEP, WIDTH, Call, generator, signature, statement
from resnet_diagram.dataclass import dataclass
from resnet_diagram.spec.model import Block, Stage

HELPER = "make_stage"


@dataclass(frozen=True, slots=True, kw_only=True)
class Helper:
    """A function that makes stages of one class.

    `first_only`: the parameters that only the first block of a stage is given. `stages`: those it makes.
    """

    made: BlockClass
    first_only: frozenset[str]
    stages: tuple[Stage, ...]

    def call(self, stage: Stage, count: str) -> Call:
        """Return the call that creates a stage; `count` is the expression of its number of blocks."""
        channels, settings = [], []
        (place,) = self.made.places(_blocks(stage)[:1])
        for parameter in self.made.scope.parameters():
            text = str(parameter.values[place])
            if parameter.default is None:
                channels.append(text)
            elif text != str(parameter.default):
                settings.append(f"{parameter.name}={text}")
        return Call(HELPER, (*channels, count, *settings))

    def lines(self) -> list[str]:
        """Return the lines of the helper function."""
        parameters = self.made.scope.parameters()
        declared = [parameter.declaration for parameter in parameters if parameter.default is None]
        declared += ["blocks: int", *(entry.declaration for entry in parameters if entry.default is not None)]
        # The blocks after the first take as many channels as a block yields.
        is_expanded = "expansion" in self.made.scope.constants
        yielded = f"width * {self.made.name}.expansion" if is_expanded else "out_channels"
        first_arguments, later_arguments = [], []
        for parameter in parameters:
            name = parameter.name
            keyword = "" if parameter.default is None else f"{name}="
            first_arguments.append(f"{keyword}{name}")
            if name not in self.first_only:
                later_arguments.append(f"{keyword}{yielded if name == 'in_channels' else name}")
        first, rest = (
            Call(self.made.name, tuple(arguments)) for arguments in (first_arguments, later_arguments)
        )
        others = [f"{STEP}others = ({rest} for _ in range(blocks - 1))"]
        if len(others[0]) > WIDTH:
            others = [f"{STEP}others = (", *generator(rest, "blocks - 1", INSIDE), f"{STEP})"]
        return [
            *signature(f"def {HELPER}", declared, "nn.Sequential"),
            f'{STEP}"""A stage; its first block may change resolution and channels."""',
            *statement("first = ", first, STEP),
            *others,
            f"{STEP}return nn.Sequential(first, *others)",
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class StageMaker:
    """Makes the calls for the blocks and stages of a network.

    `places`: the number of each stage that the helper creates, by identity. `depths`: the numbers of blocks
    are a parameter of the network.
    """

    plan: Plan
    helper: Helper | None
    places: dict[int, int]
    depths: bool

    def call(self, blocks: Sequence[Block], scope: Scope) -> Call:
        """Return the call that creates these blocks."""
        return self.plan.call(blocks, scope)

    def sequence(self, stage: Stage, scope: Scope) -> Call:
        """Return the call that creates a stage, by the helper if the stage is regular."""
        place = self.places.get(id(stage))
        if self.helper is None or place is None:
            return self.plan.sequence(stage, scope)
        return self.helper.call(stage, f"depths[{place}]" if self.depths else str(len(stage.body)))


def helper(stages: Iterable[Stage], plan: Plan) -> Helper | None:
    """Return the helper function for the regular stages of one class, or None if there are none."""
    by_class: dict[str, tuple[BlockClass, list[Stage]]] = {}
    for stage in stages:
        classes = [plan.class_of.get(element) for element in stage.body if isinstance(element, Block)]
        made = classes[0] if len(classes) == len(stage.body) else None
        if made and all(member is made for member in classes) and made.scope.column("in_channels"):
            by_class.setdefault(made.name, (made, []))[1].append(stage)
    helpers = []
    for made, members in by_class.values():
        fits: list[Stage] = []
        first_only: set[str] = set()
        carried: set[str] = set()
        for stage in members:
            parameters = _ways(stage, made)
            if parameters is not None and not parameters[0] & carried and not parameters[1] & first_only:
                first_only |= parameters[0]
                carried |= parameters[1]
                fits.append(stage)
        optional = {entry.name for entry in made.scope.parameters() if entry.default is not None}
        if sum(len(stage.body) for stage in fits) > 1:
            helpers.append(Helper(made=made, first_only=frozenset(optional - carried), stages=tuple(fits)))
    return max(helpers, key=lambda item: len(item.stages), default=None)


def _ways(stage: Stage, block_class: BlockClass) -> tuple[set[str], set[str]] | None:
    """Return the parameters of only the first block, and those of all blocks; None for an irregular stage."""
    places = block_class.places(_blocks(stage))
    first_only: set[str] = set()
    carried: set[str] = set()
    outs = block_class.scope.column("out_channels")
    for parameter in block_class.scope.parameters():
        first, *rest = [parameter.values[place] for place in places]
        is_default = parameter.default is not None and all(value == parameter.default for value in rest)
        if parameter.name == "in_channels":
            if outs is None or any(second != outs[places[0]] for second in rest):
                return None
        elif any(right != first for right in rest):
            if not is_default:
                return None
            first_only.add(parameter.name)
        elif rest and not is_default:
            carried.add(parameter.name)
    return first_only, carried


def _blocks(stage: Stage) -> list[Block]:
    return [element for element in stage.body if isinstance(element, Block)]
