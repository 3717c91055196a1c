"""SVG inline in the HTML of a document."""


def reduced(svg: str) -> str:
    """Return an SVG that shrinks to the available width, as images do.

    >>> reduced('<svg width="300pt" height="90pt"></svg>')
    '<svg style="max-width: 100%; height: auto" width="300pt" height="90pt"></svg>'
    """
    return svg.replace("<svg ", '<svg style="max-width: 100%; height: auto" ', 1)
