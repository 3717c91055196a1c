"""Write a diagram as an outline for the terminal: one line a layer, a tree of groups."""

from collections.abc import Iterable, Sequence

from resnet_diagram.diagram.flat import flattened
from resnet_diagram.diagram.model import (
    Dag,
    Fork,
    Group,
    Item,
    Node,
    NodeRole,
    Read,
    Vertex,
)
from resnet_diagram.diagram.roles import edge_role
from resnet_diagram.diagram.walk import MERGE_SIGNS, module_runs, vertex_items
from resnet_diagram.errors import escape_controls
from resnet_diagram.render.escape.xml import printable
from resnet_diagram.render.figure import Figure
from resnet_diagram.render.templates import render
from resnet_diagram.wording.symbols import times
from resnet_diagram.wording.terms import Kind, Language, phrase
from resnet_diagram.wording.vocabulary import SHORTCUT_WORDS, Word

_BESIDE = "╎ "
_SHORT = 5
_PREFIXES = {edge_role(kind): words.prefix for kind, words in SHORTCUT_WORDS.items()}

_REMOVED = "−"
"""Sign before parts that only a baseline has."""


def render_outline(figure: Figure) -> str:
    """Return the outline of a figure, with a final line break; groups and forks are indented trees."""
    diagram = flattened(figure.diagram)
    writer = _Writer(figure.language)
    legend = []
    for entry in diagram.legend:
        if entry.role in MERGE_SIGNS:
            legend.append(f"{MERGE_SIGNS[NodeRole(entry.role)]} {entry.text}")
        elif entry.role is NodeRole.REMOVED:
            legend.append(f"{_REMOVED} {entry.text}")
        elif entry.role is None:
            legend.append(entry.text)
    text = render(
        "outline",
        "figure.txt.jinja",
        figure.output.templates,
        title=" ".join(diagram.title.split()),
        lines=[line for item in diagram.chain.items for line in writer.lines(item)],
        legend=legend,
        shortcut=writer.words(Word.SHORTCUT),
    )
    return escape_controls(printable(text))


