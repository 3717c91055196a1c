"""Numbers of stages; parallel branches of one module are one stage."""

from collections.abc import Iterator

from resnet_diagram.spec.graph import graphs, parts, reachable
from resnet_diagram.spec.model import Element, Graph, Network, Stage
from resnet_diagram.spec.paths import with_outer


def outer_stages(part: Network | Element) -> Iterator[Stage]:
    """Yield the stages of a network that are in no other stage, in order."""
    for element in (element for run in parts(part) for element in run):
        if isinstance(element, Stage):
            yield element
        else:
            yield from outer_stages(element)


def numbered_stages(network: Network) -> Iterator[tuple[int, Stage]]:
    """Yield each outer stage with its number, from 1."""
    keys, numbers = branch_keys(network), dict[str, int]()
    for at, stage in enumerate(outer_stages(network)):
        yield numbers.setdefault(keys.get(stage.name, f"#{at}"), len(numbers) + 1), stage


def branch_keys(network: Network) -> dict[str, str]:
    """Return the stages that are branches of a module, as those of HRNet are: a key for each name.

    They are items of one list, and none leads to another. Modules of one list with as many branches have one
    key: they are one stage.
    """
    result: dict[str, str] = {}
    for graph in graphs(network):
        lists: dict[str, dict[str, int]] = {}
        for number, node in enumerate(graph.nodes):
            for stage in (element for element in node.body if isinstance(element, Stage)):
                lists.setdefault(_list_of(stage.name), {})[stage.name] = number
        for path, numbers_of in lists.items():
            if (
                path
                and len({*numbers_of.values()}) == len(numbers_of) > 1
                and _are_parallel(graph, {*numbers_of.values()})
            ):
                names = ("*" if name.isdigit() else name for name in path.split("."))
                result |= dict.fromkeys(numbers_of, f"{'.'.join(names)} {len(numbers_of)}")
    return result


def _list_of(path: str) -> str:
    """Return the path of the innermost list around a module, "" for none.

    >>> _list_of("stage3.0.branches.1"), _list_of("streams.1.layers"), _list_of("layer2")
    ('stage3.0.branches', 'streams', '')
    """
    items = (outer for outer in reversed(with_outer(path)) if outer.rpartition(".")[2].isdigit())
    inner = next(items, "")
    return inner.rpartition(".")[0]


def module_of_branch(path: str) -> str:
    """Return the path of the module that has a stage as one of its branches, "" for the whole network.

    >>> module_of_branch("stage3.0.branches.1")
    'stage3.0'
    """
    return _list_of(path).rpartition(".")[0]


def _are_parallel(graph: Graph, numbers: set[int]) -> bool:
    """Return whether no node of a graph leads to another of some."""
    first = min(numbers)

    def before(number: int) -> list[int]:
        return [read for read in graph.nodes[number].reads if read >= first]

    ancestors = set(reachable([read for number in numbers for read in before(number)], before))
    return ancestors.isdisjoint(numbers)
