"""Move a finished drawing on its page."""

from dataclasses import replace

from resnet_diagram.layout.scene import Box, Item, Path


def shifted(item: Item, dx: float, dy: float = 0.0) -> Item:
    """The same shape `dx` points further to the right and `dy` further down."""
    if isinstance(item, Path):
        return replace(item, points=tuple((x + dx, y + dy) for x, y in item.points))
    if not isinstance(item, Box):
        return replace(item, x=item.x + dx, y=item.y + dy)
    return replace(
        item,
        x=item.x + dx,
        y=item.y + dy,
        points=tuple((x + dx, y + dy) for x, y in item.points),
        texts=tuple(replace(text, x=text.x + dx, y=text.y + dy) for text in item.texts),
    )