class _Writer:
    """Writes the lines of items, with words in a language."""

    def __init__(self, language: Language) -> None:
        self._language = language

    def words(self, word: Word, *values: str | int) -> str:
        """Return an entry of the vocabulary with its values."""
        return phrase(Kind.SENTENCE, word, *values).in_language(self._language)

    def _tree(self, items: tuple[Item, ...]) -> list[str]:
        """Return the lines of the items below a heading, as branches of a tree, with shortcuts beside it."""
        return _as_tree([lines for item in items for lines in self._twigs(item)])

    def _twigs(self, item: Item) -> list[list[str]]:
        """Return an item's branches of the tree; a group without title and count is replaced by its items."""
        if isinstance(item, Group) and not item.title and item.repeat == 1:
            return [twig for inner in item.items for twig in self._twigs(inner)]
        if isinstance(item, Group) and not item.title:
            return [self._folded(item)]
        if isinstance(item, Fork):
            return self._fork(item)
        if isinstance(item, Dag):
            return self._dag(item)
        return [self.lines(item)]

    def _folded(self, group: Group) -> list[str]:
        """Return a repeated group in one line, `[×35] bottleneck · ╎ identity · ⊕ · ReLU`, or as a tree."""
        parts = [twig for item in group.items for twig in self._twigs(item)]
        if len(parts) > _SHORT or any(len(part) > 1 for part in parts):
            return [self._heading(group), *self._tree(group.items)]
        return [f"{self._heading(group)} {' · '.join(part[0] for part in parts)}"]

    def lines(self, item: Item) -> list[str]:
        """Return the lines of an item at the left edge."""
        match item:
            case Node():
                return [self._text(item)]
            case Group():
                return [self._heading(item), *self._tree(item.items)]
            case Fork():
                return [line for twig in self._fork(item) for line in twig]
            case Dag():
                return [line for twig in self._dag(item) for line in twig]

    def _heading(self, group: Group) -> str:
        """Return a group's heading: `Stage 3 [×36]  28×28×512 → 14×14×1024`."""
        count = times(group.repeat)
        name = " ".join(part for part in (group.title, count) if part) or self.words(Word.BLOCK)
        return "  ".join(" ".join(part.split()) for part in (name, group.caption) if part)

    def _fork(self, fork: Fork) -> list[list[str]]:
        """Return the branches of a fork, each a tree if there are several; then shortcut and merge."""
        if len(fork.branches) == 1:
            twigs = [twig for item in fork.branches[0] for twig in self._twigs(item)]
        else:
            twigs = [self._branch(number, branch) for number, branch in enumerate(fork.branches, 1)]
        if fork.shortcut:
            link = fork.shortcut
            words = " → ".join(self._text(node) for node in link.nodes) or link.label
            kind = _PREFIXES.get(link.role)
            shown = self.words(Word.TITLE_AND_PLACE, words, self.words(kind)) if kind else words
            twigs.append([f"{_BESIDE}{shown}"])
        return [*twigs, [self._text(fork.merge)]]

    def _dag(self, dag: Dag) -> list[list[str]]:
        """Return a line for each part of a graph, those of one module as its branches."""
        twigs: list[list[str]] = []
        numbers = iter(range(1, len(dag.vertices) + 1))
        for module, title, run in module_runs(dag):
            parts = [self._part(next(numbers), vertex) for vertex in run]
            twigs += [[title, *_as_tree(parts)]] if module else parts
        return twigs

    def _part(self, number: int, vertex: Vertex) -> list[str]:
        """Return a part of a graph, with its number and the numbers of its sources."""
        items = vertex_items(vertex)
        inner = [twig for item in items for twig in self._twigs(item)]
        ways = [self._read(read) for read in vertex.reads]
        reads = f"  ← {', '.join(ways)}" if ways else ""
        if len(inner) == 1 and len(inner[0]) == 1:
            return [self.words(Word.NAMED, number, inner[0][0]) + reads]
        if inner:
            return [self.words(Word.NAMED, number, "").rstrip() + reads, *_as_tree(inner)]
        return [self.words(Word.NAMED, number, self.words(Word.AS_IT_IS))]

    def _read(self, read: Read) -> str:
        """Return the number of a source, with the operation on the connection: `4 (upsample ×2)`."""
        number = read.vertex + 1
        return self.words(Word.TITLE_AND_PLACE, number, read.label) if read.label else str(number)

    def _branch(self, number: int, items: tuple[Item, ...]) -> list[str]:
        name = self.words(Word.BRANCH, number)
        if not items:
            return [self.words(Word.NAMED, name, self.words(Word.AS_IT_IS))]
        return [name, *self._tree(items)]

    def _text(self, node: Node) -> str:
        """Return a node's text: `1×1 conv, 256 · BN, ReLU`."""
        words = [MERGE_SIGNS.get(node.role, "")] if node.role in MERGE_SIGNS else list(node.lines)
        shown = " · ".join(" ".join(word.split()) for word in (*words, node.badge, node.tag) if word)
        if node.role is NodeRole.REMOVED:
            return f"{_REMOVED} {shown}"
        return self.words(Word.INPUT, shown) if node.role is NodeRole.INPUT else shown


def _as_tree(twigs: Iterable[Sequence[str]]) -> list[str]:
    """Return lines in groups, each a branch of a tree, with shortcuts beside it."""
    shown = list(twigs)
    last = len(shown) - 1
    texts: list[str] = []
    for at, (first, *rest) in enumerate(shown):
        mark = "" if first.startswith(_BESIDE) else "└ " if at == last else "├ "
        texts.append(mark + first)
        texts += [("  " if at == last else "│ ") + line for line in rest]
    return texts
