from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from edam_gui.core.errors import OutputError
from edam_gui.imaging.atomic import write_bytes


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def failing(code: int):
    def fail(*args: object, **kwargs: object) -> None:
        raise OSError(code, os.strerror(code))

    return fail


def test_writes_the_bytes_and_makes_the_folders(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "map.png"
    write_bytes(path, b"content")
    assert path.read_bytes() == b"content"
    assert names(path.parent) == ["map.png"]


def test_replaces_an_existing_file(tmp_path: Path) -> None:
    path = tmp_path / "map.png"
    path.write_bytes(b"a much longer old content")
    write_bytes(path, b"new")
    assert path.read_bytes() == b"new"


@pytest.mark.parametrize(("umask", "mode"), [(0o022, 0o644), (0o002, 0o664), (0o077, 0o600)])
def test_the_mode_follows_the_umask(tmp_path: Path, umask: int, mode: int) -> None:
    before = os.umask(umask)
    try:
        write_bytes(tmp_path / "map.png", b"x")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "map.png").stat().st_mode) == mode


@pytest.mark.parametrize("step", ["fsync", "replace", "open"])
@pytest.mark.parametrize(
    ("code", "cause"),
    [
        (errno.ENOSPC, "the disk is full"),
        (errno.EDQUOT, "the disk quota is used up"),
        (errno.EROFS, "its folder is read-only"),
        (errno.EACCES, "its folder is read-only"),
        (errno.EIO, os.strerror(errno.EIO)),
    ],
)
def test_a_failure_names_file_and_cause_and_leaves_everything_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, code: int, cause: str
) -> None:
    path = tmp_path / "map.png"
    path.write_bytes(b"old")
    monkeypatch.setattr(os, step, failing(code))
    with pytest.raises(OutputError) as raised:
        write_bytes(path, b"new")
    monkeypatch.undo()
    assert str(raised.value).startswith(f"{path}: could not be written")
    assert cause in str(raised.value)
    assert names(tmp_path) == ["map.png"]
    assert path.read_bytes() == b"old"


def test_an_interruption_leaves_no_temporary_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*args: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_bytes(tmp_path / "map.png", b"new")
    assert names(tmp_path) == []


def test_a_folder_of_that_name(tmp_path: Path) -> None:
    (tmp_path / "map.png").mkdir()
    with pytest.raises(OutputError, match="a folder of that name exists"):
        write_bytes(tmp_path / "map.png", b"x")
    assert names(tmp_path) == ["map.png"]


def test_a_file_where_the_folder_should_be(tmp_path: Path) -> None:
    (tmp_path / "out").write_bytes(b"a file")
    for path in (tmp_path / "out" / "map.png", tmp_path / "out" / "deeper" / "map.png"):
        with pytest.raises(OutputError, match="a file stands where its folder should be"):
            write_bytes(path, b"x")
    assert (tmp_path / "out").read_bytes() == b"a file"


def test_a_name_that_is_too_long(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="its name is too long"):
        write_bytes(tmp_path / ("n" * 300), b"x")
    assert names(tmp_path) == []


def test_the_longest_name_is_not_too_long(tmp_path: Path) -> None:
    write_bytes(tmp_path / ("n" * 255), b"x")
    assert names(tmp_path) == ["n" * 255]


def test_a_name_with_a_null_byte(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="forbidden character"):
        write_bytes(tmp_path / "a\0b", b"x")
    assert names(tmp_path) == []
