"""Highlight differences from a baseline, by annotations derived from two networks."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from resnet_diagram.diagram.annotations.model import Annotations, Part
from resnet_diagram.errors import UsageError
from resnet_diagram.sources.resolve import is_traced, network_of
from resnet_diagram.spec.model import Network
from resnet_diagram.wording.terms import Kind, literal, phrase
from resnet_diagram.wording.vocabulary import Word

if TYPE_CHECKING:
    from resnet_diagram.diagram.options import Options
    from resnet_diagram.sources.resolve import Drawable


def highlighted(options: "Options", networks: Sequence[Network], baseline: "Drawable | None") -> "Options":
    """Return the options of a drawing that highlights the differences from a baseline.

    A baseline that is code is traced with the input of the network. Raises UsageError for several networks.
    """
    if baseline is None:
        return options
    if len(networks) != 1:
        raise UsageError(f"Got {len(networks)} sources; --baseline draws one. --view compare draws several.")
    shape = networks[0].input_shape if is_traced(baseline) else None
    annotations = with_baseline(options.annotations, networks[0], network_of(baseline, shape))
    return replace(options, annotations=annotations)


def with_baseline(annotations: Annotations, network: Network, baseline: Network) -> Annotations:
    """Return annotations with fills for new and changed parts, and ghosts for missing parts."""
    from resnet_diagram.diagram.annotations.ghosts import Missing, ghosts_of
    from resnet_diagram.differences.parts import changes

    differing = changes(network, baseline)
    name = literal(baseline.name)
    parts = [
        Part(paths=frozenset(paths), color=color, note=phrase(Kind.LEGEND, word, name))
        for paths, color, word in (
            (differing.changed, "changed", Word.CHANGED_FROM),
            (differing.new, "highlight", Word.NEW_BESIDE),
        )
        if paths
    ]
    missing = (Missing(run.elements, run.behind, run.before) for run in differing.removed)
    return replace(
        annotations,
        source=annotations.source or "--baseline",
        parts=(*parts, *annotations.parts),
        ghosts=ghosts_of(missing),
        baseline=baseline.name,
    )
