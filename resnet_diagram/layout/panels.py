"""Lay out panels: from the top of the page to the bottom, then the legend."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial, reduce
from itertools import groupby
from operator import add
from typing import NamedTuple

from resnet_diagram.diagram.legend import needed_entries
from resnet_diagram.diagram.model import WHOLE, Dag, Diagram, Inset, LegendEntry, Overview, Panel
from resnet_diagram.layout import spacing
from resnet_diagram.layout.canvas import Canvas, DrawnPanel
from resnet_diagram.layout.insets import insets
from resnet_diagram.layout.legend import finished, widest_entry
from resnet_diagram.layout.overview.draw import draw_routed, routed_overview
from resnet_diagram.layout.overview.rows import OverviewLayout, break_rows
from resnet_diagram.layout.scene import GroupKind, Scene
from resnet_diagram.layout.text.metrics import text_width
from resnet_diagram.layout.text.wrap import wrap_title
from resnet_diagram.layout.units import Fit, balanced, filled_rows
from resnet_diagram.style.theme import Theme
from resnet_diagram.wording.contents import contents_label, shortened_list
from resnet_diagram.wording.symbols import panel_letter
from resnet_diagram.wording.terms import Kind, phrase
from resnet_diagram.wording.vocabulary import Word

_LISTED = 3
"""Panels without room whose titles are listed, at most."""

_FILLED = 0.72
"""A drawing that takes so much of the page is stretched to its full width."""
_COLUMN_GAP = 18.0
_ROW_GAP = 9.0
_HEADING = 11.0
_UNDER_HEADING = 2.5
_LETTER_GAP = 4.5
_LEGEND_ROOM = 40.0


class MeasuredPanel(NamedTuple):
    """A measured panel: an overview that can be stretched or a finished inset, and its letter if any."""

    panel: Panel
    content: OverviewLayout | DrawnPanel
    letter: str = ""

    @property
    def width(self) -> float:
        """The minimum width of the panel's content."""
        return self.content.width


def lay_out_panels(diagram: Diagram, theme: Theme, fit: Fit) -> Scene:
    """Return the scene of panels, in points."""
    margin = spacing.PAGE_MARGIN
    room = (fit.width or spacing.PAGE_WIDTH) - 2 * margin
    canvas = Canvas(theme=theme, turned=False)
    panels = _kept(_measured(diagram.panels, theme, room), fit, room)
    diagram = replace(diagram, legend=_legend(diagram, panels))
    rows = _in_rows(panels, room)
    widths = (sum(item.width for item in row) + _COLUMN_GAP * (len(row) - 1) for row in rows)
    widest = max(widths, default=0.0)
    words = max(
        widest_entry(canvas, diagram.legend), *(sum(_heading_widths(canvas, item)) for item in panels)
    )
    # A drawing that needs much of the room takes all of it.
    width = max(widest, room if widest >= _FILLED * room else 0.0, min(words, room))
    y = margin
    for row in _in_rows(panels, width):
        y += _ROW_GAP if y > margin else 0.0
        y = _draw_row(canvas, row, width, y)
    return finished(canvas, diagram, width + 2 * margin, y)


def _measured(panels: Sequence[Panel], theme: Theme, room: float) -> list[MeasuredPanel]:
    """Return all panels, measured."""
    blocks = [panel.content.items for panel in panels if isinstance(panel.content, Inset)]
    drawing = iter(insets(blocks, theme, room, _COLUMN_GAP))
    contents: list[OverviewLayout | DrawnPanel] = []
    for panel in panels:
        if isinstance(panel.content, Overview):
            contents.append(break_rows(panel.content, theme, room))
        elif isinstance(panel.content, Dag):
            from resnet_diagram.layout.lanes.panel import lanes_panel

            contents.append(lanes_panel(replace(panel.content, notes=()), theme, room))
        else:
            contents.append(next(drawing))
    return [MeasuredPanel(*parts) for parts in zip(panels, contents, strict=True)]


def _is_strip(item: MeasuredPanel) -> bool:
    """Return whether a panel takes a whole row, as the panel of a network does."""
    return isinstance(item.panel.content, Overview) or item.panel.id == WHOLE


def _kept(panels: list[MeasuredPanel], fit: Fit, room: float) -> list[MeasuredPanel]:
    """Return the lettered panels that fit the page; of a graph's modules, those with most parameters."""
    highest = (fit.height or spacing.TALLEST) - _LEGEND_ROOM
    modules = [item for item in panels if isinstance(item.panel.content, Dag) and not _is_strip(item)]
    remaining = [item for item in panels if item not in modules]
    for module in sorted(modules, key=lambda item: -item.panel.origin.params):
        longer = [item for item in panels if item in remaining or item is module]
        # The height of an overview is not known yet.
        heights = [
            max(0.0 if isinstance(item.content, OverviewLayout) else item.content.height for item in row)
            for row in _in_rows(longer, room)
        ]
        if sum(heights) + (_HEADING + _ROW_GAP) * len(heights) <= highest:
            remaining = longer
    if len(remaining) == 1:
        return remaining
    return [item._replace(letter=panel_letter(number)) for number, item in enumerate(remaining)]


