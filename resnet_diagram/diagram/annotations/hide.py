"""Remove hidden modules from a network before it is drawn."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from resnet_diagram.diagram.annotations.model import Annotations, Part
from resnet_diagram.diagram.flat import later
from resnet_diagram.diagram.model import Diagram, LegendEntry
from resnet_diagram.diagram.origin import paths_of
from resnet_diagram.errors import warn_unrendered
from resnet_diagram.spec.measure import is_block
from resnet_diagram.spec.model import Block, Element, Graph, Network, Stage
from resnet_diagram.wording.terms import Kind, Label, literal, phrase
from resnet_diagram.wording.vocabulary import Word


def without_hidden(
    networks: Sequence[Network], annotations: Annotations
) -> tuple[list[Network], tuple[str, ...]]:
    """Return networks without the modules hidden by annotations, and the names of the removed modules.

    Stages, blocks, and complete branches or parts of a graph stay, because the structure depends on them.
    Warns of hidden modules that stay.
    """
    parts = [part for part in annotations.parts if part.hide]
    if not parts:
        return list(networks), ()
    hiding = _Hiding(parts)
    left = [
        replace(
            network,
            stem=hiding.left(network.stem),
            body=hiding.left(network.body),
            head=hiding.left(network.head),
        )
        for network in networks
    ]
    for part in parts:
        if _name(part) not in hiding.names:
            warn_unrendered(
                f"Annotation {part.pattern!r} hides nothing: stages, blocks and whole branches stay."
            )
    return left, tuple(hiding.names)


def saying_hidden(diagram: Diagram, names: Sequence[str]) -> Diagram:
    """Return a diagram whose legend lists the hidden modules."""
    if not names or not diagram.legend:
        return diagram
    words = phrase(Kind.LEGEND, Word.NOT_DRAWN, Label(*map(literal, names), joint=Word.LIST))
    entry = LegendEntry(role=None, text=words)
    flat = later(diagram.flat, lambda flat: saying_hidden(flat, names))
    return replace(diagram, legend=(*diagram.legend, entry), flat=flat)


def _name(part: Part) -> str:
    return part.label or part.pattern


class _Hiding:
    """Removes elements, and keeps their labels."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self._parts = parts
        self.names: dict[str, None] = {}

    def left(self, run: Iterable[Element]) -> tuple[Element, ...]:
        """Return the remaining elements of a run."""
        return tuple(self._open(element) for element in run if not self._is_hidden(element))

    def _is_hidden(self, element: Element) -> bool:
        if isinstance(element, Stage) or is_block(element):
            return False
        paths = list(paths_of(element))
        for part in self._parts:
            if paths and all(map(part.holds, paths)):
                self.names[_name(part)] = None
                return True
        return False

    def _some(self, run: tuple[Element, ...]) -> tuple[Element, ...]:
        """Return the remaining elements of a run, or the whole run if none remain."""
        if all(map(_Hiding(self._parts)._is_hidden, run)):
            return run
        return self.left(run)

    def _open(self, element: Element) -> Element:
        match element:
            case Stage():
                return replace(element, body=self._some(element.body))
            case Block():
                return replace(element, branches=tuple(map(self._some, element.branches)))
            case Graph():
                nodes = tuple(replace(node, body=self._some(node.body)) for node in element.nodes)
                return replace(element, nodes=nodes)
        return element
