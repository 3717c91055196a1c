"""The legend of a scene against what is drawn: each role that needs words has them, and no other."""

import re
from collections.abc import Iterator

from resnet_diagram.diagram.legend import WORDS
from resnet_diagram.diagram.model import EdgeRole, NodeRole
from resnet_diagram.layout.scene import Anchor, Box, Connector, Scene, Text, walk
from resnet_diagram.style.theme import Theme

_ROLES = {word.value: role for role, word in WORDS.items()}
_SIGNS = {
    "s: stride": r"\bs ?=|(^|, )s\b",
    "r: reduction": r"\br=",
    "C": r"(^|, )\d*C\b",
    "[×N]": r"\[×",
}
"""How the entry of an abbreviation begins, and the signs that need it, as a regular expression."""
_HALF_A_ROW = 5.5


def legend_problems(scene: Scene, theme: Theme) -> Iterator[str]:
    """Roles and abbreviations that are drawn and not told, or told and not drawn; English words only."""
    texts = [item for item in walk(scene) if isinstance(item, Text)]
    size = theme.size("legend")
    told = [text for text in texts if text.text in _ROLES and text.size == size and not text.bold]
    told = [text for text in told if text.anchor is Anchor.START]
    if not told:
        yield "there is no legend"
        return
    top = min(text.y for text in told) - _HALF_A_ROW
    yield from _roles_told(scene, top, {str(_ROLES[text.text]) for text in told})
    yield from _signs_told(scene, top)


def _roles_told(scene: Scene, top: float, told: set[str]) -> Iterator[str]:
    lines = {item.role for item in walk(scene) if isinstance(item, Connector) and item.points[0][1] < top}
    boxes = {item.role for item in walk(scene) if isinstance(item, Box) and item.y < top}
    drawn = {str(role) for role in WORDS} & (lines | boxes)
    yield from (f"{role} is drawn and not in the legend" for role in sorted(drawn - told))
    yield from (f"{role} is in the legend and not drawn" for role in sorted(told - drawn - {EdgeRole.FLOW}))


def _signs_told(scene: Scene, top: float) -> Iterator[str]:
    loose = [item for item in walk(scene) if isinstance(item, Text)]
    boxes = [item for item in walk(scene) if isinstance(item, Box) and item.role is not NodeRole.CONCAT]
    inside = [text for box in boxes for text in box.texts]
    drawn = "\n".join([*(text.text for text in loose if text.y < top), *(text.text for text in inside)])
    entries = [text.text for text in loose if text.y >= top]
    for entry, sign in _SIGNS.items():
        needed = re.search(sign, drawn, re.MULTILINE) is not None
        there = any(re.match(rf"{re.escape(entry)}($|[:,])", line) for line in entries)
        if needed != there:
            yield f"the legend {'lacks' if needed else 'has'} {entry!r}"
