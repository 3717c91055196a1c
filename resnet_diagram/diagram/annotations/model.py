"""Data model of annotations on parts of a network."""

from collections.abc import Iterable
from fnmatch import fnmatchcase

from resnet_diagram.dataclass import dataclass
from resnet_diagram.spec.paths import outer_paths
from resnet_diagram.wording.terms import Label
from resnet_diagram.wording.vocabulary import Word


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Annotation of some modules.

    `pattern`: a dotted path such as "layer3.0.attn" or the name of a class, in which `*` stands for any text;
    "" where `paths` lists the modules. With a pattern, `paths` are the modules of its classes. `label`: words
    in their box, or their title. `color`: fill of their boxes, as "#RRGGBB" or the name of a style of the
    theme, "" for none. `badge`: words at the corner of their boxes. `note`: words of the legend on that fill,
    or without one beside a box, with a line to it. `unit`: draw each of them as one box; None
    leaves it to the kind of module. `fold`: draw equal blocks of a stage once, or all of them; None leaves it
    to their number. `hide`: leave them out, and say so.
    """

    pattern: str = ""
    paths: frozenset[str] = frozenset()
    label: str = ""
    color: str = ""
    badge: str = ""
    note: str = ""
    unit: bool | None = None
    fold: bool | None = None
    hide: bool = False

    def names(self, path: str) -> bool:
        """Return whether a path names one of the modules."""
        if path in self.paths or not self.pattern:
            return path in self.paths
        return fnmatchcase(path, self.pattern) or fnmatchcase(f".{path}", self.pattern)

    def holds(self, path: str) -> bool:
        """Return whether a path names one of the modules, or a part of one."""
        return self.names(path) or (bool(self.pattern) and any(map(self.names, outer_paths(path))))

    def is_of_class(self, name: str) -> bool:
        """Return whether the pattern names a class.

        >>> Part(pattern="*Gate").is_of_class("SpatialGate"), Part(pattern="*.Gate").is_of_class("Gate")
        (True, True)
        """
        return fnmatchcase(name, self.pattern) or fnmatchcase(f".{name}", self.pattern)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ghost:
    """A box for a part of a baseline that is missing.

    `lines`: its words. `behind`: paths of the elements behind which it is drawn, one in each copy of what a
    drawing folds; else `before` which. `is_block`: it is no layer, and the paths are those of blocks;
    `is_stage`: of stages.
    """

    lines: tuple[Label, ...]
    behind: frozenset[str] = frozenset()
    before: frozenset[str] = frozenset()
    is_block: bool = False
    is_stage: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotations:
    """Annotations of a drawing, and the file they come from.

    `title`: that of the drawing, None for the usual one. `caption`: that of the figure, "" for the proposed
    one. `notes`: lines added to the legend. `insets`: the panels beside the overview, in this order, each by
    the path of a module or a pattern, a class, or its title; empty for all. `braces`: words, and the modules
    that a brace with them holds. `words`: texts that replace phrases of the vocabulary, as a language does.
    `ghosts`: parts that only the network `baseline` has.
    """

    source: str = ""
    title: str | None = None
    caption: str = ""
    notes: tuple[str, ...] = ()
    insets: tuple[str, ...] = ()
    braces: tuple[tuple[str, tuple[Part, ...]], ...] = ()
    words: tuple[tuple[Word, str], ...] = ()
    parts: tuple[Part, ...] = ()
    ghosts: tuple[Ghost, ...] = ()
    baseline: str = ""

    def folds(self, paths: Iterable[str]) -> bool | None:
        """Return whether a stage with these modules draws equal blocks once; None without an annotation."""
        modules = tuple(paths)
        choices = (part for part in self.parts if part.fold is not None)
        return next((part.fold for part in choices if modules and all(map(part.holds, modules))), None)


NO_ANNOTATIONS = Annotations()
"""The annotations of a drawing without any."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Brace:
    """A brace round bars of an overview, from the id `first` to the id `last`, with its words.

    `framed`: it holds whole frames, and reaches from edge to edge. `noted`: its words are a note, which the
    legend of a drawing without an overview has.
    """

    first: str
    last: str
    title: Label
    framed: bool = False
    noted: bool = False
