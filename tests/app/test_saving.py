"""Files are written whole or not at all."""

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from resnet_diagram.errors import RenderError
from resnet_diagram.saving import write_files


def test_text_is_utf8_with_plain_line_ends_and_bytes_are_bytes(tmp_path: Path) -> None:
    write_files([(tmp_path / "a.txt", "3×3\nconv\n")])
    write_files([(tmp_path / "b.png", b"\x89PNG\r\n")])
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
        write_files([(tmp_path / "file" / "a.svg", "new")])


def test_the_same_file_twice_holds_the_last(tmp_path: Path) -> None:
    write_files([(tmp_path / "a", "first"), (tmp_path / "a", "second")])
    assert (tmp_path / "a").read_text(encoding="utf-8") == "second"


def test_a_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "real.svg").write_text("old", encoding="utf-8")
    (tmp_path / "link.svg").symlink_to(tmp_path / "real.svg")
    write_files([(tmp_path / "link.svg", "new")])
    assert (tmp_path / "link.svg").is_symlink()
    assert (tmp_path / "real.svg").read_text(encoding="utf-8") == "new"


def content(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o755])
def test_a_file_keeps_its_mode(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "a.svg"
    path.write_text("old", encoding="utf-8")
    path.chmod(mode)
    write_files([(path, "new")])
    assert (stat.S_IMODE(path.stat().st_mode), content(path)) == (mode, "new")


@pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="only the superuser may give files away")
def test_a_file_keeps_its_owner(tmp_path: Path) -> None:
    path = tmp_path / "a.svg"
    path.write_text("old", encoding="utf-8")
    os.chown(path, 1234, 1235)
    write_files([(path, "new")])
    assert (path.stat().st_uid, path.stat().st_gid, content(path)) == (1234, 1235, "new")


def test_a_new_file_has_the_mode_of_any_new_file(tmp_path: Path) -> None:
    (tmp_path / "other").touch()
    write_files([(tmp_path / "a.svg", "new")])
    assert (tmp_path / "a.svg").stat().st_mode == (tmp_path / "other").stat().st_mode


def test_a_file_with_two_names_stays_one_file(tmp_path: Path) -> None:
    path, other = tmp_path / "a.svg", tmp_path / "b.svg"
    path.write_text("old, and longer than the new", encoding="utf-8")
    os.link(path, other)
    write_files([(path, "new")])
    assert (content(path), content(other)) == ("new", "new")


def test_a_read_only_file_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    path = tmp_path / "a.svg"
    path.write_text("old", encoding="utf-8")
    path.chmod(0o444)
    with pytest.raises(RenderError, match="read-only"):
        write_files([(tmp_path / "b.svg", "new"), (path, "new")])
    assert content(path) == "old"
    assert [one.name for one in tmp_path.iterdir()] == ["a.svg"]


def test_a_name_of_255_bytes_is_written(tmp_path: Path) -> None:
    path = tmp_path / f"{'n' * 251}.svg"
    write_files([(path, "new")])
    write_files([(path, "newer")])
    assert content(path) == "newer"


def test_a_pipe_is_written_into(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    with subprocess.Popen(["cat", path], stdout=subprocess.PIPE) as reader:
        write_files([(path, "new")])
        assert reader.communicate()[0] == b"new"
    assert stat.S_ISFIFO(path.stat().st_mode)


def test_a_device_is_written_into() -> None:
    write_files([(Path("/dev/null"), "new")])
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)


def test_standard_output_by_its_path_is_written_into(tmp_path: Path) -> None:
    code = "from pathlib import Path; from resnet_diagram.saving import write_files as w; "
    code += "print('a', flush=True); w([(Path('/dev/stdout'), 'new')])"
    with (tmp_path / "out").open("ab") as out:
        subprocess.run([sys.executable, "-c", code], stdout=out, check=True)
    assert (tmp_path / "out").read_bytes() in (b"new", b"a\nnew")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert done.stdout == b"a\nnew"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_told() -> None:
    with pytest.raises(RenderError, match=r"No space left on device\. Make room"):
        write_files([(Path("/dev/full"), "x")])


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RenderError, match="it is a folder"):
        write_files([(tmp_path, "new")])


def test_half_of_a_surrogate_pair_is_written_as_a_question_mark(tmp_path: Path) -> None:
    write_files([(tmp_path / "a", "x\ud800")])
    assert content(tmp_path / "a") == "x?"


SLOW = """
import os, time
from resnet_diagram import saving
from resnet_diagram.__main__ import run
draft = saving._write_draft
def slow(*args):
    draft(*args)
    print("begun", flush=True)
    time.sleep(30)
saving._write_draft = slow
import sys
sys.argv = ["resnet-diagram", "draw", "resnet18", "-o", "a.svg"]
run()
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_leaves_no_draft(tmp_path: Path, number: signal.Signals) -> None:
    (tmp_path / "a.svg").write_text("old", encoding="utf-8")
    command = [sys.executable, "-c", SLOW]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"begun\n"
        process.send_signal(number)
        process.communicate()
    assert process.returncode == 128 + number
    assert [path.name for path in tmp_path.iterdir()] == ["a.svg"]
    assert content(tmp_path / "a.svg") == "old"
