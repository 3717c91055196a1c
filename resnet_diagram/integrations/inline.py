"""SVG inline in the HTML of a document."""


def reduced(svg: str) -> str:
    """Return an SVG that is reduced to the width of its place where it is wider, as pictures are.

    >>> reduced('<svg width="300pt" height="90pt"></svg>')
    '<svg style="max-width: 100%; height: auto" width="300pt" height="90pt"></svg>'
    """
    return svg.replace("<svg ", '<svg style="max-width: 100%; height: auto" ', 1)
