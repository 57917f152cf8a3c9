"""When the project cannot be written: one sentence, nothing lost, tried again, another place."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from edam_gui.core.errors import OutputError
from edam_gui.project.store import ProjectStore, Status, connection, prepare
from edam_gui.project.store.changes import AppendStep, SetStatus
from tests.project.store.helpers import Ear, new_store


class FullDisk:
    """Lets the writer use no page more than the file has, until it is emptied."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.full = False
        monkeypatch.setattr(prepare, "open_writer", self.open_writer)

    def open_writer(self, path: Path) -> sqlite3.Connection:
        opened = connection.open_writer(path)
        if self.full:
            opened.execute("PRAGMA max_page_count = 1")  # SQLite takes the present size as the least
        return opened


def reported(sentences: list[str], part: str) -> bool:
    return len(sentences) == 1 and part in sentences[0] and "kept in memory" in sentences[0]


def test_a_full_disk_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    disk = FullDisk(monkeypatch)
    new_store(tmp_path).close()
    disk.full = True
    ear = Ear()
    with ProjectStore.open(tmp_path / "project.edam", on_saved=ear.on_saved, on_trouble=ear.on_trouble) as store:
        one, two, _ = store.ids()
        store.submit(AppendStep(one, 1, "stroke", "Brush", os.urandom(200_000)))
        assert "the disk is full" in ear.wait_for_trouble()
        assert store.trouble == ear.sentences[0]
        store.submit(AppendStep(two, 1, "stroke", "Brush", os.urandom(200_000)))
        last = store.submit(AppendStep(one, 2, "stroke", "Eraser", b"second"))
        store.retry()
        assert not store.flush(0.2)
        assert store.pending() == 3
        assert [step.name for step in store.load(one).steps] == ["Brush", "Eraser"]  # seen though not yet written
        store.save_elsewhere(tmp_path / "usb" / "copy.edam")
        with ProjectStore.open(tmp_path / "usb" / "copy.edam", granted=store.granted) as copy:
            assert [step.name for step in copy.load(one).steps] == ["Brush", "Eraser"]
            assert copy.path_of(copy.row(two)) == tmp_path / "img2.jpg"
        disk.full = False
        ear.wait_for_save(last)
        assert store.trouble is None
        assert store.pending() == 0
        assert reported(ear.sentences, "the disk is full")
    with ProjectStore.open(tmp_path / "project.edam") as store:
        assert [step.name for step in store.load(one).steps] == ["Brush", "Eraser"]
        assert len(store.load(two).steps[0].payload) == 200_000


def test_the_work_goes_on_in_another_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    disk = FullDisk(monkeypatch)
    new_store(tmp_path).close()
    disk.full = True
    ear = Ear()
    with ProjectStore.open(tmp_path / "project.edam", on_saved=ear.on_saved, on_trouble=ear.on_trouble) as store:
        one, two, _ = store.ids()
        store.submit(AppendStep(999, 1, "stroke", "of no image", b""))
        store.submit(AppendStep(one, 1, "stroke", "Brush", os.urandom(200_000)))
        ear.wait_for_trouble()
        disk.full = False
        store.move_to(tmp_path / "usb" / "work.edam")
        assert store.trouble is None
        last = store.submit(AppendStep(two, 1, "stroke", "Later", b"x"))
        ear.wait_for_save(last)
        assert store.pending() == 0
        assert store.path == tmp_path / "usb" / "work.edam"
        assert store.path_of(store.row(one)) == tmp_path / "img1.jpg"
        with ProjectStore.open(tmp_path / "usb" / "work.edam") as second:
            assert second.read_only is not None
        with ProjectStore.open(tmp_path / "project.edam") as old:
            assert old.read_only is None
            assert old.history(one) == ()
        granted = store.granted
    with ProjectStore.open(tmp_path / "usb" / "work.edam", granted=granted) as store:
        assert [step.name for step in store.load(one).steps] == ["Brush"]
        assert [step.name for step in store.load(two).steps] == ["Later"]
        assert store.ungranted_roots() == ()


