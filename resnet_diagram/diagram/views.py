"""Table of views, and the functions that build their diagrams."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache, lru_cache, partial

from resnet_diagram.dataclass import dataclass
from resnet_diagram.diagram.accounting import opened_alone
from resnet_diagram.diagram.chain.closed import closed
from resnet_diagram.diagram.chain.network import (
    StageBuilder,
    every_block_open,
    first_blocks_open,
    network_items,
    stage_summary,
)
from resnet_diagram.diagram.flat import flattened, network_panel
from resnet_diagram.diagram.lanes.unet import has_levels, unet_graph
from resnet_diagram.diagram.legend import legend
from resnet_diagram.diagram.model import Chain, Content, Dag, Diagram, Flow, LegendEntry, Panel
from resnet_diagram.diagram.options import Levels, Options, View
from resnet_diagram.diagram.prose.describe import describe
from resnet_diagram.diagram.prose.inside import inside_notes
from resnet_diagram.diagram.prose.runs import run_notes
from resnet_diagram.errors import UsageError, number_of
from resnet_diagram.spec.graph import graphs
from resnet_diagram.spec.model import Network
from resnet_diagram.wording.terms import NOTHING, Kind, Label, literal, phrase
from resnet_diagram.wording.vocabulary import Word

Builder = Callable[[Sequence[Network], Options], Diagram]


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewRow:
    """A view and the functions that build its diagrams.

    `flat` builds the flat reading alone where the diagram keeps one. `least` and `most`: how many networks
    one diagram takes. `takes_block`: `Options.block` selects its content. `folded`: the view to take where a
    chart of this one is too large.
    """

    view: View
    build: Builder
    flat: Builder | None = None
    least: int = 1
    most: int = 1
    takes_block: bool = False
    folded: View | None = None


def view_named(view: View) -> ViewRow:
    """Return the row of a view."""
    return next(row for row in VIEWS if row.view is view)


def build(networks: Sequence[Network], options: Options, *, flat: bool = False) -> Diagram:
    """Return the diagram of networks in the requested view, or its flat reading.

    Raises UsageError for a number of networks that the view does not take, or an unknown block.
    """
    check_count(networks, options.view)
    row = view_named(options.view)
    if flat and row.flat:
        return row.flat(networks, options)
    diagram = row.build(networks, options)
    return flattened(diagram) if flat else diagram


def check_count(networks: Sequence[Network], view: View) -> None:
    """Raise UsageError for a number of networks that a view does not take."""
    row = view_named(view)
    if row.most == 1 and len(networks) != 1:
        raise UsageError(
            f"Got {number_of('network', len(networks))}; the view {row.view} draws one. Take 'compare'."
        )
    if not row.least <= len(networks) <= row.most:
        raise UsageError(
            f"Got {number_of('network', len(networks))} to {row.view}; give {row.least} to {row.most}."
        )


def _compare(networks: Sequence[Network], options: Options) -> Diagram:
    from resnet_diagram.diagram.comparison.build import compared

    return compared([closed(network) for network in networks], options)


def _blocks(networks: Sequence[Network], options: Options) -> Diagram:
    """Return the diagram of one block, or of one of each type."""
    from resnet_diagram.diagram.panels.block import block_panels

    (network,) = networks
    panels = block_panels(network, options)
    title = network.name if options.title is None else options.title
    return _diagram(
        network,
        literal(title) if len(panels) > 1 or options.title is not None else NOTHING,
        panels,
        options,
        phrase(
            Kind.SENTENCE,
            Word.LAYERS_OF_PART,
            network.name,
            Label(*(panel.title for panel in panels), joint=Word.CLAUSES),
        ),
    )


def _in_panels(
    networks: Sequence[Network], options: Options, *, chain: Builder, with_insets: bool
) -> Diagram:
    """Return the overview of a network and its insets; `chain` builds the flat reading when it is needed."""
    from resnet_diagram.diagram.panels.network import panels

    (network,) = networks
    title, flat = _title(network, options), cache(partial(chain, networks, options))
    content = panels(network, title, options, with_insets=with_insets)
    is_u = any(isinstance(panel.content, Dag) and panel.content.u_shaped for panel in content)
    # Of a U, the words are on its levels, as the chain has them.
    description = flat().description if is_u else describe(network)
    return replace(_diagram(network, title, content, options, description), flat=flat)


def _diagram(
    network: Network, title: str, panels: tuple[Panel, ...], options: Options, description: Label
) -> Diagram:
    """Return the diagram of some panels; its legend lists the content of closed boxes."""
    # The panel of a module of a graph says what it alone shows, for a page may leave it out.
    alone = opened_alone(network, panels)
    counted = [replace(panel, inside=alone[panel.id]) if panel.id in alone else panel for panel in panels]
    return Diagram(
        title=title,
        panels=tuple(counted),
        legend=legend_of(network, [panel.content for panel in panels]) if options.legend else (),
        description=description,
        direction=options.direction,
        flow=Flow(options.direction or Flow.ROWS),
    )


def legend_of(network: Network, contents: Sequence[Content]) -> tuple[LegendEntry, ...]:
    """Return the legend of some drawings of a network, with notes on what they do not show at its end."""
    notes = (*run_notes(network, contents), *inside_notes(network, contents))
    return (*legend(contents), *(LegendEntry(role=None, text=note) for note in notes))


def _whole(
    networks: Sequence[Network],
    options: Options,
    *,
    stage: StageBuilder,
    flow: Flow = Flow.ROWS,
    dense: bool = False,
) -> Diagram:
    """Return a network as a chain; `flow`: the direction of its chart if none is requested.

    Of two networks the first, which has layers in place of graphs, is drawn; the legend counts those of both.
    """
    network, whole = networks[0], networks[-1]
    panels = (network_panel(Chain(items=network_items(network, options, stage), dense=dense)),)
    diagram = _diagram(whole, _title(network, options), panels, options, describe(network))
    without = closed(network)
    if without is not network:
        boxed = _whole([without, network], options, stage=stage, flow=flow, dense=dense)
        diagram = replace(diagram, boxed=boxed)
    return replace(diagram, flow=Flow(options.direction or flow))


def _title(network: Network, options: Options) -> Label:
    """Return the requested title, or the network's name, marked as a part if its forward stopped."""
    if options.title is not None:
        return literal(options.title)
    name = literal(network.name)
    return name if network.stopped_at is None else phrase(Kind.TITLE, Word.PARTIAL, name)


