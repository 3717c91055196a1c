"""Write a figure as PDF: vectors, fonts embedded, text that can be selected."""

from resnet_diagram.render.conversion.convert import convert
from resnet_diagram.render.figure import Figure


def render_pdf(figure: Figure) -> bytes:
    """Return a PDF of one page in the drawing's size; its bytes are deterministic."""
    return convert(figure, "pdf")
