"""Write figures as a draw.io file: uncompressed XML, one page a figure."""

from resnet_diagram.render.drawio.cells import page_cells
from resnet_diagram.render.drawio.page import ROOT
from resnet_diagram.render.drawio.styles import Palette, length
from resnet_diagram.render.escape.xml import xml_text
from resnet_diagram.render.figure import Figure
from resnet_diagram.render.fonts import warn_of_absent
from resnet_diagram.render.templates import render


def render_drawio(*figures: Figure) -> str:
    """Return a file with a page for each figure; the same figures give the same text."""
    for font in dict.fromkeys(figure.theme.font for figure in figures):
        warn_of_absent(font)
    pages = []
    for number, figure in enumerate(figures, 1):
        scene, palette = figure.scene, Palette(figure.theme)
        model = {
            "grid": "0",
            "guides": "1",
            "tooltips": "1",
            "connect": "1",
            "arrows": "1",
            "fold": "1",
            "page": "1",
            "pageScale": "1",
            "pageWidth": length(scene.width),
            "pageHeight": length(scene.height),
            "math": "0",
            "shadow": "0",
            "background": palette.page,
            "adaptiveColors": "auto" if figure.theme.dark else "none",
        }
        page: dict[str, object] = {
            "id": f"page-{number}",
            "name": xml_text(figure.spoken_title),
            "description": xml_text(scene.description),
            "root": ROOT,
            "model": model,
            "cells": page_cells(scene, palette),
        }
        pages.append(page)
    return render("drawio", "figure.drawio.jinja", figures[0].output.templates, pages=pages)
