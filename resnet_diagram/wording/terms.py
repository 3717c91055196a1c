"""Labels: text for a drawing, together with the typed terms it is made of.

A `Label` is a string, so that layout and printers measure and write it as any other text. It also keeps its
parts, so that the legend, the condensed notation and the comparison ask for kinds of term instead of parsing
text, and so that `in_language` can write the same terms in another language.

    >>> window = Term(kind=Kind.KERNEL, word="3×3"), Term(kind=Kind.OPERATOR, word=Word.CONV)
    >>> box = Label(Label(*window), number(Kind.CHANNELS, 64), Term(kind=Kind.STRIDE, word="s=2"), joint=", ")
    >>> box
    '3×3 conv, 64, s=2'
    >>> Kind.STRIDE in box.kinds, Kind.GROUPS in box.kinds
    (True, False)
    >>> box.in_language({Word.CONV: "卷积"})
    '3×3 卷积，64，s=2'
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from functools import cached_property
from typing import Any, Self, SupportsIndex

from resnet_diagram.dataclass import dataclass
from resnet_diagram.wording.vocabulary import Word

Language = Mapping[Word, str]
"""Text of each word in a language; a word without an entry stays English."""


FORMULA_MARK = "\ufdd0"
"""The sign before a formula in a text, a noncharacter of Unicode (`wording/formulas.py`)."""
_IDEOGRAPHS = ("\u3400", "\u9fff")
"""First and last ideograph of Chinese; their pattern would be compiled at every start."""


class Kind(StrEnum):
    """Subject of a term."""

    OPERATOR = "operator"
    KERNEL = "kernel"
    CHANNELS = "channels"
    WIDTH = "width"
    IN_WIDTH = "in width"
    END_WIDTH = "end width"
    STRIDE = "stride"
    DEPTHWISE = "depthwise"
    GROUPS = "groups"
    DILATION = "dilation"
    REDUCTION = "reduction"
    REPEAT = "repeat"
    NORM = "norm"
    ACTIVATION = "activation"
    COUNT = "count"
    SHAPE = "shape"
    SHORTCUT = "shortcut"
    BLOCK = "block"
    GATE = "gate"
    BRANCH = "branch"
    PLACE = "place"
    TITLE = "title"
    NAME = "name"
    LEGEND = "legend"
    SENTENCE = "sentence"
    SIGN = "sign"


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One piece of a label.

    `word`: an entry of the vocabulary, translated, or a number, symbol or name, which is the same in every
    language. `values`: labels that replace `{0}`, `{1}` … in an entry of the vocabulary.
    """

    kind: Kind
    word: Word | str
    values: "tuple[Label, ...]" = ()

    @property
    def kinds(self) -> frozenset[Kind]:
        """Its kind, and those of the terms in its values."""
        return frozenset({self.kind}).union(*(value.kinds for value in self.values))

    def in_language(self, language: Language) -> "Term":
        """Return the same term with its values in another language."""
        values = tuple(value.in_language(language) for value in self.values)
        return Term(kind=self.kind, word=self.word, values=values)

    def text(self, language: Language) -> str:
        """Return its text in a language."""
        text = _word_text(self.word, language)
        return text.format(*self.values) if isinstance(self.word, Word) else text


class Label(str):
    """Text with the terms it is made of, joined by `joint`; `capital`: the first letter is a capital.

    The result of a string method is a plain string without terms.
    """

    parts: "tuple[Term | Label, ...]"
    joint: Word | str
    capital: bool
    language: Language

    def __new__(cls, *parts: "Term | Label", joint: Word | str = " ", capital: bool = False) -> Self:
        """Make an English label; parts that are labels keep their language."""
        return cls._spelled(parts, joint, {}, capital)

    @classmethod
    def _spelled(
        cls, parts: "tuple[Term | Label, ...]", joint: Word | str, language: Language, capital: bool
    ) -> Self:
        texts = [part if isinstance(part, Label) else part.text(language) for part in parts]
        texts, sign, (first, last) = [*filter(None, texts)], _word_text(joint, language), _IDEOGRAPHS
        if sign == ", " and any(first <= end <= last for text in texts for end in (text[0], text[-1])):
            sign = "，"  # a comma beside an ideograph is full-width
        text = sign.join(texts)
        self = super().__new__(cls, text[:1].upper() + text[1:] if capital else text)
        self.parts, self.joint, self.capital, self.language = parts, joint, capital, language
        return self

    def in_language(self, language: Language) -> "Label":
        """Return the same terms in another language."""
        parts = tuple(part.in_language(language) for part in self.parts)
        return Label._spelled(parts, self.joint, language, self.capital)

    def split_first(self) -> "tuple[Label, ...]":
        """Return the first part and the rest as two labels, or the label itself if it has one part.

        >>> Label(literal("3×3 conv"), literal("64"), literal("s=2"), joint=", ").split_first()
        ('3×3 conv', '64, s=2')
        """
        first, *rest = [part for part in self.parts if not isinstance(part, Label) or part] or [NOTHING]
        if not rest:
            return (self,)
        return tuple(
            Label._spelled(tuple(parts), self.joint, self.language, False) for parts in ((first,), rest)
        )

    @cached_property
    def kinds(self) -> frozenset[Kind]:
        """Kinds of all terms in it, also of those within other terms."""
        return frozenset[Kind]().union(*(part.kinds for part in self.parts))

    def __reduce_ex__(self, protocol: SupportsIndex) -> tuple[Any, ...]:
        """Copy and pickle by parts."""
        return Label._spelled, (self.parts, self.joint, self.language, self.capital)


def _word_text(word: Word | str, language: Language) -> str:
    return language.get(word, word.value) if isinstance(word, Word) else word


NOTHING = Label()
"""The empty label."""


def literal(text: str, kind: Kind = Kind.NAME) -> Label:
    """Return a label of one term that is the same in every language, such as the name of a network."""
    return Label(Term(kind=kind, word=text)) if text else NOTHING


def number(kind: Kind, value: int) -> Term:
    """Return a term of one number.

    >>> Label(number(Kind.CHANNELS, 64))
    '64'
    """
    return Term(kind=kind, word=str(value))


def enumeration(texts: Sequence[str]) -> Label:
    """Return a list in words.

    >>> enumeration(["a"]), enumeration(["a", "b"]), enumeration(["a", "b", "c"])
    ('a', 'a and b', 'a, b and c')
    """
    labels = [text if isinstance(text, Label) else literal(text) for text in texts]
    return Label(Label(*labels[:-1], joint=Word.LIST), *labels[-1:], joint=Word.AND)


def phrase(kind: Kind, word: Word, *values: Label | str | int) -> Label:
    """Return a label of one entry of the vocabulary with its values.

    >>> phrase(Kind.TITLE, Word.STAGE, 2)
    'Stage 2'
    """
    literals = tuple(value if isinstance(value, Label) else literal(str(value)) for value in values)
    return Label(Term(kind=kind, word=word, values=literals))