def test_a_move_that_fails_changes_nothing(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        (tmp_path / "file").write_bytes(b"")
        for place in (tmp_path / "file" / "x.edam", store.path):
            with pytest.raises(OutputError):
                store.move_to(place)
        store.submit(SetStatus(1, Status.ACCEPTED))
        assert store.flush(20)
        assert store.path == tmp_path / "project.edam"


def test_a_project_that_is_only_read_goes_on_elsewhere(tmp_path: Path) -> None:
    with new_store(tmp_path) as first, ProjectStore.open(first.path) as store:
        assert store.read_only is not None
        store.move_to(tmp_path / "mine.edam")
        assert store.read_only is None
        store.submit(SetStatus(1, Status.ACCEPTED))
        assert store.flush(20)
        assert first.row(1).status is Status.NEW
        assert store.row(1).status is Status.ACCEPTED


def test_a_close_that_cannot_save_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    disk = FullDisk(monkeypatch)
    new_store(tmp_path).close()
    disk.full = True
    store = ProjectStore.open(tmp_path / "project.edam")
    store.submit(AppendStep(store.ids()[0], 1, "stroke", "Brush", os.urandom(200_000)))
    assert not store.close(0.1)


def test_a_locked_file_is_waited_for(tmp_path: Path) -> None:
    ear = Ear()
    with new_store(tmp_path, ear=ear) as store:
        other = sqlite3.connect(store.path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        last = store.submit(SetStatus(1, Status.ACCEPTED))
        assert "another program has locked it" in ear.wait_for_trouble()
        other.execute("ROLLBACK")
        other.close()
        ear.wait_for_save(last)
        assert reported(ear.sentences, "another program has locked it")


def test_an_unplugged_drive_is_waited_for(tmp_path: Path) -> None:
    ear = Ear()
    (tmp_path / "drive").mkdir()
    with new_store(tmp_path / "drive", ear=ear) as store:
        (tmp_path / "drive").rename(tmp_path / "away")
        last = store.submit(SetStatus(1, Status.ACCEPTED))
        assert "it is no longer there" in ear.wait_for_trouble()
        assert store.row(1).status is Status.ACCEPTED
        store.save_elsewhere(tmp_path / "copy.edam")
        (tmp_path / "away").rename(tmp_path / "drive")
        ear.wait_for_save(last)
        assert reported(ear.sentences, "it is no longer there")
    for path in (tmp_path / "drive" / "project.edam", tmp_path / "copy.edam"):
        with ProjectStore.open(path) as store:
            assert store.row(1).status is Status.ACCEPTED


def test_another_project_of_the_same_name_is_not_written_to(tmp_path: Path) -> None:
    ear = Ear()
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    new_store(tmp_path / "b").close()
    with new_store(tmp_path / "a", ear=ear) as store:
        mine = tmp_path / "a" / "project.edam"
        mine.rename(tmp_path / "mine.edam")
        for suffix in ("-wal", "-shm"):
            mine.with_name(mine.name + suffix).rename(tmp_path / f"mine.edam{suffix}")
        (tmp_path / "b" / "project.edam").rename(mine)
        store.submit(SetStatus(1, Status.ACCEPTED))
        assert "it is no longer there" in ear.wait_for_trouble()
        assert not store.close(0)
    with ProjectStore.open(mine) as other:
        assert other.row(1).status is Status.NEW


@contextmanager
def open_folder() -> Iterator[Path]:
    """A folder that every user may enter, unlike pytest's."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


def as_ordinary_user(action: Callable[[], str]) -> str:
    """Return what an action says in a process that permissions hold for, unlike root's."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            if os.geteuid() == 0:
                os.setgid(65534)
                os.setuid(65534)
            said = action()
        except BaseException as error:  # noqa: BLE001 - told to the parent
            said = repr(error)
        os.write(writing, said.encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        said = pipe.read().decode()
    os.waitpid(child, 0)
    return said


@pytest.mark.parametrize("mode", [0o555, 0o755])
def test_a_read_only_project_is_shown_and_saved_elsewhere(mode: int) -> None:
    with open_folder() as folder, open_folder() as elsewhere:
        new_store(folder).close()
        (folder / "project.edam").chmod(0o666 if mode == 0o555 else 0o444)
        (folder / ".project.edam.lock").chmod(0o666)
        folder.chmod(mode)
        elsewhere.chmod(0o777)

        def look() -> str:
            with ProjectStore.open(folder / "project.edam") as store:
                count = store.count()
                try:
                    store.submit(SetStatus(1, Status.ACCEPTED))
                except OutputError as error:
                    said = str(error)
                store.save_elsewhere(elsewhere / "copy.edam")
            with ProjectStore.open(elsewhere / "copy.edam") as copy:
                return f"{count} {said} {copy.count()} {copy.read_only}"

        said = as_ordinary_user(look)
        folder.chmod(0o755)
    assert said.startswith("3 ")
    assert "can only be read, because its folder is read-only" in said
    assert said.endswith(" 3 None")
