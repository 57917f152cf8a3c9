"""Folders of a project: found again after a move, named safely, on a local disk or not."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path, PurePosixPath

import pytest

from edam_gui.core.errors import InputFileError
from edam_gui.core.label_set import PASCAL_VOC
from edam_gui.project.export import select_images
from edam_gui.project.store import ProjectStore, Query
from edam_gui.project.store.changes import AddImages
from edam_gui.project.store.disk import file_system_of, is_local_disk


def project(base: Path) -> Path:
    """A project in `base/work` with images in its own folder and in `base/photos`."""
    for folder in ("work/own", "photos"):
        (base / folder).mkdir(parents=True)
    with ProjectStore.create(base / "work" / "project.edam", PASCAL_VOC) as store:
        for root in (store.add_root(base / "work" / "own"), store.add_root(base / "photos")):
            store.submit(AddImages(root.id, (PurePosixPath("a.jpg"),)))
        assert [root.inside for root in store.roots()] == [True, False]
        assert store.add_root(base / "photos").id == 2
    return store.path


def test_a_project_that_moved_with_its_folders_finds_them(tmp_path: Path) -> None:
    project(tmp_path / "old")
    (tmp_path / "old").rename(tmp_path / "new")
    with ProjectStore.open(tmp_path / "new" / "work" / "project.edam", granted=[tmp_path / "old" / "photos"]) as store:
        own, photos = store.roots()
        assert own.folder == tmp_path / "new" / "work" / "own"
        assert store.missing_roots() == {photos: tmp_path / "new" / "photos"}
        store.move_root(photos.id, tmp_path / "new" / "photos")
        assert store.missing_roots() == {}
        assert {store.path_of(row) for row in store.rows(store.ids())} == {
            tmp_path / "new" / "work" / "own" / "a.jpg",
            tmp_path / "new" / "photos" / "a.jpg",
        }
    with ProjectStore.open(store.path, granted=[tmp_path / "new"]) as store:
        assert store.missing_roots() == {}


def test_a_folder_that_is_gone_is_named_and_not_guessed(tmp_path: Path) -> None:
    path = project(tmp_path)
    (tmp_path / "photos").rename(tmp_path / "holiday")
    with ProjectStore.open(path) as store:
        assert store.missing_roots() == {}  # it is not looked at before it is allowed
        store.grant(tmp_path / "photos")
        assert store.missing_roots() == {store.roots()[1]: None}
        store.move_root(2, tmp_path / "holiday")
        assert store.path_of(store.row(2)) == tmp_path / "holiday" / "a.jpg"


def test_a_folder_reached_by_a_link_is_the_same_folder(tmp_path: Path) -> None:
    path = project(tmp_path)
    (tmp_path / "link").symlink_to(tmp_path / "work")
    with ProjectStore.open(tmp_path / "link" / "project.edam") as store:
        assert store.path == path
        assert store.location_of(tmp_path / "link" / "own" / "b.jpg").root == 1
        assert store.add_root(tmp_path / "link" / "more").inside
        with pytest.raises(InputFileError, match="is in no folder of the project"):
            store.location_of(tmp_path / "elsewhere.jpg")


def test_names_of_folders_do_not_lead_out_of_an_export(tmp_path: Path) -> None:
    path = project(tmp_path)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE root SET name = '../../evil' WHERE id = 1")
        connection.execute("UPDATE root SET name = '..' WHERE id = 2")
    with ProjectStore.open(path, granted=[tmp_path]) as store:
        images, _, _ = select_images(store, Query())
        assert {str(image.entry.relative) for image in images} == {"folder 1/a.jpg", "folder 2/a.jpg"}


def test_disks_are_told_apart() -> None:
    lines = (
        "/dev/sda / ext4 rw 0 0",
        "server:/x /home nfs4 rw 0 0",
        "/dev/sdb /media/my\\040stick vfat rw 0 0",
        "tmpfs /home/me/ram tmpfs rw",
        "broken",
    )
    mounts = "\n".join(lines)
    kinds = {
        "/data/project.edam": "ext4",
        "/home/me/project.edam": "nfs4",
        "/homes/project.edam": "ext4",
        "/media/my stick/project.edam": "vfat",
        "/home/me/ram/project.edam": "tmpfs",
    }
    assert {path: file_system_of(Path(path), mounts) for path in kinds} == kinds
    assert file_system_of(Path("/data"), "") == ""


def test_a_project_on_a_network_drive_has_no_shared_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert is_local_disk(tmp_path)
    path = project(tmp_path)
    for local, mode in ((True, "wal"), (False, "delete"), (True, "wal")):
        monkeypatch.setattr("edam_gui.project.store.connection.is_local_disk", lambda _, local=local: local)
        with ProjectStore.open(path) as store:
            store.add_root(tmp_path / mode)
            assert store.flush(20)
            assert path.with_name("project.edam-wal").exists() is local
        with closing(sqlite3.connect(path)) as connection:
            assert connection.execute("PRAGMA journal_mode").fetchone() == (mode,)
