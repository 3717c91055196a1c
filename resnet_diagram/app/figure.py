"""Figures of networks: a diagram in a language, with the theme and the settings of its output."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from resnet_diagram.diagram.flat import flattened
from resnet_diagram.diagram.options import Options
from resnet_diagram.diagram.prose.caption import caption, label
from resnet_diagram.diagram.quantity import by_quantity
from resnet_diagram.diagram.views import build
from resnet_diagram.diagram.walk import stage_count
from resnet_diagram.render.figure import Figure, Output
from resnet_diagram.render.latex.floats import Placing
from resnet_diagram.spec.model import Network
from resnet_diagram.style.theme import load_theme
from resnet_diagram.wording.language import in_language, language


def figure_of(networks: Sequence[Network], options: Options, output: Output, *, flat: bool = False) -> Figure:
    """Return the figure of networks, or of the flat reading of their diagram, ready for a renderer."""
    diagram, translations = build(networks, options, flat=flat), language(options.lang)
    theme = load_theme(output.theme)
    if options.color_by:
        diagram, levels = by_quantity(diagram, networks, options.color_by)
        theme = theme.for_levels(levels)
    else:
        theme = theme.for_stages(stage_count(flattened(diagram).chain.items))
    if translations:
        diagram = in_language(diagram, translations)
    placing = output.placing

    def words() -> str:
        proposed = placing.caption is None
        return in_language(caption(networks, options), translations) if proposed else placing.caption or ""

    return Figure(
        diagram=diagram,
        theme=theme,
        output=replace(output, placing=_placing(networks, options, placing, words)),
        words=words,
    )


def _placing(
    networks: Sequence[Network], options: Options, placing: Placing, words: Callable[[], str]
) -> Placing:
    """Return the LaTeX placement with missing values filled in."""
    if not placing.environment:
        return placing
    return replace(
        placing,
        caption=words(),
        label=label(networks, options) if placing.label is None else placing.label,
    )
