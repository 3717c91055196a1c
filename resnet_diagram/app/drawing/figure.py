"""Figures of networks: a diagram in a language, with the theme and the settings of its output."""

from collections.abc import Sequence
from dataclasses import replace

from resnet_diagram.diagram.annotations.model import NO_ANNOTATIONS
from resnet_diagram.diagram.model import Diagram
from resnet_diagram.diagram.options import Levels, Options
from resnet_diagram.diagram.views import build
from resnet_diagram.diagram.walk import stage_count
from resnet_diagram.render.figure import Figure, Output
from resnet_diagram.spec.model import Network
from resnet_diagram.style.theme import Theme, load_theme
from resnet_diagram.wording.language import in_language, language


def figure_of(networks: Sequence[Network], options: Options, output: Output, *, flat: bool = False) -> Figure:
    """Return the figure of networks, or of the flat reading of their diagram, ready for a renderer."""
    if options.only or options.annotations.braces:
        options = replace(options, levels=Levels.NONE)
    diagram, theme = _filled(networks, options, load_theme(output.theme), flat=flat)
    if options.only:
        from resnet_diagram.diagram.annotations.only import with_only

        diagram = with_only(diagram, networks[0], options.only)
    if flat and options.annotations.braces:
        from resnet_diagram.diagram.annotations.braces import grouped
        from resnet_diagram.diagram.annotations.match import with_classes

        diagram = grouped(diagram, with_classes(options.annotations, networks))
    translations = {**language(options.lang), **dict(options.annotations.words)}
    if translations:
        diagram = in_language(diagram, translations)
    placing = output.placing
    own_words = options.annotations.caption or None if placing.caption is None else placing.caption

    def words() -> str:
        from resnet_diagram.diagram.prose.caption import caption

        return in_language(caption(networks, options), translations) if own_words is None else own_words

    if placing.environment:
        from resnet_diagram.diagram.prose.caption import label

        name = label(networks, options) if placing.label is None else placing.label
        placing = replace(placing, caption=words(), label=name)
    return Figure(
        diagram=diagram,
        theme=theme,
        output=replace(output, placing=placing),
        words=words,
        language=translations,
    )


def check_names(options: Options, output: Output) -> None:
    """Raise UsageError for a theme or a language that does not exist, before networks are read."""
    load_theme(output.theme)
    language(options.lang)


def _filled(
    networks: Sequence[Network], options: Options, theme: Theme, *, flat: bool
) -> tuple[Diagram, Theme]:
    """Return the diagram of networks with its annotations, and the theme with the shades that it needs."""
    own = any(cls.own for network in networks for cls in network.classes)
    if not own and options.annotations is NO_ANNOTATIONS:
        return _levelled(build(networks, options, flat=flat), networks, options, theme)
    from resnet_diagram.diagram.annotations.apply import annotated, coloured
    from resnet_diagram.diagram.annotations.braces import braced
    from resnet_diagram.diagram.annotations.ghosts import with_ghosts
    from resnet_diagram.diagram.annotations.hide import saying_hidden, without_hidden
    from resnet_diagram.diagram.annotations.match import kinds_of, matched
    from resnet_diagram.diagram.annotations.panels import built_with_units

    options = replace(options, annotations=matched(options.annotations, networks))
    left, hidden = without_hidden(networks, options.annotations)
    diagram, annotations = built_with_units(left, options, flat=flat)
    diagram = saying_hidden(diagram, hidden)
    diagram = diagram if flat else braced(diagram, annotations)
    diagram, theme = _levelled(diagram, networks, options, theme)
    if annotations is NO_ANNOTATIONS:
        return diagram, theme
    before = len(theme.shades)
    colours = [part.color for part in coloured(annotations)]
    diagram = annotated(diagram, networks, annotations, before + 1)
    diagram = with_ghosts(diagram, annotations, kinds_of(networks[0]))
    return diagram, theme.with_marks(colours, before)


def _levelled(
    diagram: Diagram, networks: Sequence[Network], options: Options, theme: Theme
) -> tuple[Diagram, Theme]:
    """Return a diagram filled by a quantity, if one is wanted, and the theme with the shades it needs."""
    theme = theme.for_stages(stage_count([panel.content for panel in diagram.panels]))
    if not options.color_by:
        return diagram, theme
    from resnet_diagram.diagram.quantity import by_quantity

    stages = len(theme.shades)
    diagram, count = by_quantity(diagram, networks, options.color_by, stages)
    return diagram, theme.with_levels(count, stages)
