"""Generate the class of the whole network, and the function that creates the network."""

from collections.abc import Sequence
from dataclasses import replace

from resnet_diagram.codegen.blocks.body import Body, kept_inputs
from resnet_diagram.codegen.blocks.forward import sentences
from resnet_diagram.codegen.blocks.parameters import Scope
from resnet_diagram.codegen.docstrings import called
from resnet_diagram.codegen.names import attribute_names, function_name
from resnet_diagram.codegen.network.plan import Plan
from resnet_diagram.codegen.network.stages import Helper, StageMaker
from resnet_diagram.codegen.text import INSIDE, STEP, Call, docstring, indented, signature, statement
from resnet_diagram.errors import number_of
from resnet_diagram.spec.measure import depth, params, residual_blocks, walk
from resnet_diagram.spec.model import Element, Layer, LayerKind, Network, Stage
from resnet_diagram.spec.shapes import shape_text
from resnet_diagram.spec.traits import WEIGHTED


def network_lines(
    network: Network, name: str, plan: Plan, helper: Helper | None
) -> tuple[list[str], list[str]]:
    """Return the lines of a network's class, called `name`, and of the function that creates it."""
    elements = network.elements
    stages = [element for element in elements if isinstance(element, Stage)]
    places = {id(stage): at for at, stage in enumerate(helper.stages if helper else ())}
    depths = len(stages) > 1 and all(id(stage) in places for stage in stages)
    maker = StageMaker(plan=plan, helper=helper, places=places, depths=depths)
    body = Body(scope=Scope(1), classes=maker, owners=("",), lazy=kept_inputs([elements]))
    names = attribute_names([(element,) for element in elements], ("",))
    pieces = body.pieces([(element,) for element in elements], names)
    place = _classifier(elements, names)
    classes = 0 if place is None else next(walk(elements[place])).out_shape[0]
    if place is not None:
        call = body.attributes[names[place]]
        body.attributes[names[place]] = replace(call, args=(call.args[0], "num_classes", *call.args[2:]))
    forward = [
        f"# x: {shape_text(network.input_shape)}",
        *sentences(pieces, "x", comments=True),
        "return x",
    ]
    parameters = ["depths: Sequence[int]"] if depths else []
    parameters += [f"num_classes: int = {classes}"] if classes else []
    class_lines = [
        f"class {name}(nn.Module):",
        *docstring(_doc(network), STEP),
        "",
        *signature("def __init__", ["self", *parameters], "None", STEP),
        f"{INSIDE}super().__init__()",
        *body.lines(),
        *([f"{INSIDE}self._initialise()"] if initialiser(elements) else []),
        "",
        *indented(
            ["def forward(self, x: Tensor) -> Tensor:", *indented(forward), "", *initialiser(elements)]
        ),
    ]
    value = f"({', '.join(str(len(stage.body)) for stage in stages)})" if depths else ""
    return class_lines, _factory(network, name, value, classes)


def _classifier(elements: Sequence[Element], names: Sequence[str]) -> int | None:
    """Return the index of the last weighted layer; None if it is in a sequence or a later one counts."""
    for place in reversed(range(len(elements))):
        element = elements[place]
        if not isinstance(element, Layer):
            return None
        if element.kind in WEIGHTED:
            is_vector = element.groups == 1 and element.out_shape[1:] in ((), (1,), (1, 1))
            return place if is_vector and "." not in names[place] else None
        if element.params or element.kind not in (LayerKind.ACTIVATION, LayerKind.RESHAPE, LayerKind.POOL):
            return None
    return None


def initialiser(elements: Sequence[Element]) -> list[str]:
    """Return the method that initialises convolutions after He et al.; empty without convolutions."""
    kinds = {f"nn.Conv{len(layer.kernel)}d" for layer in walk(elements) if layer.op == "conv"}
    if not kinds:
        return []
    kind = " | ".join(sorted(kinds))
    return [
        "def _initialise(self) -> None:",
        *indented(
            [
                '"""Draw the weights of the convolutions as He et al. 2015 do, by the fan-out."""',
                "for module in self.modules():",
                f"    if isinstance(module, {kind}):",
                "        nn.init.kaiming_normal_(",
                '            module.weight, mode="fan_out", nonlinearity="relu"',
                "        )",
            ]
        ),
    ]


def _doc(network: Network) -> str:
    parts = (
        ("stem", network.stem),
        ("stages of residual blocks" if residual_blocks(network) else "layers", network.body),
        ("classifier", network.head),
    )
    words = [word for word, elements in parts if elements]
    listed = f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else words[0]
    return f"{listed[0].upper()}{listed[1:]}."


def _factory(network: Network, name: str, depths: str, classes: int) -> list[str]:
    function = function_name(network.name)
    parameters = [f"num_classes: int = {classes}"] if classes else []
    args = [*([depths] if depths else []), *(["num_classes"] if classes else [])]
    body = [
        *docstring(
            f"{called(network)}: {number_of('layer', depth(network))} deep, "
            f"{number_of('parameter', params(network))}.",
            STEP,
        ),
        *statement("return ", Call(name, tuple(args)), STEP),
    ]
    return [*signature(f"def {function}", parameters, name), *body]