def _legend(diagram: Diagram, panels: Sequence[MeasuredPanel]) -> tuple[LegendEntry, ...]:
    """Return the legend entries for the drawn panels, with notes on the omitted ones."""
    if not diagram.legend or len(panels) == len(diagram.panels):
        return diagram.legend
    contents = [panel.content for panel in diagram.panels]
    entries = needed_entries(diagram.legend, contents, [item.panel.content for item in panels])
    ids = {item.panel.id for item in panels}
    left_out = [panel for panel in diagram.panels if panel.id not in ids]
    listed = shortened_list([panel.title for panel in left_out], _LISTED)
    inside = contents_label(reduce(add, (panel.inside for panel in left_out)))
    listed = phrase(Kind.LEGEND, Word.TITLE_AND_PLACE, listed, inside) if inside else listed
    words = phrase(Kind.LEGEND, Word.NOT_OPENED, listed).in_language(diagram.legend[0].text.language)
    return (*entries, LegendEntry(role=None, text=words))


def _heading_widths(canvas: Canvas, item: MeasuredPanel) -> tuple[float, float]:
    size = canvas.theme.size("badge")
    letter = text_width(item.letter, size, bold=True) + _LETTER_GAP if item.letter else 0.0
    return letter, text_width(item.panel.title, size, bold=not item.letter)


def _in_rows(panels: Sequence[MeasuredPanel], room: float) -> list[list[MeasuredPanel]]:
    """Return the panels on each row: networks alone, others on few rows of similar widths."""
    rows: list[list[MeasuredPanel]] = []
    for is_strip, run in groupby(panels, key=_is_strip):
        items = list(run)
        if is_strip:
            rows += [[item] for item in items]
        else:
            pack = partial(filled_rows, [item.width for item in items], gap=_COLUMN_GAP)
            rows += [[items[number] for number in row] for row in balanced(pack, room, step=4.0)]
    return rows


def _draw_row(canvas: Canvas, row: list[MeasuredPanel], width: float, top: float) -> float:
    """Draw panels side by side below `top`, distribute the remaining `width`, and return the bottom."""
    left = spacing.PAGE_MARGIN
    spare = width - sum(item.width for item in row) - _COLUMN_GAP * (len(row) - 1)
    share = max(0.0, spare / len(row))
    letters = [_heading_widths(canvas, item)[0] for item in row]
    size = canvas.theme.size("badge")
    headings = [
        wrap_title(item.panel.title, size, max(item.width + share - letter, 1.0), bold=not item.letter)
        or ("",) * bool(item.letter)
        for item, letter in zip(row, letters, strict=True)
    ]
    maximum = max(len(lines) for lines in headings)
    y = top + (maximum * _HEADING + _UNDER_HEADING if maximum else 0.0)
    line = max((item.content.line for item in row if isinstance(item.content, DrawnPanel)), default=0.0)
    bottom = y
    for item, letter, lines in zip(row, letters, headings, strict=True):
        panel = item.panel
        with canvas.group(panel.id, GroupKind.PANEL, panel.title, panel.origin):
            canvas.words(item.letter, "badge", "text", (left, top + _HEADING / 2), bold=True)
            for number, words in enumerate(lines):
                at = left + letter, top + (number + 0.5) * _HEADING
                canvas.words(words, "badge", "text", at, bold=not item.letter)
            centred = _is_strip(item) and isinstance(panel.content, Dag)
            bottom = max(bottom, _draw_content(canvas, item.content, (left, y), line, width, centred=centred))
        left += item.width + share + _COLUMN_GAP
    return bottom


def _draw_content(
    canvas: Canvas,
    content: OverviewLayout | DrawnPanel,
    at: tuple[float, float],
    line: float,
    width: float,
    *,
    centred: bool,
) -> float:
    """Draw a panel's content from page point `at`; return its bottom.

    An overview is centred in `width`, as is any content if `centred`.
    """
    if isinstance(content, OverviewLayout):
        left = Canvas(theme=canvas.theme, turned=False)
        routed = routed_overview(content, width, canvas.theme)
        draw_routed(left, routed)
        canvas.place(left, at[0] + max(0.0, (width - routed.length) / 2), at[1])
        return at[1] + routed.bottom
    down = line - content.line if content.line else 0.0
    spare = max(0.0, (width - content.width) / 2) if centred else 0.0
    canvas.place(content.canvas, at[0] + spare, at[1] + down)
    return at[1] + down + content.height