@lru_cache(maxsize=4)
def _kept(chain: Builder, network: Network, options: Options) -> Diagram:
    """Return a network as a chain, kept for pages that are tried with other panels."""
    return chain([network], options)


def _chart(networks: Sequence[Network], options: Options, *, chain: Builder, summary: bool) -> Diagram:
    """Return a network as a chain; a graph as one where `summary`; a U-Net always, as one of its levels."""
    network = networks[0]
    without_panels = replace(options, opened=(), graph_room=0, levels=Levels.NONE, opens_encoders=True)
    flat = _kept(chain, network, without_panels)
    if options.levels is Levels.NONE or not (has_levels(network) or (summary and any(graphs(network)))):
        return flat
    from resnet_diagram.diagram.lanes.frames import charted, summarised
    from resnet_diagram.diagram.panels.network import panels

    title = _title(network, options)
    content = panels(network, title, options, with_insets=False)[0].content
    if not isinstance(content, Dag):
        return flat
    diagram = flat
    if content.u_shaped:
        levels = replace(network, stem=(), body=(unet_graph(network),), head=())
        diagram = replace(_kept(chain, levels, without_panels), boxed=flat)
    if not summary:
        return diagram
    dag = summarised(content) if content.u_shaped else charted(content)
    boxes = (network_panel(Chain(items=(dag,))),)
    result = _diagram(network, title, boxes, replace(options, legend=False), diagram.description)
    entries = legend_of(network, [dag]) if options.legend else ()  # with the notes of the graph
    flow = Flow(options.direction or Flow.DOWN)
    return replace(result, flow=flow, boxed=diagram.boxed, legend=entries)


_FIRST_BLOCKS: Builder = partial(_chart, chain=partial(_whole, stage=first_blocks_open), summary=False)
_SUMMARIES: Builder = partial(
    _chart, chain=partial(_whole, stage=stage_summary, flow=Flow.RIGHT), summary=True
)
_EVERY_BLOCK: Builder = partial(_whole, stage=every_block_open, dense=True)

VIEWS = (
    ViewRow(
        view=View.PAPER,
        build=partial(_in_panels, chain=_FIRST_BLOCKS, with_insets=True),
        flat=_FIRST_BLOCKS,
        folded=View.OVERVIEW,
    ),
    ViewRow(
        view=View.OVERVIEW,
        build=partial(_in_panels, chain=_SUMMARIES, with_insets=False),
        flat=_SUMMARIES,
    ),
    ViewRow(view=View.BLOCK, build=_blocks, takes_block=True),
    ViewRow(view=View.FULL, build=_EVERY_BLOCK, folded=View.PAPER),
    ViewRow(view=View.COMPARE, build=_compare, least=2, most=4),
)
"""All views, the default first."""
