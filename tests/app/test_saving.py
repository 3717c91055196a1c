"""Files are written whole or not at all."""

from pathlib import Path

import pytest

from resnet_diagram.errors import RenderError
from resnet_diagram.saving import write_bytes, write_files, write_text


def test_text_is_utf8_with_plain_line_ends_and_bytes_are_bytes(tmp_path: Path) -> None:
    write_text(tmp_path / "a.txt", "3×3\nconv\n")
    write_bytes(tmp_path / "b.png", b"\x89PNG\r\n")
    assert (tmp_path / "a.txt").read_bytes() == "3×3\nconv\n".encode()
    assert (tmp_path / "b.png").read_bytes() == b"\x89PNG\r\n"
    assert {path.name for path in tmp_path.iterdir()} == {"a.txt", "b.png"}


def test_one_bad_place_leaves_all_files_as_they_were(tmp_path: Path) -> None:
    (tmp_path / "a.svg").write_text("old", encoding="utf-8")
    with pytest.raises(RenderError, match=r"Cannot write '.*none.b\.pdf'"):
        write_files([(tmp_path / "a.svg", "new"), (tmp_path / "none" / "b.pdf", b"new")])
    assert (tmp_path / "a.svg").read_text(encoding="utf-8") == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["a.svg"]


def test_a_file_in_the_place_of_a_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(RenderError, match="Cannot write"):
        write_text(tmp_path / "file" / "a.svg", "new")


def test_the_same_file_twice_holds_the_last(tmp_path: Path) -> None:
    write_files([(tmp_path / "a", "first"), (tmp_path / "a", "second")])
    assert (tmp_path / "a").read_text(encoding="utf-8") == "second"


def test_a_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "real.svg").write_text("old", encoding="utf-8")
    (tmp_path / "link.svg").symlink_to(tmp_path / "real.svg")
    write_text(tmp_path / "link.svg", "new")
    assert (tmp_path / "link.svg").is_symlink()
    assert (tmp_path / "real.svg").read_text(encoding="utf-8") == "new"
