"""Write a figure as PDF: vectors, fonts embedded, text that can be selected."""

from resnet_diagram.render.conversion.convert import convert
from resnet_diagram.render.figure import Figure


def render_pdf(figure: Figure) -> bytes:
    """A PDF of one page as large as the drawing; the same figure gives the same bytes."""
    return convert(figure, "pdf")
