"""Named colours: each colour of a drawing is defined once and named after its first use."""

import re
from dataclasses import field

from resnet_diagram.dataclass import dataclass
from resnet_diagram.diagram.model import GroupRole
from resnet_diagram.layout.scene import Box, Connector, Scene, Text, walk
from resnet_diagram.style.theme import Theme

PLAIN_TEXT_ROLES = ("text", "muted", "caption")


@dataclass(frozen=True, slots=True)
class Palette:
    """Colour names by value ("#RRGGBB" in capitals), in the order they were asked for."""

    names: dict[str, str] = field(default_factory=dict)

    def name(self, colour: str, use: str) -> str:
        """Return the name of `colour`; the first call derives it from `use`."""
        value = colour.lstrip("#").upper()
        if value not in self.names:
            name = "resnet" + re.sub("[^a-z0-9]", "", use.lower())
            count, fresh = 1, name
            while fresh in self.names.values():
                count += 1
                fresh = f"{name}{count}"
            self.names[value] = fresh
        return self.names[value]


def palette(scene: Scene, theme: Theme) -> Palette:
    """Return the palette of a scene: text and page, the shades of the stages, then lines, boxes and texts."""
    result = Palette()
    result.name(theme.style("text").text, "ink")
    result.name(theme.page, "page")
    items = list(walk(scene))
    boxes = [item for item in items if isinstance(item, Box)]
    for shade in shades(boxes, theme):
        result.name(theme.shades[shade - 1], f"shade{shade}")
    for item in items:
        if isinstance(item, Connector):
            result.name(theme.style(item.role).stroke, item.role)
    for box in boxes:
        style = theme.style(box.role, shade_of(box, theme))
        use = "frame" if box.role in set(GroupRole) else box.role
        result.name(style.fill, use)
        result.name(style.stroke, f"{use}line")
        result.name(style.text, f"{use}text")
    for item in items:
        if isinstance(item, Text):
            result.name(theme.style(item.role).text, item.role)
    return result


def shade_of(box: Box, theme: Theme) -> int:
    """Return the shade that fills a box, or 0."""
    return theme.shade(box.role, box.shade)


def shades(boxes: list[Box], theme: Theme) -> list[int]:
    """Return the shades in use, in order."""
    return sorted({shade for box in boxes if (shade := shade_of(box, theme))})
