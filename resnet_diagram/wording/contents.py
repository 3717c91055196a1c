"""The contents of closed boxes in words: "53 conv, 53 BN, 49 ReLU, 16 additions, 23.5 M params"."""

from collections import Counter
from collections.abc import Sequence

from resnet_diagram.spec.measure import params
from resnet_diagram.spec.model import Layer, LayerKind, Merge
from resnet_diagram.spec.traits import FOLLOWING
from resnet_diagram.wording.counts import counted, si_text
from resnet_diagram.wording.layers import names_only
from resnet_diagram.wording.terms import Kind, Label, number, phrase
from resnet_diagram.wording.vocabulary import Word

_MIXING = {
    LayerKind.CONV: Word.CONV,
    LayerKind.LINEAR: Word.LINEAR,
    LayerKind.ATTENTION: Word.ATTENTION,
}
_OTHERS = {LayerKind.POOL: Word.POOLING, LayerKind.UPSAMPLE: Word.UPSAMPLING}
_MERGES = {Merge.ADD: Word.ADDITION, Merge.CONCAT: Word.CONCATENATION, Merge.MULTIPLY: Word.MULTIPLICATION}


def contents(layers: Sequence[Layer], merges: Sequence[Merge]) -> Label:
    """Return how many layers of each sort there are, how many merges, and their parameters."""
    operations = Counter(
        phrase(Kind.OPERATOR, _MIXING[layer.kind]) for layer in layers if layer.kind in _MIXING
    )
    following = Counter(names_only([layer]) for layer in layers if layer.kind in FOLLOWING)
    nouns = Counter(
        phrase(Kind.OPERATOR, _OTHERS.get(layer.kind, Word.LAYER))
        for layer in layers
        if layer.kind not in _MIXING and layer.kind not in FOLLOWING and layer.kind is not LayerKind.OPAQUE
    )
    joins = Counter(phrase(Kind.OPERATOR, _MERGES[merge]) for merge in merges)
    weights = params(layers)
    return Label(
        *(Label(number(Kind.COUNT, count), name) for name, count in (operations + following).most_common()),
        *(counted(count, name) for name, count in (nouns + joins).most_common()),
        *([phrase(Kind.COUNT, Word.PARAMS, si_text(weights))] if weights else []),
        joint=Word.LIST,
    )
