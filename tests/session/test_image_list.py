"""The list: filtered and sorted in a job, rows as they are now, counts of the sitting."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from edam_gui.core.arrays import UInt8Array
from edam_gui.imaging.thumbnail import read_thumbnail
from edam_gui.project.store import Query, Status, Ticks, checks
from edam_gui.session import image_rows, thumbnails
from tests.project.store.helpers import hide_from_index
from tests.session.listing import Listing, open_listing, write_photos


@pytest.fixture
def listing(tmp_path: Path) -> Iterator[Listing]:
    with open_listing(write_photos(tmp_path / "photos", 12), tmp_path / "cache") as opened:
        yield opened


def names(listing: Listing) -> list[str]:
    return [listing.row(place).relative.name for place in range(len(listing.session.navigator.ids))]


def test_images_are_listed_in_natural_order_and_the_first_is_shown(listing: Listing) -> None:
    assert names(listing) == [f"img{number}.png" for number in range(12)]
    assert listing.session.navigator.place == 0


def test_the_old_list_stands_until_the_new_one_is_there(listing: Listing) -> None:
    navigator = listing.session.navigator
    navigator.set_query(Query(text="img1"))
    assert navigator.is_listing
    assert len(navigator.ids) == 12
    listing.wait(lambda: not navigator.is_listing)
    assert names(listing) == ["img1.png", "img10.png", "img11.png"]


def test_only_the_newest_filter_counts(listing: Listing) -> None:
    navigator = listing.session.navigator
    seen: list[int] = []
    listing.session.events.images_changed.connect(lambda: seen.append(len(navigator.ids)))
    for text in ("i", "im", "img2"):
        navigator.set_query(Query(text=text))
    listing.wait(lambda: not navigator.is_listing)
    assert names(listing) == ["img2.png"]
    assert seen[-1] == 1


def test_rows_are_read_in_pages_and_forgotten_again(listing: Listing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image_rows, "PAGE", 2)
    monkeypatch.setattr(image_rows, "_PAGES", 3)
    listing.relist()
    assert listing.session.project is not None
    store = listing.session.project.store
    asked: list[int] = []
    read = store.rows
    monkeypatch.setattr(store, "rows", lambda ids: asked.append(len(ids)) or read(ids))
    for place in (0, 1, 2, 3, 4, 5):
        listing.row(place)
    assert asked == [2, 2, 2]
    listing.row(6)
    listing.row(0)  # its page was the one used longest ago
    assert asked == [2, 2, 2, 2, 2]
    assert listing.session.rows.at(12) is None


def test_a_row_shows_what_was_done_a_moment_ago(listing: Listing) -> None:
    session = listing.session
    changed: list[frozenset[int]] = []
    session.rows.changed.connect(changed.append)
    image = session.navigator.ids[0]
    session.ticks.tick(8)
    session.finishing.accept_and_next()
    assert listing.row(0).status is Status.ACCEPTED
    assert listing.row(0).ticks == Ticks(frozenset({8}))
    assert changed
    assert all(images == {image} for images in changed)
    listing.settle()
    assert listing.row(0) == listing.stored(image)


def test_the_list_is_not_read_again_while_it_is_scrolled_back_and_forth(listing: Listing) -> None:
    first = listing.row(3)
    assert listing.row(3) is first


def test_progress_counts_what_is_accepted_and_what_was_today(listing: Listing) -> None:
    session = listing.session
    assert session.sitting.progress is not None
    assert session.sitting.progress.sentence == "0 of 12 accepted"
    told: list[str] = []
    session.events.counts_changed.connect(
        lambda: told.append(session.sitting.progress.sentence if session.sitting.progress else "")
    )
    session.finishing.accept_and_next()
    listing.wait(lambda: session.current is not None and session.current.files is not None)
    session.finishing.accept_and_next()
    listing.wait(lambda: bool(told) and told[-1] == "2 of 12 accepted, 2 today")


def test_next_of_status_goes_round(listing: Listing) -> None:
    session = listing.session
    ids = session.navigator.ids
    for image in ids[:10]:
        listing.put(image, status=Status.ACCEPTED)
    assert session.navigator.next_of(Status.NEW)
    assert session.navigator.place == 10
    assert session.navigator.next_of(Status.NEW)
    assert session.navigator.place == 11
    assert session.navigator.next_of(Status.NEW)
    assert session.navigator.place == 10
    assert not session.navigator.next_of(Status.SKIPPED)


def test_a_closed_project_lists_nothing(listing: Listing, tmp_path: Path) -> None:
    session = listing.session
    session.navigator.set_query(Query(text="img1"))
    session.opener.close()
    assert len(session.navigator.ids) == 0
    assert session.sitting.progress is None
    assert session.rows.at(0) is None
    assert session.navigator.query == Query()
    listing.open(write_photos(tmp_path / "others", 3))
    assert names(listing) == ["img0.png", "img1.png", "img2.png"]


def test_thumbnails_come_for_what_is_wanted_and_say_what_is_broken(listing: Listing) -> None:
    session = listing.session
    assert session.project is not None
    rows = [listing.row(place) for place in range(12)]
    session.project.store.path_of(rows[1]).write_bytes(b"\xff\xd8\xff\xe0 nothing")
    ready: list[int] = []
    session.thumbnails.ready.connect(ready.append)
    session.thumbnails.want("test", rows[:3])
    listing.wait(lambda: len(ready) == 3)
    assert ready == [row.id for row in rows[:3]]
    first, broken = session.thumbnails.get(rows[0].id), session.thumbnails.get(rows[1].id)
    assert first is not None
    assert first.pixels is not None
    assert first.pixels.shape == (12, 16, 3)
    assert broken is not None
    assert broken.pixels is None
    assert "img1.png: is damaged" in broken.problem
    assert session.thumbnails.get(rows[3].id) is None


def test_what_scrolled_away_is_not_made(listing: Listing, monkeypatch: pytest.MonkeyPatch) -> None:
    session = listing.session
    rows = [listing.row(place) for place in range(12)]
    ready: list[int] = []
    session.thumbnails.ready.connect(ready.append)
    scrolled = threading.Event()

    def slowly(path: Path, side: int) -> UInt8Array:
        assert scrolled.wait(20)
        return read_thumbnail(path, side)

    monkeypatch.setattr(thumbnails, "read_thumbnail", slowly)
    session.thumbnails.want("test", rows[:10])
    session.thumbnails.want("test", rows[10:])
    scrolled.set()
    listing.wait(lambda: not session.jobs.is_busy("thumbnails"))
    assert ready[-2:] == [row.id for row in rows[10:]]
    assert len(ready) <= 3  # at most one was under way


def test_two_views_want_thumbnails_at_once(listing: Listing) -> None:
    session = listing.session
    rows = [listing.row(place) for place in range(12)]
    session.thumbnails.want("list", rows[:2])
    session.thumbnails.want("grid", rows[4:6])
    listing.wait(lambda: not session.jobs.is_busy("thumbnails"))
    assert [row.id for row in rows if session.thumbnails.get(row.id)] == [row.id for row in (*rows[:2], *rows[4:6])]


def test_thumbnails_of_another_project_are_not_mixed_up(listing: Listing, tmp_path: Path) -> None:
    session = listing.session
    session.thumbnails.want("test", [listing.row(0)])
    listing.wait(lambda: session.thumbnails.get(listing.row(0).id) is not None)
    before = session.thumbnails.get(listing.row(0).id)
    assert before is not None
    listing.open(write_photos(tmp_path / "others", 2))
    assert session.thumbnails.get(listing.row(0).id) is None


def test_who_waits_for_the_list_is_called_once_a_newer_one_stands(listing: Listing) -> None:
    navigator = listing.session.navigator
    called: list[int] = []
    navigator.refresh(lambda: called.append(len(navigator.ids)))
    navigator.set_query(Query(text="img1"))
    listing.wait(lambda: not navigator.is_listing)
    assert called == [3]
    listing.relist()
    assert called == [3]


def test_a_large_project_is_recovered_if_damage_is_found_once_it_is_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checks, "_SMALL", 0)
    folder = write_photos(tmp_path / "photos", 5)
    with open_listing(folder, tmp_path / "cache") as first:
        first.session.navigator.go_to(first.session.navigator.ids[4])
    hide_from_index(folder / "project.edam", "image_natural", "img3.png")
    with open_listing(folder, tmp_path / "cache") as listing:
        listing.wait(lambda: len(listing.session.navigator.ids) == 5)
        listing.wait(lambda: listing.session.current is not None and listing.session.current.files is not None)
        assert names(listing) == [f"img{number}.png" for number in range(5)]
        assert listing.session.navigator.place == 4  # the user goes on where he was
        assert any("was damaged" in message.text for message in listing.messages)
        listing.session.navigator.set_status(Status.ACCEPTED)
        listing.settle()
        assert listing.stored(listing.session.navigator.ids[4]).status is Status.ACCEPTED
