"""What is put into a project is found again, now and after it was opened anew."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edam_gui.core.errors import InputFileError, OutputError
from edam_gui.core.label_set import PASCAL_VOC, LabelSet
from edam_gui.core.options import Dialect, ScoreForm
from edam_gui.imaging.walk import natural_key
from edam_gui.project.choices import Choices
from edam_gui.project.store import Location, ProjectStore, Query, Role, Sort, Status, Ticks
from edam_gui.project.store.changes import (
    AddImages,
    AppendStep,
    DropSteps,
    ImportTicks,
    MoveHistory,
    PutSnapshot,
    RemoveImages,
    SetCorrected,
    SetNote,
    SetRole,
    SetSetting,
    SetStatus,
    SetThresholds,
    SetTicks,
    SetView,
    set_annotator,
    set_choices,
    set_label_set,
)
from edam_gui.project.store.natural import natural_bytes
from edam_gui.project.thresholds import PartialThresholds
from tests.project.store.helpers import Ear, names, new_store


def reopened(store: ProjectStore) -> ProjectStore:
    assert store.close(20)
    return ProjectStore.open(store.path)


def test_everything_said_of_an_image_is_there_at_once_and_after_reopening(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    one, two, _ = store.ids()
    store.submit(
        set_annotator("Änne"),
        SetTicks(one, Ticks(frozenset({3, 7}), suggested=frozenset({7}))),
        SetStatus(one, Status.ACCEPTED),
        SetNote(one, "hind leg"),
        SetCorrected(one, 0.25),
        SetView(one, {"zoom": 2.5}),
        SetTicks(two, Ticks(frozenset())),
        AppendStep(one, 1, "stroke", "Brush dog", b"\0first", time=5.0),
        AppendStep(one, 2, "stroke", "Eraser", b"second", time=6.0),
        PutSnapshot(one, "values", 2, b"layer"),
        MoveHistory(one, 1),
        SetThresholds(PartialThresholds(theta=12.5), image=one),
        SetThresholds(PartialThresholds(beta=0.5), image=one, class_index=3),
        SetThresholds(PartialThresholds(alpha=0.1)),
        SetThresholds(PartialThresholds(ignore_saliency=True), class_index=3),
    )
    before = store.load(one)
    store = reopened(store)
    with store:
        after = store.load(one)
        assert after.row == store.row(one) == store.rows([one])[0]
        for record in (before, after):
            row = record.row
            assert (row.status, row.note, row.annotator, row.corrected) == (Status.ACCEPTED, "hind leg", "Änne", 0.25)
            assert row.ticks == Ticks(frozenset({3, 7}), frozenset({7}))
            assert row.ticks.confirmed == {3}
            assert row.history == 1
            assert row.changed is not None
            assert record.view == {"zoom": 2.5}
            assert [(s.seq, s.name, s.payload, s.time) for s in record.steps] == [
                (1, "Brush dog", b"\0first", 5.0),
                (2, "Eraser", b"second", 6.0),
            ]
            assert [(s.kind, s.seq, s.payload) for s in record.snapshots] == [("values", 2, b"layer")]
            assert record.thresholds.project == PartialThresholds(alpha=0.1)
            assert record.thresholds.project_classes == {3: PartialThresholds(ignore_saliency=True)}
            assert record.thresholds.image == PartialThresholds(theta=12.5)
            assert record.thresholds.image_classes == {3: PartialThresholds(beta=0.5)}
        assert store.row(two).ticks == Ticks(frozenset())
        assert [s.size for s in store.history(one)] == [6, 6]
        assert [s.seq for s in store.steps(one, 2)] == [2]


def test_what_the_project_chose_is_there_at_once_and_after_reopening(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    classes = LabelSet.from_names(["cat", "dog"])
    choices = Choices(dialect=Dialect.PAPER, score_form=ScoreForm.MEAN, model="small", scales=(1.0, 0.5))
    store.submit(set_label_set(classes), set_choices(choices), SetSetting("layers", {"photo": True}))
    store.submit(SetRole(Role.SALIENCY, Location(1, PurePosixPath("saliency"))))
    for _ in range(2):
        assert store.label_set == classes
        assert store.choices == choices
        assert store.setting("layers") == {"photo": True}
        assert store.setting("other") is None
        assert store.path_of(store.roles()[Role.SALIENCY]) == tmp_path / "saliency"
        store = reopened(store)
    store.submit(SetRole(Role.SALIENCY, None), SetSetting("layers", None))
    assert store.roles() == {}
    assert store.setting("layers") is None
    store.close()


def test_removed_thresholds_and_ticks_are_gone(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        (one, *_) = store.ids()
        store.submit(SetThresholds(PartialThresholds(theta=1), image=one), SetTicks(one, Ticks(frozenset({1}))))
        store.flush()
        store.submit(SetThresholds(PartialThresholds(), image=one), SetTicks(one, None))
        assert not store.load(one).thresholds.image
        assert store.row(one).ticks is None
        store.flush()
        assert store.counts().by_class == {}


def test_a_step_after_an_undo_ends_the_history_there(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        (one, *_) = store.ids()
        for seq in (1, 2, 3):
            store.submit(AppendStep(one, seq, "stroke", f"step {seq}", b"x"))
        store.submit(PutSnapshot(one, "values", 1, b"1"), PutSnapshot(one, "values", 3, b"3"))
        store.submit(MoveHistory(one, 1))
        store.submit(AppendStep(one, 2, "fill", "other", b"y"))
        record = store.load(one)
        assert [s.name for s in record.steps] == ["step 1", "other"]
        assert [s.seq for s in record.snapshots] == [1]
        assert record.row.history == 2


def test_old_steps_are_dropped_with_their_snapshots(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        (one, *_) = store.ids()
        store.submit(*(AppendStep(one, seq, "stroke", str(seq), b"x") for seq in range(1, 6)))
        store.submit(PutSnapshot(one, "mask", 1, b"old"), PutSnapshot(one, "mask", 3, b"base"), DropSteps(one, 3))
        store.flush()
        record = store.load(one)
        assert [s.seq for s in record.steps] == [4, 5]
        assert [(s.seq, s.payload) for s in record.snapshots] == [(3, b"base")]
        store.submit(PutSnapshot(one, "mask", 5, b"new", only=True))
        assert [s.seq for s in store.load(one).snapshots] == [5]


def test_images_are_listed_sorted_searched_and_counted(tmp_path: Path) -> None:
    with new_store(tmp_path, images=0) as store:
        relatives = ["b/img10.jpg", "b/img2.jpg", "A/Öl.jpg", "c.jpg"]
        store.submit(AddImages(1, tuple(map(PurePosixPath, relatives))))
        store.submit(AddImages(1, (PurePosixPath("c.jpg"), PurePosixPath("new.jpg"))))
        store.flush()
        by_name = {str(row.relative): row.id for row in store.rows(store.ids())}
        assert names(store) == sorted([*relatives, "new.jpg"], key=natural_key)
        assert names(store, Query(sort=Sort.POSITION)) == [*relatives, "new.jpg"]
        assert names(store, Query(descending=True))[0] == "new.jpg"
        store.submit(
            SetStatus(by_name["c.jpg"], Status.SKIPPED),
            SetNote(by_name["c.jpg"], "Blurred"),
            SetTicks(by_name["c.jpg"], Ticks(frozenset({2}))),
            AppendStep(by_name["new.jpg"], 1, "stroke", "s", b""),
        )
        store.submit(ImportTicks(1, ((PurePosixPath("A/Öl.jpg"), Ticks(frozenset({2, 5}))),)))
        store.flush()
        assert names(store, Query(text="IMG b")) == ["b/img2.jpg", "b/img10.jpg"]
        assert names(store, Query(text="öl")) == ["A/Öl.jpg"]
        assert names(store, Query(text="blurred")) == ["c.jpg"]
        assert names(store, Query(text="%")) == []
        assert names(store, Query(statuses=frozenset({Status.SKIPPED, Status.ACCEPTED}))) == ["c.jpg"]
        assert names(store, Query(classes=frozenset({5}))) == ["A/Öl.jpg"]
        assert names(store, Query(classes=frozenset({2, 5}))) == ["A/Öl.jpg", "c.jpg"]
        assert len(names(store, Query(labelled=False))) == 3
        assert names(store, Query(edited=True)) == ["new.jpg"]
        assert store.count(Query(labelled=True)) == 2
        assert names(store, Query(sort=Sort.CHANGED, descending=True))[-1] in ("b/img2.jpg", "b/img10.jpg", "A/Öl.jpg")
        assert store.ids(limit=2, offset=1) == store.ids()[1:3]
        counts = store.counts()
        assert (counts.total, counts.labelled, counts.edited) == (5, 2, 1)
        assert counts.by_status[Status.SKIPPED] == 1
        assert counts.by_status[Status.NEW] == 4
        assert counts.by_class == {2: 2, 5: 1}


def test_ids_are_not_given_twice_and_removed_images_leave_nothing(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        ids = store.ids()
        store.submit(
            SetTicks(ids[0], Ticks(frozenset({1}))),
            AppendStep(ids[0], 1, "s", "s", b"x"),
            SetThresholds(PartialThresholds(theta=1), image=ids[0]),
        )
        store.submit(RemoveImages((ids[0], ids[2])))
        store.submit(AddImages(1, (PurePosixPath("later.jpg"),)))
        store.flush()
        assert store.ids() == [ids[1], ids[2] + 1]
        assert store.history(ids[0]) == ()
        assert not store.thresholds(ids[0]).image
        with pytest.raises(InputFileError, match="has no image number"):
            store.load(ids[0])


def test_a_file_name_that_is_no_text_survives(tmp_path: Path) -> None:
    name = PurePosixPath("caf\udce9.jpg")
    with new_store(tmp_path, images=0) as store:
        store.submit(AddImages(1, (name,)))
        store.submit(ImportTicks(1, ((name, Ticks(frozenset({1}))),)))
        store.flush()
        (row,) = store.rows(store.ids())
        assert row.relative == name
        assert row.ticks == Ticks(frozenset({1}))
        assert store.ids(Query(text="caf")) == [row.id]
        store.submit(SetNote(row.id, "seen"))
        assert store.row(row.id).relative == name  # with the note still pending
        store.save_elsewhere(tmp_path / "copy.edam")
        assert store.path_of(row) == tmp_path / name


def test_a_batch_that_cannot_be_applied_is_named_and_the_others_are_saved(tmp_path: Path) -> None:
    ear = Ear()
    with new_store(tmp_path, ear=ear) as store:
        (one, *_) = store.ids()
        store.submit(SetNote(one, "before"), AppendStep(999, 1, "s", "no such image", b""))
        last = store.submit(SetStatus(one, Status.ACCEPTED))
        ear.wait_for_save(last)
        assert "could not be saved" in ear.wait_for_trouble()
        assert store.row(one).status is Status.ACCEPTED
        assert store.row(one).note == ""
        assert store.trouble is None


def test_a_second_window_only_reads_and_says_so(tmp_path: Path) -> None:
    with new_store(tmp_path) as store, ProjectStore.open(store.path) as second:
        assert store.read_only is None
        assert second.read_only is not None
        assert "open in another window" in second.read_only
        with pytest.raises(OutputError, match="open in another window"):
            second.submit(SetNote(1, "x"))
        store.submit(SetNote(1, "from the first"))
        store.flush()
        assert second.row(1).note == "from the first"
    with ProjectStore.open(store.path) as third:
        assert third.read_only is None


def test_creating_does_not_replace_a_project(tmp_path: Path) -> None:
    new_store(tmp_path).close()
    with pytest.raises(OutputError, match="exists already"):
        ProjectStore.create(tmp_path / "project.edam", PASCAL_VOC)


def test_a_closed_store_says_so(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    store.close()
    with pytest.raises(OutputError, match="closed"):
        store.submit(SetNote(1, "x"))
    with pytest.raises(InputFileError, match="closed"):
        store.ids()
    assert sorted(p.name for p in tmp_path.iterdir()) == [".project.edam.lock", "project.edam"]


RELATIVE = st.text("aB1209/. é", min_size=1, max_size=9).map(lambda text: PurePosixPath(text.lstrip("/")).as_posix())


@given(st.lists(RELATIVE, min_size=2, max_size=8))
def test_the_natural_order_is_that_of_file_lists(texts: list[str]) -> None:
    assert sorted(texts, key=natural_bytes) == sorted(texts, key=natural_key)
