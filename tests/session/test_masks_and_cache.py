"""Scores by class equal those of the whole, and the cache gives back what it got."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest

from edam_gui.core.options import ScoreForm
from edam_gui.model.pass_outputs import PassOutputs
from edam_gui.session.mask_stack import NetworkMasks
from edam_gui.session.pass_cache import PassCache
from edam_gui.session.priority_lock import PriorityLock


def some_passes(*, background: bool = True) -> PassOutputs:
    rng = np.random.default_rng(5)
    merged = tuple(rng.random((6, 4 * n, 5 * n), np.float32) for n in (1, 2, 3))
    return PassOutputs(merged, 6, (37, 53), (37, 53), ("a notice",), has_background=background)


@pytest.mark.parametrize("form", list(ScoreForm))
@pytest.mark.parametrize("background", [True, False])
def test_scores_kept_by_class_are_those_of_the_whole(form: ScoreForm, background: bool) -> None:
    passes = some_passes(background=background)
    masks = NetworkMasks(passes)
    for present in ({2}, {1, 2, 5}, {1}, set(), {1, 2, 3, 4, 5}):
        expected = passes.masks(present).scores(form)
        found = masks.scores(present, form)
        assert found.classes == expected.classes
        np.testing.assert_array_equal(found.values, expected.values)
    plane = masks.plane(3, form)
    assert plane is not None
    np.testing.assert_array_equal(plane, passes.masks({3}).scores(form).values[-1])
    assert masks.plane(6, form) is None
    assert (masks.plane(0, form) is None) is not background


def test_the_cache_is_lossless_on_disk_and_knows_models_and_files_apart(tmp_path: Path) -> None:
    photo = tmp_path / "photo.png"
    photo.write_bytes(b"one")
    cache = PassCache(tmp_path / "cache")
    key = cache.key(photo, {"model_sha256": "a"})
    assert key != cache.key(photo, {"model_sha256": "b"})
    assert cache.get(key) is None
    passes = some_passes()
    cache.put(key, passes)
    again = PassCache(tmp_path / "cache").get(key)
    assert again is not None
    for before, after in zip(passes.merged, again.merged, strict=True):
        assert after.dtype == np.float32
        np.testing.assert_array_equal(before, after)
    assert (again.passes, again.size, again.notices) == (passes.passes, passes.size, passes.notices)
    photo.write_bytes(b"another")
    assert cache.key(photo, {"model_sha256": "a"}) != key


def test_a_damaged_cache_file_counts_as_none(tmp_path: Path) -> None:
    photo = tmp_path / "photo.png"
    photo.write_bytes(b"one")
    cache = PassCache(tmp_path / "cache")
    key = cache.key(photo, {})
    cache.put(key, some_passes())
    (file,) = (tmp_path / "cache").rglob("*.npz")
    file.write_bytes(file.read_bytes()[:100])
    assert PassCache(tmp_path / "cache").get(key) is None


def test_the_users_work_goes_before_work_in_the_background() -> None:
    lock = PriorityLock()
    order: list[str] = []
    waiting = threading.Event()

    def background() -> None:
        with lock.background(waiting.set):
            order.append("background")

    def user() -> None:
        with lock.first():
            order.append("user")

    with lock.first():
        slow = threading.Thread(target=background)
        slow.start()
        assert waiting.wait(10)
        quick = threading.Thread(target=user)
        quick.start()
        while not lock._waiting:
            pass
    slow.join(10)
    quick.join(10)
    assert order == ["user", "background"]


def test_background_work_rests_while_it_is_held_back_and_can_give_up() -> None:
    lock = PriorityLock()
    lock.hold_back(True)

    class GivenUp(Exception):
        pass

    def check() -> None:
        raise GivenUp

    with pytest.raises(GivenUp), lock.background(check):
        pytest.fail("it did not wait")
    lock.hold_back(False)
    with lock.background(check):
        pass
