"""The gallery is fresh: its page, its list of files, and each drawing, sampled unless all is asked for."""

import json
import os
from itertools import pairwise

import pytest

from docs import gallery
from docs.gallery import Picture
from resnet_diagram.diagram.options import View
from resnet_diagram.style.theme import theme_names
from tests.programs import ALL_PROGRAMS

MOST = 2_000_000
"""Bytes of the gallery, with room for the pictures of a new theme and a new view."""
MOST_THUMBNAIL = 60_000
ALL = os.environ.get(ALL_PROGRAMS) == "1"
HINT = "run: python -m docs.gallery"


def kept() -> list[Picture]:
    """Pictures to draw again: without PyTorch, and every seventh."""
    return gallery.pictures() if ALL else [one for one in gallery.pictures() if not one.traced][::7]


def test_the_page_is_fresh() -> None:
    assert gallery.PAGE.read_text(encoding="utf-8") == gallery.page(), HINT


def test_each_view_and_theme_has_pictures() -> None:
    commands = " ".join(picture.arguments for picture in gallery.pictures()).split()
    options = list(pairwise(commands))
    assert [view for view in View if ("--view", view) not in options] == []
    assert [name for name in theme_names() if name != "paper" and ("--theme", name) not in options] == []


def test_the_files_are_those_of_the_page_and_small() -> None:
    sizes = {path.name: path.stat().st_size for path in gallery.PICTURES.iterdir()}
    assert sizes.keys() == {picture.name for picture in gallery.pictures()} | {gallery.DIGESTS.name}, HINT
    assert sum(sizes.values()) < MOST
    assert max(size for name, size in sizes.items() if name.endswith(".png")) < MOST_THUMBNAIL


@pytest.mark.parametrize("picture", kept(), ids=lambda picture: str(picture.name))
def test_pictures_are_fresh(picture: Picture) -> None:
    if picture.traced:
        pytest.importorskip("torch", reason="torch is not installed")
        pytest.importorskip("tests.torchvision_shim", reason="torchvision is not installed")
    svg = gallery.drawn(picture)
    digests = json.loads(gallery.DIGESTS.read_text(encoding="utf-8"))
    assert digests[picture.name] == gallery.digest(svg), HINT
    if picture.name.endswith(".svg"):
        assert (gallery.PICTURES / picture.name).read_bytes() == svg, HINT
