"""Merge stacked lines of one style into paragraphs, which are edited as one text."""

from collections.abc import Iterable
from dataclasses import replace

from resnet_diagram.dataclass import dataclass
from resnet_diagram.layout.scene import Point, Text
from resnet_diagram.layout.spacing import PITCH
from resnet_diagram.render.drawio.ports import Area

_LOOSE = 0.15
"""Largest difference between a distance of lines and the usual one, in sizes of type."""
_LINE_HEIGHT = 1.2


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Lines in one style, in the order they are read."""

    lines: tuple[Text, ...]

    @property
    def style(self) -> Text:
        """The first line, whose style all lines share."""
        return self.lines[0]

    @property
    def words(self) -> str:
        """The lines with line breaks between them."""
        return "\n".join(line.text for line in self.lines)

    @property
    def anchor(self) -> Point:
        """The point that the alignment refers to: the anchor, at half the height of all lines."""
        first, last = self.lines[0], self.lines[-1]
        return (first.x + last.x) / 2, (first.y + last.y) / 2

    @property
    def area(self) -> Area:
        """The rectangle on the page that the lines fill."""
        (x, y), style = self.anchor, self.style
        length = max(line.width for line in self.lines)
        height = PITCH * style.size * (len(self.lines) - 1) + _LINE_HEIGHT * style.size
        start = style.anchor.share
        if style.turned:
            return Area(x - height / 2, y - (1 - start) * length, height, length)
        return Area(x - start * length, y - height / 2, length, height)


def paragraphs(texts: Iterable[Text]) -> list[Paragraph]:
    """Return the texts in paragraphs: neighbours in one style, a line's pitch apart, are joined."""
    groups: list[list[Text]] = []
    for text in sorted(texts, key=lambda text: (text.x, text.y) if text.turned else (text.y, text.x)):
        last = groups[-1][-1] if groups else text
        alike = replace(text, x=last.x, y=last.y, text=last.text, width=last.width) == last
        dx, dy = text.x - last.x, text.y - last.y
        across, along = (dy, dx) if text.turned else (dx, dy)
        if alike and abs(across) <= 0.01 and abs(along / text.size - PITCH) < _LOOSE:
            groups[-1].append(text)
        else:
            groups.append([text])
    return [Paragraph(tuple(lines)) for lines in groups]
