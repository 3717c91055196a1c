"""Put the blocks that one module of a transformer runs, attention and MLP, in one layer."""

from collections import Counter
from collections.abc import Sequence

from resnet_diagram.spec.counting.transformer_layers import is_transformer_layer
from resnet_diagram.spec.measure import is_block
from resnet_diagram.spec.model import Block, Element, Stage
from resnet_diagram.spec.paths import common_path, is_within


def layered(elements: Sequence[Element], stage: str) -> tuple[Element, ...]:
    """Return the elements of a stage with each layer of a transformer as a stage within it.

    A layer is the smallest module that holds its blocks and does not hold the whole stage.
    """
    behind: list[tuple[str, ...]] = [()]  # the names of the next two blocks behind each element
    for element in reversed(elements[1:]):
        behind.insert(0, (element.name, *behind[0][:1]) if is_block(element) else behind[0])
    counts = Counter(element.name for element in elements if isinstance(element, Block))
    result: list[Element] = []
    position = 0
    while position < len(elements):
        name = elements[position].name
        path = _module_of(name, behind[position], stage if counts[name] < 2 else "")
        stop = position + 1
        while path and stop < len(elements) and is_within(elements[stop].name, path):
            if isinstance(elements[stop], Block) and elements[stop].name == name:
                break  # the module runs again
            stop += 1
        layer = Stage(name=path, body=tuple(elements[position:stop]))
        if path and is_transformer_layer(layer):
            result.append(layer)
        else:
            result += layer.body
        position = stop
    return tuple(result)


def _module_of(name: str, behind: Sequence[str], stage: str) -> str:
    """Return the path of the module that runs an element and the block behind it.

    It is "" where that is a list of blocks or holds the stage, or a module in it runs the next two blocks.
    """
    if not name or not behind:
        return ""
    path = common_path([name, behind[0]])
    deeper = len(behind) > 1 and len(common_path(behind)) > len(path)
    outer, _, last = path.rpartition(".")
    is_list = behind[0][len(path) + 1 :].split(".")[0].isdigit() and not last.isdigit()
    if is_list and outer.rpartition(".")[2].isdigit():
        path, is_list = outer, False
    return "" if deeper or is_list or (stage and is_within(stage, path)) else path
