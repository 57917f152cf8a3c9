"""A damaged project is copied aside, and what is readable goes on."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing, suppress
from pathlib import Path, PurePosixPath

import pytest

from edam_gui.core.errors import EdamError, InputFileError
from edam_gui.project.choices import Choices
from edam_gui.project.store import Location, ProjectStore, Query, Role, Sort, Status, Ticks
from edam_gui.project.store.changes import (
    AppendStep,
    PutSnapshot,
    SetNote,
    SetRole,
    SetStatus,
    SetThresholds,
    SetTicks,
    SetView,
    set_choices,
)
from edam_gui.project.thresholds import PartialThresholds
from tests.project.store.helpers import names, new_store

IMAGES = 200
PAGE = 4096


def filled(folder: Path) -> Path:
    """A project with a step of 3,000 bytes for each of many images."""
    with new_store(folder, images=IMAGES) as store:
        for image in store.ids():
            store.submit(AppendStep(image, 1, "stroke", "Brush", bytes([image % 251]) * 3000))
        store.submit(SetStatus(1, Status.ACCEPTED))
    return store.path


def pages_of(path: Path, table: str) -> list[int]:
    """Return numbers (from 0) of the leaf pages of a table: type 13."""
    data = path.read_bytes()
    with closing(sqlite3.connect(path)) as connection:
        root = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = ?", (table,)).fetchone()[0] - 1
    page = data[root * PAGE : (root + 1) * PAGE]
    assert page[0] == 5
    count = int.from_bytes(page[3:5], "big")
    cells = [int.from_bytes(page[12 + 2 * i : 14 + 2 * i], "big") for i in range(count)]
    return [int.from_bytes(page[cell : cell + 4], "big") - 1 for cell in cells]


def damage(path: Path, page: int) -> None:
    with path.open("r+b") as file:
        file.seek(page * PAGE)
        file.write(b"\xff" * PAGE)


def test_what_is_before_and_behind_a_damaged_page_is_recovered(tmp_path: Path) -> None:
    path = filled(tmp_path)
    leaves = pages_of(path, "step")
    damage(path, leaves[len(leaves) // 3])
    damage(path, leaves[2 * len(leaves) // 3])
    original = path.read_bytes()
    with ProjectStore.open(path) as store:
        assert "was damaged" in store.notices[0]
        aside = next(tmp_path.glob("project.damaged-*.edam"))
        assert aside.name in store.notices[0]
        assert aside.read_bytes() == original
        assert len(names(store)) == IMAGES
        assert store.row(1).status is Status.ACCEPTED
        found = [image for image in store.ids() if store.steps(image)]
        assert IMAGES - 4 <= len(found) < IMAGES
        assert all(store.steps(image)[0].payload == bytes([image % 251]) * 3000 for image in found)
        lost = next(image for image in store.ids() if image not in found)
        assert store.row(lost).history == 0
        store.submit(SetStatus(2, Status.SKIPPED))
    with ProjectStore.open(path) as store:
        assert store.notices == ()
        assert store.row(2).status is Status.SKIPPED


def test_a_file_that_was_cut_short(tmp_path: Path) -> None:
    path = filled(tmp_path)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) * 2 // 3])
    with ProjectStore.open(path) as store:
        assert "was damaged" in store.notices[0]
        assert store.count() > 0
        assert all(len(step.payload) == 3000 for image in store.ids() for step in store.steps(image))


def test_a_file_of_zeros_is_kept_and_begun_anew(tmp_path: Path) -> None:
    path = filled(tmp_path)
    path.write_bytes(bytes(50_000))
    with ProjectStore.open(path) as store:
        assert "0 images" in store.notices[0]
        assert store.count() == 0
    assert len(list(tmp_path.glob("project.damaged-*.edam"))) == 1


def test_a_header_that_forbids_writing_is_damage(tmp_path: Path) -> None:
    path = filled(tmp_path)
    data = bytearray(path.read_bytes())
    data[18] = 77
    path.write_bytes(data)
    with ProjectStore.open(path) as store:
        assert "was damaged" in store.notices[0]
        assert store.count() == IMAGES
        store.submit(SetStatus(2, Status.SKIPPED))
        assert store.flush(20)


def test_a_damaged_project_of_another_window_is_left_alone(tmp_path: Path) -> None:
    path = filled(tmp_path)
    with ProjectStore.open(path) as store:
        store.flush()
        damage(path, pages_of(path, "step")[3])
        before = path.read_bytes()
        with pytest.raises(InputFileError, match="is damaged"):
            ProjectStore.open(path)
        assert path.read_bytes() == before


@pytest.mark.parametrize("seed", range(45))
def test_a_file_damaged_anywhere_gives_a_sentence_or_a_project(tmp_path: Path, seed: int) -> None:
    path = new_project_with_everything(tmp_path)
    data = bytearray(path.read_bytes())
    chance = random.Random(seed)  # noqa: S311
    for _ in range(chance.choice([1, 5, 50])):
        start = chance.randrange(100 if seed % 4 == 0 else len(data))
        length = chance.choice([1, 2, 8, 200])
        data[start : start + length] = chance.randbytes(length)
    path.write_bytes(data)
    try:
        store = ProjectStore.open(path)
    except EdamError as error:
        said = str(error)
        store = None
    if store is None:
        assert str(path) in said
        return
    with store:
        for sort in Sort:
            ids = store.ids(Query(sort=sort))
        rows = store.rows(ids)
        for row in rows:
            with suppress(InputFileError):
                store.path_of(row)
        records = [store.load(image) for image in ids]
        assert [record.row for record in records] == rows
        assert store.counts().total == len(ids)
        assert len(store.label_set) > 0
        assert store.choices is not None
        store.submit(*(SetStatus(image, Status.ACCEPTED) for image in ids[:5]))
        assert store.flush(20)


def new_project_with_everything(folder: Path) -> Path:
    with new_store(folder, images=12) as store:
        for image in store.ids():
            store.submit(
                SetTicks(image, Ticks(frozenset({1 + image, 9}), frozenset({9}))),
                AppendStep(image, 1, "stroke", "Brush", bytes(900)),
                PutSnapshot(image, "values", 1, bytes(1200)),
                SetNote(image, "a note"),
                SetView(image, {"zoom": image}),
                SetThresholds(PartialThresholds(theta=image), image=image),
                SetThresholds(PartialThresholds(alpha=0.5), image=image, class_index=2),
            )
        store.submit(set_choices(Choices(model="m")), SetRole(Role.SALIENCY, Location(1, PurePosixPath("sal"))))
    return store.path
