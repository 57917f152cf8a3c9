"""Whatever is done and undone, at any moment, is the same after a restart, also where old steps were dropped."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from edam_gui.core.arrays import UInt8Array
from edam_gui.core.edits.brush import BrushPoint
from edam_gui.project.store import Ticks
from edam_gui.session import history_keeper
from edam_gui.session.messages import Message
from edam_gui.session.paint import Target
from edam_gui.session.session import Session
from tests.session.conftest import Driven
from tests.session.projects import CAT, DOG, make_folder, opened, settle


@dataclass(frozen=True)
class Seen:
    """What a person sees of an image."""

    steps: tuple[str, ...]
    done: int
    ticks: Ticks | None
    labels: UInt8Array
    saliency: UInt8Array


def look(driven: Driven) -> dict[int, Seen]:
    session, queue = driven
    seen = {}
    for image in session.navigator.ids:
        session.navigator.go_to(image)
        settle(session, queue)
        current = session.current
        assert current is not None
        assert current.labels is not None
        assert current.saliency is not None
        history = current.history
        seen[image] = Seen(
            history.names, history.position, current.ticks, current.labels.copy(), current.saliency.copy()
        )
    return seen


def stroke(session: Session, rng: random.Random) -> None:
    label, target = rng.choice([0, CAT, DOG, 255]), rng.choice(list(Target))
    session.editing.set_paint(replace(session.editing.paint, label=label, target=target))
    if session.editing.begin_stroke(BrushPoint(120 * rng.random(), 80 * rng.random())):
        session.editing.extend_stroke([BrushPoint(120 * rng.random(), 80 * rng.random())])
        session.editing.finish_stroke()


def act(session: Session, rng: random.Random) -> None:
    """Do something, whether or not the photo is there."""
    current = session.current
    assert current is not None
    actions = {
        lambda: stroke(session, rng): 8,
        lambda: session.ticks.toggle(rng.choice([CAT, DOG])): 3,
        lambda: session.rules.set(theta=255 * rng.random()): 1,
        session.undo: 4,
        session.redo: 2,
        lambda: session.go_to_step(rng.randrange(current.history.position + 1)): 1,
        session.desk.reload: 1,
        session.navigator.next: 2,
        session.navigator.previous: 2,
    }
    rng.choices(list(actions), list(actions.values()))[0]()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_all_is_the_same_after_a_restart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    monkeypatch.setattr(history_keeper, "_BUDGET", 4000)  # a few strokes: older steps are dropped
    monkeypatch.setattr(history_keeper, "_SNAPSHOT_EVERY", 3)
    folder, rng = make_folder(tmp_path / "project", images=3), random.Random(seed)  # noqa: S311 - a walk
    with opened(folder, tmp_path / "cache") as (session, queue):
        for _ in range(80):
            act(session, rng)
            if rng.random() < 0.6:
                settle(session, queue)
        before = look((session, queue))
        assert session.current is not None
        assert session.current.history.size <= 4000
    with opened(folder, tmp_path / "cache") as driven:
        for image, again in look(driven).items():
            then = before[image]
            assert (again.steps, again.done, again.ticks) == (then.steps, then.done, then.ticks)
            np.testing.assert_array_equal(again.labels, then.labels)
            np.testing.assert_array_equal(again.saliency, then.saliency)


@pytest.mark.parametrize(
    ("kind", "before"),
    [
        ("note", 7),
        ("status", "finished"),
        ("ticks", {"classes": 3}),
        ("thresholds", []),
        ("crf", {}),
        ("unheard of", 1),
    ],
)
def test_a_damaged_step_is_said_and_the_others_can_still_be_undone(driven: Driven, kind: str, before: object) -> None:
    session, _ = driven
    said: list[str] = []

    @session.events.message.connect
    def hear(message: Message) -> None:
        said.append(message.text)

    session.notes.set("mine")
    session.history.record_state(kind, "Theirs", before, "x")
    assert session.undo()
    assert any("'Theirs' could not be undone" in text for text in said)
    assert session.notes.text == "mine"
    assert session.undo()
    assert session.notes.text == ""
