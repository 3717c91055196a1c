"""Match the patterns of annotations with the modules of networks."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase

from resnet_diagram.diagram.annotations.model import NO_ANNOTATIONS, Annotations, Part
from resnet_diagram.diagram.model import Frame, Group, Origin
from resnet_diagram.errors import UsageError, closest, did_you_mean
from resnet_diagram.spec.graph import all_elements
from resnet_diagram.spec.model import Layer, Network

Kinds = Mapping[str, str]
"""Kind of the element at each path: the operation of a layer, or the type of another element."""


def kinds_of(network: Network) -> Kinds:
    """Return the kind of each named element of a network."""
    return {
        element.name: f"{element.kind} {element.op}" if isinstance(element, Layer) else type(element).__name__
        for element in all_elements(network)
        if element.name
    }


def module_paths(network: Network) -> tuple[str, ...]:
    """Return the paths of all modules with a layer, outer ones first, in the order they run."""
    paths: dict[str, None] = {}
    for element in all_elements(network):
        steps = element.name.split(".") if element.name else []
        paths |= {".".join(steps[: count + 1]): None for count in range(len(steps))}
    return tuple(paths)


def covers(part: Part, origin: Origin, kinds: Kinds) -> bool:
    """Return whether an element shows modules of a part, and no other module of the same kind.

    A box for a convolution also shows its norm and activation, and represents all folded blocks.
    """
    matching = [path for path in origin.paths if part.holds(path)]
    alike = {kinds.get(path) for path in matching}
    return bool(matching) and all(part.holds(path) for path in origin.paths if kinds.get(path) in alike)


def problems(annotations: Annotations, networks: Sequence[Network]) -> Iterator[tuple[str, str]]:
    """Yield each pattern that matches no module of some networks, and a sentence with a suggestion."""
    paths = tuple(dict.fromkeys(path for network in networks for path in module_paths(network)))
    classes = {cls.name: f"*.{cls.name}" for network in networks for cls in network.classes}
    complete = with_classes(annotations, networks)
    for part in (*complete.parts, *(part for _, parts in complete.braces for part in parts)):
        if part.pattern and not part.paths and not any(map(part.names, paths)):
            steps = (f"*.{path.rpartition('.')[2]}" for path in paths)
            candidates = (*classes, *paths) if part.pattern[:2] != "*." else (*classes.values(), *steps)
            hint = did_you_mean(closest(part.pattern, candidates))
            yield part.pattern, f"{annotations.source}: no module matches {part.pattern!r}.{hint}"


def with_classes(annotations: Annotations, networks: Sequence[Network]) -> Annotations:
    """Return annotations whose parts list the modules of the classes that their patterns name."""
    classes = [cls for network in networks for cls in network.classes]
    if not classes:
        return annotations

    def complete(parts: Sequence[Part]) -> tuple[Part, ...]:
        return tuple(
            replace(
                part, paths=part.paths.union(*(cls.paths for cls in classes if part.is_of_class(cls.name)))
            )
            for part in parts
        )

    braces = tuple((words, complete(parts)) for words, parts in annotations.braces)
    return replace(annotations, parts=complete(annotations.parts), braces=braces)


def matched(annotations: Annotations, networks: Sequence[Network]) -> Annotations:
    """Return annotations with the modules of their classes; raise UsageError where one matches no module."""
    if annotations is NO_ANNOTATIONS:
        return annotations
    for _, problem in problems(annotations, networks):
        raise UsageError(f"{problem} 'resnet-diagram annotate' lists all modules.")
    return with_classes(annotations, networks)


def ends_of(parts: Sequence[Frame | Group], part: Part) -> tuple[int, int]:
    """Return the numbers of the first and the last of some parts that are drawn. Raise UsageError."""
    numbers = [
        number
        for number, item in enumerate(parts)
        if fnmatchcase(item.id, part.pattern) or any(map(part.names, item.origin.paths))
    ]
    if not numbers:
        names = [item.id for item in parts if item.title]
        paths = [path for item in parts for path in item.origin.paths]
        hint = did_you_mean(closest(part.pattern, (*names, *paths)))
        raise UsageError(f"--only {part.pattern}: there is no such part.{hint} Choose of {', '.join(names)}.")
    return numbers[0], numbers[-1]
