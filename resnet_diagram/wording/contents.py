"""The contents of closed boxes in words: "53 conv, 53 BN, 16 additions, 23.5 M params"; lists of modules."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import field

from resnet_diagram.dataclass import dataclass
from resnet_diagram.spec.measure import Part, params, walk
from resnet_diagram.spec.model import Layer, LayerKind, Merge
from resnet_diagram.spec.traits import FOLLOWING
from resnet_diagram.wording.counts import counted, params_labels
from resnet_diagram.wording.layers import names_only, operator_name
from resnet_diagram.wording.terms import Kind, Label, literal, number, phrase
from resnet_diagram.wording.vocabulary import Word

_MIXING = {
    LayerKind.CONV: Word.CONV,
    LayerKind.LINEAR: Word.FC,
    LayerKind.ATTENTION: Word.ATTENTION,
}
_OTHERS = {LayerKind.POOL: Word.POOLING, LayerKind.UPSAMPLE: Word.UPSAMPLING}
_LISTED = 4
"""Modules in a note that are named, at most."""
_MERGES = {Merge.ADD: Word.ADDITION, Merge.CONCAT: Word.CONCATENATION, Merge.MULTIPLY: Word.MULTIPLICATION}


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """Numbers of layers of each sort and of merges, those that have a plural apart, and parameters."""

    operations: Counter[Label] = field(default_factory=Counter)
    nouns: Counter[Label] = field(default_factory=Counter)
    params: int = 0

    def __add__(self, other: "Contents") -> "Contents":
        """Return what both hold together."""
        return Contents(
            operations=self.operations + other.operations,
            nouns=self.nouns + other.nouns,
            params=self.params + other.params,
        )


NOTHING_INSIDE = Contents()


def weighted_lines(part: Part, blocks: int) -> tuple[Label, ...]:
    """Return the lines of a closed box: its residual blocks, or the layers of each sort, and parameters."""
    kinds = Counter(layer.kind for layer in walk(part) if layer.kind in _MIXING and layer.params)
    layers = [
        Label(number(Kind.COUNT, count), phrase(Kind.OPERATOR, _MIXING[kind]))
        for kind, count in kinds.most_common()
    ]
    inside = [counted(blocks, phrase(Kind.BLOCK, Word.RESIDUAL_BLOCK))] if blocks else layers
    return (*inside, *params_labels(params(part)))


def contents_of(layers: Sequence[Layer], merges: Sequence[Merge]) -> Contents:
    """Count layers and merges by sort, and parameters."""
    operations = Counter(
        phrase(Kind.OPERATOR, _MIXING[layer.kind]) for layer in layers if layer.kind in _MIXING
    )
    following = Counter(names_only([layer]) for layer in layers if layer.kind in FOLLOWING)
    others = [layer for layer in layers if layer.kind not in {*_MIXING, *FOLLOWING, LayerKind.OPAQUE}]
    nouns = Counter(map(_noun, others))
    joins = Counter(map(merge_name, merges))
    return Contents(operations=operations + following, nouns=nouns + joins, params=params(layers))


def _noun(layer: Layer) -> Label:
    """Return the name of a layer that is no convolution and no norm; "layer" for a formula as in "× α"."""
    name = operator_name(layer)
    if layer.kind in _OTHERS or not name[0].isalpha():
        return phrase(Kind.OPERATOR, _OTHERS.get(layer.kind, Word.LAYER))
    return name


def merge_name(merge: Merge) -> Label:
    """Return the name of a merge, such as "concatenation"."""
    return phrase(Kind.OPERATOR, _MERGES[merge])


def contents_label(counts: Contents, *, weights: bool = True) -> Label:
    """Return contents in words, the most frequent sorts first; `weights`: with their parameters."""
    several = (Label(number(Kind.COUNT, count), name) for name, count in counts.operations.most_common())
    others = (counted(count, name) for name, count in counts.nouns.most_common())
    last = params_labels(counts.params) if weights else ()
    return Label(*several, *others, *last, joint=Word.LIST)


def shared_notes(modules: Iterable[tuple[str, int]]) -> tuple[Label, ...]:
    """Return a note on modules that run several times, with the number of runs, if there are any."""
    names = [phrase(Kind.LEGEND, Word.TIMES_RUN, literal(name), count) for name, count in modules]
    return modules_note(Word.RUN_AGAIN, names)


def modules_note(word: Word, names: Sequence[Label]) -> tuple[Label, ...]:
    """Return a note that names the first of some modules, if there are any."""
    if not names:
        return ()
    return (phrase(Kind.LEGEND, word, shortened_list(names, _LISTED)),)


def shortened_list(names: Sequence[Label], most: int) -> Label:
    """Return the first `most` names in a list, with the number of the others."""
    listed = Label(*names[:most], joint=Word.LIST)
    rest = len(names) - most
    return phrase(Kind.LEGEND, Word.AND_MORE, listed, rest) if rest > 0 else listed
