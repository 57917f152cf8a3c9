"""Images come and go on the desk: nothing stale is shown, what is typed is kept, comparisons hold."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from edam_gui.core.edits.brush import BrushPoint
from edam_gui.core.edits.paint_rule import Over, PaintRule
from edam_gui.jobs.delivery import DeliveryQueue
from edam_gui.project.store import Role, Status, Ticks
from edam_gui.session.comparison import Against
from edam_gui.session.messages import Message
from edam_gui.session.model_host import ModelState
from edam_gui.session.pass_cache import PassCache
from edam_gui.session.save_state import Saved
from edam_gui.session.session import Session
from tests.session.conftest import Driven
from tests.session.projects import CAT, DOG, PATIENCE_S, make_folder, opened, settle


def test_going_on_quickly_never_shows_a_stale_map(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "many", images=6)
    with opened(folder, tmp_path / "cache") as (session, queue):
        for _ in range(5):
            session.navigator.next()
        settle(session, queue)
        current = session.current
        assert current is not None
        assert current.entry.relative.name == "p5.png"
        assert current.frame is not None
        assert current.frame.request.image == current.number
        assert not session.navigator.next(), "there is no image after the last"


def test_status_and_next_of_status(driven: Driven) -> None:
    session, queue = driven
    session.finishing.accept_and_next()
    settle(session, queue)
    assert session.current is not None
    assert session.current.entry.relative.name == "p1.png"
    assert session.navigator.next_of(Status.ACCEPTED)
    settle(session, queue)
    assert session.current.entry.relative.name == "p0.png"
    assert session.current.status is Status.ACCEPTED
    assert session.undo()
    assert session.current.status is Status.NEW
    assert not session.navigator.next_of(Status.SKIPPED)


def test_a_tick_starts_the_work_on_an_image(driven: Driven) -> None:
    session, _ = driven
    assert session.current is not None
    session.ticks.toggle(CAT)
    assert session.current.status is Status.IN_PROGRESS
    assert session.current.present == {DOG}
    session.ticks.toggle(CAT)
    assert session.current.present == {CAT, DOG}


def test_what_is_done_before_the_photo_is_there_can_be_undone(driven: Driven) -> None:
    session, queue = driven
    session.desk.prepare(False)
    session.navigator.next()
    session.navigator.previous()
    current = session.current
    assert current is not None
    session.ticks.toggle(CAT)
    session.navigator.set_status(Status.NEEDS_WORK)
    assert current.files is None, "the photo is still being read"
    settle(session, queue)
    assert current.history.names == ("Untick cat", "Status: needs work")
    assert session.undo()
    session.ticks.toggle(DOG)
    assert current.history.names == ("Untick cat", "Untick dog")
    assert session.undo()
    assert session.undo()
    assert current.present == {CAT, DOG}
    assert current.status is Status.IN_PROGRESS


def test_what_nobody_has_seen_is_not_accepted(driven: Driven) -> None:
    session, queue = driven
    messages: list[Message] = []
    session.events.message.connect(messages.append)
    session.desk.prepare(False)
    session.navigator.next()
    session.navigator.previous()
    current = session.current
    assert current is not None
    assert not session.finishing.accept_and_next()
    assert session.current is current
    assert current.status is Status.NEW
    assert "p0.png is not shown yet" in messages[-1].text
    settle(session, queue)
    assert session.finishing.accept_and_next()
    assert current.status is Status.ACCEPTED


def test_undo_right_after_accepting_comes_back_to_the_accepted_image(driven: Driven) -> None:
    session, queue = driven
    first = session.current
    assert first is not None
    session.ticks.put(Ticks(frozenset({CAT, DOG}), frozenset({DOG})))
    assert session.finishing.accept_and_next()
    assert session.undo_name == "Accept p0.png"
    assert session.undo()
    back = session.current
    assert back is not None
    assert back.id == first.id
    assert back.status is Status.IN_PROGRESS
    assert back.ticks == Ticks(frozenset({CAT, DOG}), frozenset({DOG})), "what accepting confirmed is open again"
    settle(session, queue)
    assert session.redo()
    assert session.redo()
    assert back.status is Status.ACCEPTED


def test_undo_stays_on_an_image_to_which_something_was_done(driven: Driven) -> None:
    session, queue = driven
    session.finishing.set_status_and_next(Status.NEEDS_WORK)
    settle(session, queue)
    second = session.current
    assert second is not None
    session.ticks.toggle(CAT)
    assert session.undo_name == "Untick cat"
    assert session.undo()
    assert session.current is second
    assert not session.undo(), "what was done before was on another image"
    session.navigator.previous()
    assert session.current.status is Status.NEEDS_WORK


def test_strokes_wait_for_the_photo_and_steps_after_them_do_not(driven: Driven) -> None:
    session, queue = driven
    messages: list[Message] = []
    session.events.message.connect(messages.append)
    session.desk.prepare(False)
    first = session.current
    assert first is not None
    session.editing.set_paint(replace(session.editing.paint, label=CAT))
    assert session.editing.begin_stroke(BrushPoint(5, 5))
    session.editing.finish_stroke()
    session.finishing.accept()
    session.navigator.next()
    session.navigator.previous()
    current = session.current
    assert current is not None
    assert current is not first
    assert session.undo(), "a status needs no photo"
    assert current.status is Status.IN_PROGRESS
    assert not session.undo()
    assert "once the photo is there" in messages[-1].text
    session.ticks.toggle(CAT)
    settle(session, queue)
    assert messages[-1].text == "", "the message is gone with its reason"
    assert current.edits is not None
    assert current.edits.count > 0
    assert len(current.history.names) == 2
    assert session.undo()
    assert session.undo()
    assert current.edits.count == 0


def test_changes_are_said_to_be_saved_soon(driven: Driven) -> None:
    session, queue = driven
    saved: list[int] = []
    session.edit_saved.connect(saved.append)
    session.ticks.untick(DOG)
    assert queue.run_until(lambda: bool(saved), PATIENCE_S)
    assert queue.run_until(lambda: session.opener.save_state.state is Saved.SAVED, PATIENCE_S)


def test_a_second_window_reads_only_and_says_so(driven: Driven, folder: Path, tmp_path: Path) -> None:
    said: list[Message] = []
    queue = DeliveryQueue()
    second = Session(queue, PassCache(tmp_path / "other"))
    second.events.message.connect(said.append)
    try:
        second.open(folder)
        settle(second, queue)
        assert second.project is not None
        assert second.project.read_only
        assert any("open in another window" in message.text for message in said)
    finally:
        second.close()


def test_the_read_out_agrees_with_the_label_map(driven: Driven) -> None:
    session, _ = driven
    current = session.current
    assert current is not None
    assert current.labels is not None
    for x, y in ((30, 40), (90, 40), (60, 5)):
        readout = session.read_pixel(x, y)
        assert readout is not None
        assert readout.label == current.labels[y, x]
        assert readout.explanation is not None
        assert readout.explanation.label == current.labels[y, x]
    assert session.read_pixel(-1, 0) is None
    assert session.read_pixel(120, 0) is None


def test_comparing_with_before_and_with_the_automatic_map(driven: Driven) -> None:
    session, queue = driven
    current = session.current
    assert current is not None
    assert current.labels is not None
    before = current.labels.copy()
    session.comparison.want(True)
    session.rules.set(theta=255.0)
    settle(session, queue)
    assert session.comparison.labels is not None
    np.testing.assert_array_equal(session.comparison.labels, before)
    assert np.any(current.labels != before)
    session.comparison.choose(Against.AUTOMATIC)
    np.testing.assert_array_equal(session.comparison.labels, current.labels)
    session.comparison.want(False)
    assert session.comparison.labels is None


def test_base_label_maps_are_corrected_in_place_of_the_result(driven: Driven, tmp_path: Path) -> None:
    session, queue = driven
    other = np.zeros((80, 120), np.uint8)
    other[10:20, 10:50] = DOG
    (tmp_path / "base").mkdir()
    Image.fromarray(other).save(tmp_path / "base" / "p0.png")
    session.folders.set(Role.BASE_MAPS, tmp_path / "base")
    settle(session, queue)
    assert session.current is not None
    assert session.current.labels is not None
    np.testing.assert_array_equal(session.current.labels, other)
    session.folders.set(Role.BASE_MAPS, None)
    settle(session, queue)
    assert np.any(session.current.labels != other)


def test_the_activation_mask_is_made_only_while_somebody_looks(driven: Driven) -> None:
    session, queue = driven
    session.activation.choose(CAT)
    assert session.activation.plane is None
    session.activation.want(True)
    assert queue.run_until(lambda: session.activation.plane is not None, PATIENCE_S)
    plane = session.activation.plane
    assert plane is not None
    assert plane.max() == np.float32(0.9)
    session.activation.want(False)
    assert session.activation.plane is None


def test_what_goes_by_the_label_map_waits_for_it(folder: Path, tmp_path: Path) -> None:
    (folder / "masks" / "p0.npz").unlink()
    queue = DeliveryQueue()
    session = Session(queue, PassCache(tmp_path / "cache"))
    said: list[str] = []

    @session.events.message.connect
    def hear(message: Message) -> None:
        said.append(message.text)

    session.model.state = ModelState.LOADING  # torch takes its time
    try:
        session.open(folder)
        assert queue.run_until(lambda: session.current is not None and session.current.labels is not None, 20)
        editing = session.editing
        assert not session.shapes.fill_at(5, 5), "the whole photo would be filled"
        assert not editing.bake()
        editing.set_paint(replace(editing.paint, rule=PaintRule(Over.BACKGROUND)))
        assert not editing.begin_stroke(BrushPoint(5, 5)), "everything is background as yet"
        session.exporting.export_current(tmp_path / "label.png")
        assert not (tmp_path / "label.png").exists()
        assert sum("still at work" in text for text in said) >= 4
        editing.set_paint(replace(editing.paint, rule=PaintRule()))
        assert editing.begin_stroke(BrushPoint(5, 5)), "a free brush paints all the same"
        editing.finish_stroke()
        session.model.state = ModelState.NONE  # there will be no masks: the map is painted by hand
        assert session.shapes.fill_at(60, 60)
    finally:
        session.close()


def test_folders_beside_what_was_opened_are_said_to_be_used(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "project")
    said: list[str] = []
    queue = DeliveryQueue()
    session = Session(queue, PassCache(tmp_path / "cache"))
    session.events.message.connect(lambda message: said.append(message.text))
    try:
        session.open(folder / "photos")
        settle(session, queue)
        found = next(text for text in said if text.startswith("Found and used"))
        assert f"saliency maps from {folder / 'saliency'}" in found
        session.open(folder)
        settle(session, queue)
        said.clear()
        session.opener.close()
        session.open(folder / "photos")
        settle(session, queue)
        assert not any(text.startswith("Found and used") for text in said), "it is an old project now"
    finally:
        session.close()
