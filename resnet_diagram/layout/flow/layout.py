"""Lay out a diagram in the order of the flow: in rows, or in columns."""

from functools import cache, partial

from resnet_diagram.diagram.model import Diagram, NodeRole
from resnet_diagram.diagram.walk import nodes
from resnet_diagram.errors import RenderError
from resnet_diagram.layout import spacing
from resnet_diagram.layout.flow.boxes import BoxRules
from resnet_diagram.layout.flow.condense import Condensed, condense
from resnet_diagram.layout.flow.draft import Draft, draft_of, scene_of
from resnet_diagram.layout.flow.rows.sections import MeasuredGroups, measured_groups
from resnet_diagram.layout.flow.variants import variants
from resnet_diagram.layout.scene import Scene
from resnet_diagram.layout.units import Fit, excess
from resnet_diagram.style.theme import Theme

Candidate = Scene | Draft
"""A way to draw a diagram, drawn or only measured."""

_PAGE_HEIGHT = 720.0
"""A drawing whose height is free takes this at most if there is a candidate."""


def lay_out_flow(
    diagram: Diagram, theme: Theme, fit: Fit, tried: list[Candidate], *, nearest: bool = False
) -> Scene:
    """Return the scene of a diagram in flow order.

    Direction `down`: groups are stacked and the flow in each runs to the right; direction `right`: groups
    are columns and the flow in each runs down. The first layout variant that fits is drawn; the font size
    never shrinks. `tried`: other layouts of the diagram that did not fit. If none fits, `nearest` selects
    the one that exceeds the room least; otherwise RenderError is raised.
    """
    page = Fit(fit.width or spacing.PAGE_WIDTH, fit.height or _PAGE_HEIGHT)
    condensed = cache(partial(condense, diagram))

    @cache
    def measured(notation: Condensed, rules: BoxRules) -> MeasuredGroups:
        return measured_groups(condensed(notation), theme, rules)

    for variant in variants(diagram, fit):
        if variant.resort and any(_excess(candidate, fit) <= 1.0 for candidate in tried):
            break
        groups = partial(measured, variant.condensed, variant.rules)
        draft = draft_of(condensed(variant.condensed), theme, variant, fit, groups)
        if _excess(draft, page) <= 1.0:
            return scene_of(draft)
        tried.append(draft)
    fitting = [candidate for candidate in tried if _excess(candidate, fit) <= 1.0]
    if not fitting and not nearest:
        raise _too_small(diagram, tried, theme, fit)
    best = min(fitting or tried, key=lambda candidate: _excess(candidate, page if fitting else fit))
    return scene_of(best) if isinstance(best, Draft) else best


def _excess(candidate: Candidate, fit: Fit) -> float:
    """Return the ratio of a drawing's size to the available space; up to 1 it fits."""
    return excess(round(candidate.width, 2), round(candidate.height, 2), fit)


def _too_small(diagram: Diagram, tried: list[Candidate], theme: Theme, fit: Fit) -> RenderError:
    """Return the error with the size that the drawing needs; the smallest length if one side is free."""
    is_short = any(node.role is NodeRole.STAGE for node in nodes(diagram.chain.items))
    least = min(tried, key=lambda candidate: _excess(candidate, fit))
    size = theme.size("node")
    target = " × ".join(f"{side:g} pt" for side in (fit.width, fit.height) if side is not None)
    return RenderError(
        f"The drawing does not fit into {target}: it needs at least {least.width:.0f} pt × "
        f"{least.height:.0f} pt at {size:g} pt type. Give more room (--width, --max-height)"
        + ("." if is_short else ", or draw less: --view overview.")
    )
