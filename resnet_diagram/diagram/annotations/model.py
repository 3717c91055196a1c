"""Data model of annotations on parts of a network."""

from collections.abc import Iterable
from fnmatch import fnmatchcase

from resnet_diagram.dataclass import dataclass
from resnet_diagram.spec.paths import outer_paths
from resnet_diagram.wording.terms import Label
from resnet_diagram.wording.vocabulary import Word


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Annotation of the modules that match a pattern, or of those at some paths.

    `pattern`: dotted path such as "layer3.0.attn", or name of a class; `*` matches any text. `paths`: paths
    of the modules; with a pattern, those of the classes it names. `label`: text of a module's box, or its
    title. `color`: fill of its boxes: "#RRGGBB", or the name of a style in the theme. `badge`: text at the
    corner of its boxes. `note`: legend entry for `color`; without a colour, text beside the box. `unit`: draw
    a module as one box, or never; None decides by its kind. `fold`: draw equal blocks of a stage once, or
    each of them; None decides by their number. `hide`: omit the modules, with a line in the legend.
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
    """A box for a part of the baseline that the network lacks.

    `lines`: its text. `behind`: paths of the elements that it follows, one for each folded copy; if empty, it
    precedes those in `before`. `is_block`, `is_stage`: the part and these elements are blocks, or stages.
    """

    lines: tuple[Label, ...]
    behind: frozenset[str] = frozenset()
    before: frozenset[str] = frozenset()
    is_block: bool = False
    is_stage: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotations:
    """Annotations of a drawing, and the file they come from.

    `title`: title of the drawing; None for the default. `caption`: caption of the figure; "" for the default.
    `notes`: lines added to the legend. `insets`: panels to draw beside the overview, in this order, each by a
    module's path, a pattern, a class, or its title; empty for all. `braces`: text of each brace, and the
    modules that it spans. `words`: replacements for phrases of the vocabulary, as in a language file.
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
"""Annotations of a drawing that has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Brace:
    """A brace under the bars of an overview from id `first` to id `last`, with a text.

    `framed`: it spans whole frames, from edge to edge. `noted`: its text is a note of an annotation, which
    the legend shows where there is no overview.
    """

    first: str
    last: str
    title: Label
    framed: bool = False
    noted: bool = False
