"""Move a finished drawing on its page."""

from dataclasses import replace

from resnet_diagram.scene.model import Box, Item, Path


def shifted(item: Item, dx: float) -> Item:
    """The same shape `dx` points further to the right."""
    if isinstance(item, Path):
        return replace(item, points=tuple((x + dx, y) for x, y in item.points))
    if not isinstance(item, Box):
        return replace(item, x=item.x + dx)
    return replace(
        item,
        x=item.x + dx,
        points=tuple((x + dx, y) for x, y in item.points),
        texts=tuple(replace(text, x=text.x + dx) for text in item.texts),
    )
