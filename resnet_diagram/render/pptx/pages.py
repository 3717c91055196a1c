"""Lay out diagrams for slides, with type large enough to read."""

from collections.abc import Iterator
from dataclasses import replace

from resnet_diagram.diagram.flat import flattened, later
from resnet_diagram.diagram.legend import needed_entries
from resnet_diagram.diagram.model import WHOLE, Diagram, Inset
from resnet_diagram.errors import warn_unrendered
from resnet_diagram.layout.layout import layout
from resnet_diagram.layout.scene import Scene, all_texts
from resnet_diagram.layout.units import FREE, Fit
from resnet_diagram.render.figure import Figure
from resnet_diagram.wording.terms import NOTHING, Kind, phrase
from resnet_diagram.wording.vocabulary import Word

_LEAST_TYPE = 14.0
"""Smallest type that an audience reads, in points on the slide."""
_LARGEST_SCALE = 3.0
_LEAST_OPEN = 8.0
"""Smallest type for which a graph is drawn open rather than as a box, in points on the slide."""
_TRIES = 2
"""Layouts to try for larger type."""


def pages(figure: Figure) -> Iterator[Figure]:
    """Yield the figure of each slide: one for each block where the figure shows several, else the figure."""
    diagram = figure.diagram
    contents = [panel.content for panel in diagram.panels]
    if len(contents) < 2 or not all(isinstance(content, Inset) for content in contents):
        yield figure
        return
    for panel in diagram.panels:
        shown = replace(
            diagram,
            title=panel.title,
            panels=(replace(panel, title=NOTHING),),
            legend=needed_entries(diagram.legend, contents, [panel.content]),
            description=phrase(Kind.SENTENCE, Word.LAYERS_OF_PART, figure.named_title, panel.title)
            if figure.named_title
            else panel.title,
        )
        yield replace(figure, diagram=shown)


def placed(figure: Figure, width: float, height: float) -> tuple[Scene, float]:
    """Return the scene for an area of a slide, and its scale.

    The layouts for smaller areas are tried, and the one with the largest type is taken. A graph becomes a
    box where type would be smaller than 8 pt. Warns where type is smaller than 14 pt.
    """
    flat = flattened(figure.diagram)
    opened = (
        replace(figure.diagram, flat=lambda: replace(flat, boxed=None), boxed=None)
        if flat.boxed
        else figure.diagram
    )
    size, best = _largest(replace(figure, diagram=opened), width, height)
    if size < _LEAST_OPEN:
        size, best = _largest(figure, width, height)
    if size < _LEAST_TYPE - 0.05:
        warn_unrendered(
            f"The smallest type on the slide is {size:.1f} pt; {_LEAST_TYPE:g} pt is readable. "
            "Take --view overview or --view block, leave labels out with --show, or draw a part."
        )
    return best, _scale(best, width, height)


def _largest(figure: Figure, width: float, height: float) -> tuple[float, Scene]:
    """Return the layout with the largest type in an area, and that type; a requested size has one layout."""
    if figure.output.fit != FREE:
        return _type_size(figure.scene, width, height), figure.scene
    shown, wanted = _untitled(figure.diagram), _LEAST_TYPE
    least = min(size for _, size in figure.theme.sizes)
    tried: list[tuple[float, Scene]] = []
    for _ in range(_TRIES):
        fit = Fit(width / (wanted / least), height / (wanted / least))
        scene = layout(shown, figure.theme, fit, nearest=True)
        tried.append((_type_size(scene, width, height), scene))
        reached = max(size for size, _ in tried)
        if reached >= wanted - 0.05:
            break
        wanted = (wanted + reached) / 2
    return max(tried, key=lambda entry: entry[0])


def _untitled(diagram: Diagram) -> Diagram:
    """Return a diagram without its title, which the slide shows."""
    boxed = _untitled(diagram.boxed) if diagram.boxed else None
    panels = tuple(replace(p, title=NOTHING) if p.id == WHOLE else p for p in diagram.panels)
    flat = later(diagram.flat, _untitled)
    return replace(diagram, title=NOTHING, panels=panels, flat=flat, boxed=boxed)


def _scale(scene: Scene, width: float, height: float) -> float:
    return min(width / scene.width, height / scene.height, _LARGEST_SCALE)


def _type_size(scene: Scene, width: float, height: float) -> float:
    """Return the size of the smallest type of a scene in an area, in points."""
    return min((text.size for text in all_texts(scene)), default=_LEAST_TYPE) * _scale(scene, width, height)
