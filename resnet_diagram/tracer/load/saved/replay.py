"""Run an exported program, a flat list of operations, module by module."""

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import groupby
from typing import Any

from torch import fx, nn

Place = tuple[str, str, str]
"""A module call: a unique key, the module's path, and its class."""


def with_modules(program: fx.GraphModule) -> fx.GraphModule:
    """Return the program, changed to call the modules of its operations.

    Where it does not say so in paths, it is returned as it was.
    """
    nodes = list(program.graph.nodes)
    places = list(_places_of(nodes))
    modules_by_path = {path: name for calls in places for _, path, name in calls}
    if not modules_by_path or not all(
        part.isidentifier() or part.isdigit() for path in modules_by_path for part in path.split(".")
    ):
        return program
    place = {path for path, _ in program.named_modules()}
    for path, name in sorted(modules_by_path.items()):
        if path not in place:
            program.add_submodule(path, nn.Module())
        vars(program.get_submodule(path))["original_name"] = name
    plain = program.forward

    def forward(*args: Any, **kwargs: Any) -> Any:
        if kwargs:
            return plain(*args, **kwargs)
        return _replayed(program, list(zip(nodes, places, strict=True)), args)

    vars(program)["forward"] = forward
    return program


def _places_of(nodes: Sequence[fx.Node]) -> Iterator[tuple[Place, ...]]:
    """Yield the module calls around each operation, outermost first; without its own, those of the last."""
    last: tuple[Place, ...] = ()
    for node in nodes:
        stack = node.meta.get("nn_module_stack")
        if stack:
            last = tuple(
                (str(key), path, str(kind).rpartition(".")[2].rstrip("'>"))
                for key, (path, kind) in stack.items()
                if path
            )
        yield last


def _replayed(
    program: fx.GraphModule, nodes: Sequence[tuple[fx.Node, tuple[Place, ...]]], args: Sequence[Any]
) -> Any:
    """Return the results of the program for some arguments, run operation by operation."""
    interpreter: Any = fx.Interpreter(program)
    interpreter.args_iter = iter(program.graph.process_inputs(*args))
    result: list[Any] = []

    def run(some: Sequence[tuple[fx.Node, tuple[Place, ...]]], depth: int) -> None:
        for place, group in groupby(some, key=lambda item: item[1][depth : depth + 1]):
            inner = list(group)
            if place:
                module = program.get_submodule(place[0][1])
                vars(module)["forward"] = partial(run, inner, depth + 1)
                try:
                    module()
                finally:
                    del vars(module)["forward"]
                continue
            for node, _ in inner:
                interpreter.env[node] = interpreter.run_node(node)
                if node.op == "output":
                    result.append(interpreter.env[node])

    run(nodes, 0)
    return program.graph.process_outputs(result[0])
