"""Model of annotations: what an author writes about parts of a network."""

from fnmatch import fnmatchcase

from resnet_diagram.dataclass import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What is written about some modules.

    `pattern`: a dotted path such as "layer3.0.attn", in which `*` stands for any text; "" where `paths` lists
    the modules. `label`: words in
    their box, or their title. `color`: fill of their boxes, as "#RRGGBB" or the name of a style of the theme,
    "" for none. `note`: words of the legend on that fill. `unit`: draw each of them as one box.
    """

    pattern: str = ""
    paths: frozenset[str] = frozenset()
    label: str = ""
    color: str = ""
    note: str = ""
    unit: bool = False

    def names(self, path: str) -> bool:
        """Return whether a path is that of one of the modules."""
        return path in self.paths or fnmatchcase(path, self.pattern)

    def holds(self, path: str) -> bool:
        """Return whether a path is that of one of the modules, or lies in one."""
        return self.names(path) or (bool(self.pattern) and fnmatchcase(path, f"{self.pattern}.*"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotations:
    """Annotations of a drawing, and the file they come from.

    `title`: that of the drawing, None for the usual one. `notes`: lines added to the legend.
    """

    source: str = ""
    title: str | None = None
    notes: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()


NO_ANNOTATIONS = Annotations()
"""The annotations of a drawing without any."""
