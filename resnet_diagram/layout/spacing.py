"""The distances of every drawing, in points."""

from typing import NamedTuple

ARROW_GAP = 6.5
"""Distance between two boxes along the flow, in points, as all below."""
DOT_GAP = 4.5
"""Distance from a box to the dot where a shortcut leaves."""
DOT_TO_BOX = 6.5
"""Distance from that dot to the first box behind it."""
BLOCK_GAP = 2.0
"""Extra gap between two blocks in one row, in points."""
DOT_RADIUS = 1.2
MERGE_RADIUS = 4.6
LANE_GAP = 4.5
"""Distance between a shortcut and the boxes that it passes, in points."""
LABEL_GAP = 2.0
"""Distance between a shortcut and its label."""
BEND = 4.0
"""Radius of a bend."""
FRAME_CORNER = 3.0

BOX_PAD_X = 2.4
BOX_PAD_Y = 3.2
PITCH = 1.18
"""Line spacing, as a multiple of the font size."""
TAPER_DEPTH = 10.0
"""Difference in width between both ends of a tapered box, across the flow, in points."""
WAIST_DEPTH = 6.0
"""Difference in width between the middle and the ends of an hourglass or a barrel, in points."""
SHADOW = 1.8
"""Offset of each of the two boxes behind a folded one, in points."""
SHADOWS = 2

PAGE_MARGIN = 3.5
FRAME_PAD = 6.0
FRAME_LEAD = 8.0
"""Distance from a frame's edge to its content along the flow."""
TURN_PAD = 5.0
"""Distance from a frame's edge to the lines that turn from one row into the next."""
TITLE_HEIGHT = 13.0
ROW_GAP = 16.0
"""Distance between two rows in a frame; the line between them runs in its middle."""
OUTER_LANE = 6.5
"""Distance from the frames to the lines around them."""
FRAME_GAP = 19.0
COLUMN_GAP = 15.0
LEGEND_GAP = 7.0
LEGEND_PITCH = 12.0

SMALLEST_WIDTH = 218.0
WIDEST_ROW = 340.0
"""Maximum length of a row that is not broken to fit the page."""
PAGE_WIDTH = 495.0
PAGE_HEIGHT = 640.0
TALLEST = 648.0
"""Default maximum height of a drawing: 9 in."""


class Gaps(NamedTuple):
    """Distances that shrink when space is short, in points."""

    arrow: float = ARROW_GAP
    dot: float = DOT_GAP
    to_box: float = DOT_TO_BOX
    block: float = BLOCK_GAP
    pad_x: float = BOX_PAD_X
    pad_y: float = BOX_PAD_Y
    lane: float = LANE_GAP
    lead: float = FRAME_LEAD
    outer: float = OUTER_LANE


ROOMY = Gaps()
TIGHT = Gaps(arrow=5.6, dot=4.0, to_box=5.6, block=0.5, lead=6.0, outer=5.0)
TIGHTEST = Gaps(arrow=5.0, dot=3.4, to_box=5.6, block=0.0, lead=5.0, outer=4.5)
DENSE = Gaps(arrow=2.6, dot=2.8, to_box=6.0, block=0.0, pad_y=1.0, lane=4.0)
"""Boxes almost touch; the line between them is too short for an arrow."""
DENSEST = Gaps(arrow=1.8, dot=2.2, to_box=5.6, block=0.0, pad_y=0.6, lane=3.6)
