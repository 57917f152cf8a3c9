"""A project file from elsewhere reads and writes nothing that the user has not allowed, and runs nothing."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from edam_gui.core.errors import InputFileError
from edam_gui.core.label_set import PASCAL_VOC
from edam_gui.imaging.photo import read_photo
from edam_gui.project.store import ProjectStore, Query, UngrantedError
from edam_gui.project.store.connection import open_reader, open_writer
from edam_gui.project.store.paths import check_relative
from edam_gui.project.store.schema import MIGRATIONS, VERSION, migrate
from edam_gui.project.thresholds import PartialThresholds
from tests.project.store.helpers import new_store


def tampered(folder: Path, *statements: str) -> Path:
    """A project that somebody has changed with other means."""
    store = new_store(folder)
    store.close()
    with closing(sqlite3.connect(store.path)) as connection, connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        for statement in statements:
            connection.execute(statement)
    return store.path


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        ("CREATE TRIGGER t AFTER UPDATE ON image BEGIN DELETE FROM step; END", "holds the trigger 't'"),
        ("CREATE VIEW v AS SELECT load_extension('x')", "holds the view 'v'"),
        ("CREATE TABLE extra (a)", "holds the table 'extra'"),
        ("CREATE INDEX i ON image (abs(id))", "holds the index 'i'"),
        ("DROP TABLE view", "does not have the table 'view'"),
        (
            "ALTER TABLE image ADD COLUMN x TEXT GENERATED ALWAYS AS (hex(zeroblob(1000000)))",
            "not have the table 'image'",
        ),
        ("CREATE VIRTUAL TABLE f USING fts4(a)", "which no project has"),
        (f"PRAGMA user_version = {VERSION + 1}", "newer version"),
        ("PRAGMA application_id = 7", "is no project of this program"),
    ],
)
def test_a_schema_that_is_not_ours_is_refused(tmp_path: Path, statement: str, sentence: str) -> None:
    path = tampered(tmp_path, statement)
    before = path.read_bytes()
    with pytest.raises(InputFileError, match=sentence) as raised:
        ProjectStore.open(path)
    assert str(path) in str(raised.value)
    assert path.read_bytes() == before
    assert sorted(p.name for p in tmp_path.iterdir()) == [".project.edam.lock", "project.edam"]


@pytest.mark.parametrize("content", [b"PK\3\4 a zip", b"SQLite format 2\0" + bytes(200), b"x" * 5000])
def test_what_is_no_database_is_left_as_it_is(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "project.edam"
    path.write_bytes(content)
    with pytest.raises(InputFileError, match="is no project of this program"):
        ProjectStore.open(path)
    assert path.read_bytes() == content
    with pytest.raises(InputFileError, match="is no project file"):
        ProjectStore.open(tmp_path)
    with pytest.raises(InputFileError, match="does not exist"):
        ProjectStore.open(tmp_path / "none.edam")


def test_a_journal_that_names_another_file_is_not_played_back(tmp_path: Path) -> None:
    path = tampered(tmp_path)
    victim = tmp_path / "victim.txt"
    victim.write_text("precious")
    name = str(victim).encode()
    checksum = sum(name).to_bytes(4, "big")
    magic = bytes.fromhex("d9d505f920a163d7")
    header = magic + bytes(4) + bytes(4) + (1).to_bytes(4, "big") + (512).to_bytes(4, "big") + (4096).to_bytes(4, "big")
    journal = header.ljust(512, b"\0") + b"\x40\0\0\0" + name + len(name).to_bytes(4, "big") + checksum + magic
    (tmp_path / "project.edam-journal").write_bytes(journal)
    with pytest.raises(InputFileError, match="names a file outside the project"):
        ProjectStore.open(path)
    assert victim.read_text() == "precious"


@pytest.mark.parametrize("name", ["project.edam-wal", "project.edam-shm", "project.edam-journal", ".project.edam.lock"])
@pytest.mark.parametrize("kind", ["link", "dangling", "pipe"])
def test_what_a_link_beside_the_project_leads_to_is_not_touched(tmp_path: Path, name: str, kind: str) -> None:
    path = tampered(tmp_path)
    victim = tmp_path / "victim.txt"
    victim.write_text("precious")
    (tmp_path / name).unlink(missing_ok=True)
    if kind == "pipe":
        os.mkfifo(tmp_path / name)
    else:
        (tmp_path / name).symlink_to(victim if kind == "link" else tmp_path / "nothing")
    with pytest.raises(InputFileError, match="is a link or no file") as raised:
        ProjectStore.open(path)
    assert name in str(raised.value)
    assert victim.read_text() == "precious"
    assert not (tmp_path / "nothing").exists()


def test_a_commit_is_on_the_disk_when_it_returns(tmp_path: Path) -> None:
    new_store(tmp_path).close()
    with closing(open_writer(tmp_path / "project.edam")) as connection:
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
        assert connection.execute("PRAGMA foreign_keys").fetchone() == (1,)


@pytest.mark.parametrize("bad", ["../../etc/passwd", "/etc/passwd", "a/../../b", "a\0b"])
def test_a_path_that_leads_out_is_not_used_and_the_others_are(tmp_path: Path, bad: str) -> None:
    with pytest.raises(InputFileError, match="no path below a folder of the project"):
        check_relative(bad)
    path = tampered(tmp_path)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE image SET path = ? WHERE id = 2", (bad,))
    with ProjectStore.open(path) as store:
        rows = store.rows(store.ids())
        assert len(rows) == 3
        assert store.path_of(rows[0]) == tmp_path / "img1.jpg"
        with pytest.raises(InputFileError, match="no path below a folder of the project"):
            store.path_of(rows[1])


@pytest.mark.parametrize("place", ["..", "../x", "a/../../b", ""])
def test_a_root_that_leads_out_is_refused(tmp_path: Path, place: str) -> None:
    path = tampered(tmp_path, f"UPDATE root SET place = '{place}'")  # noqa: S608
    with pytest.raises(InputFileError, match="names a folder that it must not"):
        ProjectStore.open(path)


def test_a_root_outside_is_read_only_after_it_was_granted(tmp_path: Path) -> None:
    (tmp_path / "project").mkdir()
    secret = tmp_path / "secret"
    secret.mkdir()
    path = tampered(tmp_path / "project", f"UPDATE root SET place = '{secret}'")  # noqa: S608
    with ProjectStore.open(path) as store:
        (root,) = store.ungranted_roots()
        assert root.folder == secret
        with pytest.raises(UngrantedError, match="outside the folders that this project may read") as raised:
            store.path_of(store.row(1))
        assert raised.value.folder == secret
        store.grant(raised.value.folder)
        assert store.ungranted_roots() == ()
        assert store.path_of(store.row(1)) == secret / "img1.jpg"
        remembered = store.granted
    with ProjectStore.open(path, granted=remembered) as store:
        assert store.path_of(store.row(1)) == secret / "img1.jpg"


def test_a_link_that_leads_out_is_not_followed_before_it_was_granted(tmp_path: Path) -> None:
    (tmp_path / "project").mkdir()
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "img2.jpg").write_bytes(b"x")
    (tmp_path / "project" / "img2.jpg").symlink_to(secret / "img2.jpg")
    (tmp_path / "project" / "img3.jpg").symlink_to("img3.jpg")
    with ProjectStore.open(tampered(tmp_path / "project")) as store:
        one, two, three = store.rows(store.ids())
        store.path_of(one)
        with pytest.raises(UngrantedError) as raised:
            store.path_of(two)
        assert raised.value.folder == secret
        with pytest.raises(InputFileError):
            read_photo(store.path_of(three))
        store.grant(secret)
        assert store.path_of(two).read_bytes() == b"x"


def test_absurd_values_are_taken_for_nothing(tmp_path: Path) -> None:
    path = tampered(
        tmp_path,
        "INSERT INTO threshold VALUES (0, 0, '{\"theta\": 1e999}'), (1, 0, '[[[['), (1, 3, '{\"alpha\": 7}'),"
        ' (1, 400, \'{}\'), (1, 5, \'{"beta": 0.5, "unknown": 1, "theta": "x"}\')',
        "UPDATE setting SET value = '[' WHERE key = 'label_set'",
        'INSERT INTO setting VALUES (\'choices\', \'{"dialect": "klingon", "model": 3, "device": "cpu"}\')',
        "INSERT INTO setting VALUES ('annotator', '17')",
        "INSERT INTO tick VALUES (1, 9999, 0), (1, 3, 1), (1, -4, 0)",
        "UPDATE image SET labelled = 1 WHERE id = 1",
        "INSERT INTO view VALUES (1, '\"text\"')",
        "INSERT INTO role VALUES ('wizard', 1, 'x')",
    )
    with ProjectStore.open(path) as store:
        record = store.load(1)
        assert not record.thresholds.project
        assert not record.thresholds.image
        assert record.thresholds.image_classes[5] == PartialThresholds(beta=0.5)
        assert 400 not in record.thresholds.image_classes
        assert store.label_set == PASCAL_VOC
        assert (store.choices.dialect, store.choices.model, store.choices.device) == (None, None, "cpu")
        assert store.annotator == ""
        assert record.row.ticks is not None
        assert record.row.ticks.classes == {3}
        assert record.view == {}
        assert store.roles() == {}


def test_texts_of_a_query_are_no_sql(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        assert store.ids(Query(text="'; DROP TABLE image; --")) == []
        assert store.count() == 3


def test_the_functions_of_a_schema_and_attached_files_are_off(tmp_path: Path) -> None:
    new_store(tmp_path).close()
    with closing(open_reader(tmp_path / "project.edam")) as connection:
        assert connection.execute("PRAGMA trusted_schema").fetchone() == (0,)
        with pytest.raises(sqlite3.Error):
            connection.execute("ATTACH ':memory:' AS other")
        with pytest.raises(sqlite3.Error):
            connection.execute("DELETE FROM image")


def test_an_older_version_is_migrated_whole_or_not_at_all() -> None:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        migrate(connection)
        connection.execute("INSERT INTO setting VALUES ('kept', '1')")
        broken = (*MIGRATIONS, ("ALTER TABLE setting ADD COLUMN extra TEXT", "CREATE nonsense"))
        with pytest.raises(sqlite3.OperationalError):
            migrate(connection, broken)
        assert connection.execute("PRAGMA user_version").fetchone() == (VERSION,)
        assert connection.execute("SELECT * FROM setting").fetchall() == [("kept", "1")]
        migrate(connection, (*MIGRATIONS, ("ALTER TABLE setting ADD COLUMN extra TEXT",)))
        assert connection.execute("PRAGMA user_version").fetchone() == (VERSION + 1,)
        assert connection.execute("SELECT * FROM setting").fetchall() == [("kept", "1", None)]
