"""A large project is open before all of it has been looked through; damage that is found then is recovered too."""

from __future__ import annotations

from pathlib import Path

import pytest

from edam_gui.project.store import ProjectStore, checks
from tests.project.store.helpers import hide_from_index, names, new_store


@pytest.fixture
def damaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project that counts as a large one, whose list misses an image because an index does."""
    monkeypatch.setattr(checks, "_SMALL", 0)
    with new_store(tmp_path, images=5) as store:
        path = store.path
    hide_from_index(path, "image_natural", "img3.jpg")
    return path


def test_a_whole_look_comes_first_unless_it_may_come_later(damaged: Path) -> None:
    with ProjectStore.open(damaged) as store:
        assert "was damaged" in store.notices[0]
        assert names(store) == [f"img{n}.jpg" for n in (1, 2, 3, 4, 5)]


def test_what_was_left_for_later_is_found_then(damaged: Path) -> None:
    with ProjectStore.open(damaged, check_at_once=False) as store:
        assert store.notices == ()
        assert store.check_later
        assert "is damaged" in (store.find_damage() or "")


def test_a_look_that_nobody_waits_for_any_more_stops(damaged: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "_OPERATIONS", 1)
    with ProjectStore.open(damaged, check_at_once=False) as store:
        assert store.find_damage(lambda: True) is None


def test_a_sound_project_is_found_sound_while_it_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "_SMALL", 0)
    with new_store(tmp_path) as store:
        path = store.path
    with ProjectStore.open(path, check_at_once=False) as store:
        store.add_root(tmp_path / "more")
        assert store.check_later
        assert store.find_damage() is None
        assert store.flush(20)


def test_a_small_project_leaves_nothing_for_later(tmp_path: Path) -> None:
    with new_store(tmp_path, images=5) as store:
        path = store.path
    hide_from_index(path, "image_natural", "img3.jpg")
    with ProjectStore.open(path, check_at_once=False) as store:
        assert not store.check_later
        assert "was damaged" in store.notices[0]
        assert len(names(store)) == 5
