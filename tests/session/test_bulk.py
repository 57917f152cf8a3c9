"""Ticking and setting the status of many images at once, taken back at once or one by one; labels as a file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import pytest

from edam_gui.core.label_set import PASCAL_VOC
from edam_gui.imaging.image_labels import read_image_labels
from edam_gui.project.store import Status, Ticks
from edam_gui.project.store.changes import SetThresholds
from edam_gui.project.thresholds import PartialThresholds
from edam_gui.session import bulk
from edam_gui.session.rules import Scope
from tests.session.listing import Listing, open_listing, write_photos

CAT, DOG, PERSON = (PASCAL_VOC.index(name) for name in ("cat", "dog", "person"))


@pytest.fixture
def listing(tmp_path: Path) -> Iterator[Listing]:
    with open_listing(write_photos(tmp_path / "photos", 6), tmp_path / "cache") as opened:
        yield opened


def ticked(listing: Listing) -> list[frozenset[int] | None]:
    rows = [listing.row(place) for place in range(6)]
    return [row.ticks.classes if row.ticks is not None else None for row in rows]


def test_a_class_is_ticked_on_all_unless_all_have_it(listing: Listing) -> None:
    session, ids = listing.session, listing.session.navigator.ids
    listing.put(ids[2], Ticks(frozenset({CAT, DOG})))
    listing.relist()
    assert session.bulk_ticks.toggle(ids[1:4], CAT)
    assert ticked(listing) == [None, {CAT}, {CAT, DOG}, {CAT}, None, None]
    assert not session.bulk_ticks.toggle(ids[1:4], CAT)
    assert ticked(listing) == [None, set(), {DOG}, set(), None, None]
    listing.settle()
    assert listing.stored(ids[2]).ticks == Ticks(frozenset({DOG}))
    assert listing.stored(ids[3]).ticks == Ticks(frozenset())


def test_the_image_on_the_desk_is_ticked_there_too(listing: Listing) -> None:
    session, ids = listing.session, listing.session.navigator.ids
    told: list[bool] = []
    session.events.ticks_changed.connect(lambda: told.append(True))
    session.bulk_ticks.toggle(ids[:2], DOG)
    assert session.current is not None
    assert session.current.present == {DOG}
    assert told
    assert session.current.history.names == ("Tick dog",)
    session.undo()
    assert session.current.ticks is None
    assert listing.row(0).ticks is None
    assert listing.row(1).ticks == Ticks(frozenset({DOG}))


def test_an_image_whose_photo_is_still_being_read_is_taken_back_with_the_others(listing: Listing) -> None:
    session, ids = listing.session, listing.session.navigator.ids
    session.desk.prepare(False)
    session.navigator.go_to(ids[2])
    assert session.current is not None
    session.bulk_ticks.toggle(ids[1:4], DOG)
    assert session.current.files is None, "the photo is still being read"
    listing.wait(lambda: session.current is not None and session.current.edits is not None)
    assert ticked(listing) == [None, {DOG}, {DOG}, {DOG}, None, None]
    assert session.bulk.undo()
    assert ticked(listing) == [None] * 6


def test_an_image_opened_later_can_take_its_tick_back(listing: Listing) -> None:
    session, ids = listing.session, listing.session.navigator.ids
    session.bulk_ticks.toggle([ids[3]], CAT)
    session.bulk_ticks.toggle([ids[3]], DOG)
    session.navigator.go_to(ids[3])
    listing.wait(lambda: session.current is not None and session.current.files is not None)
    assert session.current is not None
    assert session.current.history.names == ("Tick cat", "Tick dog")
    assert session.undo()
    assert session.current.present == {CAT}
    listing.settle()
    assert listing.stored(ids[3]).ticks == Ticks(frozenset({CAT}))


def test_suggestions_are_confirmed_one_class_or_all(listing: Listing) -> None:
    session, ids = listing.session, listing.session.navigator.ids
    suggested = Ticks(frozenset({CAT, DOG}), frozenset({CAT, DOG}))
    for image in ids[1:4]:
        listing.put(image, suggested)
    listing.relist()
    assert session.bulk_ticks.toggle(ids[1:3], CAT)
    assert listing.row(1).ticks == Ticks(frozenset({CAT, DOG}), frozenset({DOG}))
    assert session.bulk_ticks.confirm(ids) == 3
    assert [listing.row(place).ticks for place in (1, 2, 3)] == [Ticks(frozenset({CAT, DOG}))] * 3
    assert listing.row(4).ticks is None
    assert session.bulk_ticks.confirm(ids) == 0


def test_no_class_is_something_known(listing: Listing) -> None:
    session, ids = listing.session, listing.session.navigator.ids
    session.bulk_ticks.set_none(ids[1:3])
    assert ticked(listing) == [None, set(), set(), None, None, None]


def test_classes_are_copied_without_suggestions(listing: Listing) -> None:
    session, ids = listing.session, listing.session.navigator.ids
    listing.put(ids[1], Ticks(frozenset({CAT, DOG}), frozenset({DOG})))
    listing.relist()
    assert session.bulk_ticks.copy(ids[1], ids[2:4]) == 2
    assert ticked(listing)[2:4] == [{CAT}, {CAT}]
    assert session.bulk_ticks.copy(ids[5], ids[2:4]) == 0


def test_the_whole_is_taken_back_and_done_again(listing: Listing) -> None:
    session, ids = listing.session, listing.session.navigator.ids
    listing.put(ids[2], Ticks(frozenset({PERSON})))
    listing.relist()
    session.bulk_ticks.toggle(ids[:4], CAT)
    assert session.bulk.undo_name == "Tick cat"
    assert session.bulk.undo()
    assert ticked(listing) == [None, None, {PERSON}, None, None, None]
    assert session.current is not None
    assert session.current.ticks is None
    assert session.bulk.redo_name == "Tick cat"
    assert session.bulk.redo()
    assert ticked(listing) == [{CAT}, {CAT}, {CAT, PERSON}, {CAT}, None, None]
    listing.settle()
    assert listing.stored(ids[2]).ticks == Ticks(frozenset({CAT, PERSON}))
    assert listing.stored(ids[2]).history == 1
    assert session.bulk.undo()
    assert not session.bulk.undo()


def test_what_was_changed_since_stays(listing: Listing) -> None:
    session, ids = listing.session, listing.session.navigator.ids
    session.bulk_ticks.toggle(ids[1:4], CAT)
    session.navigator.go_to(ids[2])
    listing.wait(lambda: session.current is not None and session.current.files is not None)
    session.ticks.tick(DOG)
    session.bulk.undo()
    assert ticked(listing)[1:4] == [None, {CAT, DOG}, None]
    left = "1 image was changed since and stays as it is."
    assert listing.messages[-1].text == f"Taken back: Tick cat, 2 images. {left}"


def test_the_status_of_many(listing: Listing) -> None:
    session, ids = listing.session, listing.session.navigator.ids
    assert session.bulk_status.set(ids[:3], Status.NEEDS_WORK) == 3
    assert session.current is not None
    assert session.current.status is Status.NEEDS_WORK
    assert [listing.row(place).status for place in (0, 2, 3)] == [Status.NEEDS_WORK, Status.NEEDS_WORK, Status.NEW]
    listing.settle()
    assert session.sitting.progress is not None
    assert session.sitting.progress.counts.by_status[Status.NEEDS_WORK] == 3
    session.bulk.undo()
    assert session.current.status is Status.NEW
    assert listing.row(1).status is Status.NEW


def test_accepting_many_confirms_their_suggestions_and_is_taken_back_as_one(listing: Listing) -> None:
    session, ids = listing.session, listing.session.navigator.ids
    suggested = Ticks(frozenset({CAT, DOG}), frozenset({DOG}))
    for image in ids[1:3]:
        listing.put(image, suggested)
    listing.put(ids[3], Ticks(frozenset({CAT})), Status.ACCEPTED)
    listing.relist()
    session.ticks.suggest(frozenset({PERSON}))
    assert session.bulk_status.accept(ids[:4]) == 3
    confirmed = [Ticks(frozenset({PERSON}))] + [Ticks(frozenset({CAT, DOG}))] * 2
    assert [listing.row(place).ticks for place in range(3)] == confirmed
    assert [listing.row(place).status for place in range(5)] == [Status.ACCEPTED] * 4 + [Status.NEW]
    assert session.bulk.undo_name == "Accept"
    turned: list[tuple[int, ...]] = []
    session.bulk.turned.connect(turned.append)
    assert session.bulk.undo()
    assert listing.messages[-1].text == "Taken back: Accept, 3 images."
    assert turned == [tuple(ids[:3])]
    assert [listing.row(place).ticks for place in (1, 2)] == [suggested] * 2
    assert [listing.row(place).status for place in (1, 2, 3)] == [Status.NEW, Status.NEW, Status.ACCEPTED]
    assert session.current is not None
    assert session.current.ticks == Ticks(frozenset({PERSON}), frozenset({PERSON}))
    assert session.bulk.redo()
    assert listing.messages[-1].text == "Done again: Accept, 3 images."
    listing.settle()
    assert [listing.stored(image).ticks for image in ids[:3]] == confirmed
    assert [listing.stored(image).status for image in ids[:5]] == [Status.ACCEPTED] * 4 + [Status.NEW]


def test_too_many_at_once_are_refused(listing: Listing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "MOST", 3)
    session, ids = listing.session, listing.session.navigator.ids
    session.bulk_ticks.toggle(ids[:4], CAT)
    assert ticked(listing) == [None] * 6
    assert listing.messages[-1].text == "4 images are selected; change at most 3 at a time."


def test_a_thousand_changes_are_written_in_order(listing: Listing) -> None:
    session, ids = listing.session, listing.session.navigator.ids
    for _ in range(25):
        for class_index in range(1, 21):
            session.bulk_ticks.toggle(ids[1:3], class_index)
    listing.settle()
    assert listing.stored(ids[1]).ticks == Ticks(frozenset(range(1, 21)))
    assert listing.stored(ids[1]) == listing.row(1)
    assert listing.stored(ids[1]).history == 500


def test_a_project_of_another_folder_takes_nothing_back(listing: Listing, tmp_path: Path) -> None:
    session, ids = listing.session, listing.session.navigator.ids
    session.bulk_ticks.toggle(ids[1:3], CAT)
    listing.open(write_photos(tmp_path / "others", 6))
    assert not session.bulk.undo()
    assert ticked(listing) == [None] * 6


@pytest.mark.parametrize("name", ["cls_labels.npy", "labels.csv"])
def test_labels_are_saved_and_read(listing: Listing, tmp_path: Path, name: str) -> None:
    session, ids = listing.session, listing.session.navigator.ids
    session.bulk_ticks.toggle(ids[:2], CAT)
    session.bulk_ticks.set_none([ids[2]])
    listing.put(ids[3], Ticks(frozenset({DOG}), frozenset({DOG})))
    path = tmp_path / name
    session.label_table.save(path)
    listing.wait(lambda: any(message.topic == "labels" for message in listing.messages))
    assert listing.messages[-1].text == (
        f"The classes of 3 images were written to {path}. 1 image with suggestions that nobody confirmed were left out."
    )
    labels = read_image_labels(path, PASCAL_VOC)
    found = [labels.lookup(PurePosixPath(f"img{number}.png")) for number in range(5)]
    assert found == [{CAT}, {CAT}, frozenset(), None, None]


def test_without_labels_there_is_nothing_to_save(listing: Listing, tmp_path: Path) -> None:
    listing.session.label_table.save(tmp_path / "labels.csv")
    listing.wait(lambda: any(message.topic == "labels" for message in listing.messages))
    assert listing.messages[-1].text.startswith("There are no confirmed classes to write yet")
    assert not (tmp_path / "labels.csv").exists()


def test_thresholds_are_copied_and_can_be_taken_back(listing: Listing) -> None:
    session, ids = listing.session, listing.session.navigator.ids
    session.rules.choose_scope(Scope.IMAGE, None)
    session.rules.set(theta=33.0)
    session.rules.choose_scope(Scope.IMAGE, CAT)
    session.rules.set(beta=0.75)
    assert session.bulk_thresholds.copy(ids[:3]) == 2
    assert session.bulk_thresholds.copy(ids[:3]) == 0
    listing.settle()
    session.navigator.go_to(ids[2])
    listing.wait(lambda: session.current is not None and session.current.files is not None)
    assert session.current is not None
    assert session.current.thresholds == PartialThresholds(theta=33.0)
    assert session.current.class_thresholds == {CAT: PartialThresholds(beta=0.75)}
    assert session.current.history.names == ("Copy thresholds", "Copy thresholds")
    session.undo()
    session.undo()
    assert session.current.thresholds == PartialThresholds()
    assert not any(session.current.class_thresholds.values())


def test_copying_from_an_image_without_thresholds_removes_them(listing: Listing) -> None:
    session, ids = listing.session, listing.session.navigator.ids
    assert session.project is not None
    session.project.submit(SetThresholds(PartialThresholds(alpha=0.5), ids[1]))
    assert session.bulk_thresholds.copy(ids[1:3]) == 1
    assert session.project.store.thresholds(ids[1]).image == PartialThresholds()
