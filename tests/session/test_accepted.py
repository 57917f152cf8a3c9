"""Accepted images do not change behind the annotator's back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from edam_gui.core.options import Dialect
from edam_gui.jobs.delivery import DeliveryQueue
from edam_gui.project.store import Role, Status
from edam_gui.session.accepted import CHANGED
from edam_gui.session.messages import Message
from edam_gui.session.rules import Scope
from edam_gui.session.session import Session
from tests.session.conftest import Driven
from tests.session.projects import CAT, PATIENCE_S, make_folder, opened, settle


@pytest.fixture
def driven(tmp_path: Path) -> Iterator[Driven]:
    """Three images, of which the first two are accepted; the third is on the desk."""
    with opened(make_folder(tmp_path / "project", images=3), tmp_path / "cache") as (session, queue):
        for _ in range(2):
            assert session.finishing.accept_and_next()
            settle(session, queue)
        yield session, queue


@pytest.fixture
def messages(driven: Driven) -> list[Message]:
    said: list[Message] = []
    driven[0].events.message.connect(said.append)
    return said


def texts(session: Session, queue: DeliveryQueue, said: list[Message], topic: str = CHANGED) -> list[str]:
    assert queue.run_until(lambda: not session.jobs.is_busy(), PATIENCE_S)
    return [message.text for message in said if message.topic == topic]


def rule_of(session: Session, queue: DeliveryQueue, place: int) -> tuple[float, float]:
    session.navigator.go_to(session.navigator.ids[place])
    settle(session, queue)
    rule = session.rules.effective()
    return rule.thresholds.alpha, rule.of(CAT).beta


def test_a_change_of_the_project_is_said_to_hold_for_accepted_images(driven: Driven, messages: list[Message]) -> None:
    session, queue = driven
    session.rules.choose_scope(Scope.IMAGE, None)
    session.rules.set(alpha=0.3)
    assert not texts(session, queue, messages), "a change of one image is nobody else's"
    session.rules.choose_scope(Scope.PROJECT, None)
    session.rules.set(alpha=0.4)
    assert texts(session, queue, messages) == ["The change also holds for 2 accepted images."]
    session.rules.choose(dialect=Dialect.PAPER)
    assert "2 accepted images: look at them again" in texts(session, queue, messages, "accepted-method")[-1]


def test_the_image_in_view_needs_no_message(driven: Driven, messages: list[Message]) -> None:
    session, queue = driven
    session.navigator.go_to(session.navigator.ids[0])
    settle(session, queue)
    session.navigator.set_status(Status.ACCEPTED)
    session.rules.set(alpha=0.4)
    assert texts(session, queue, messages) == ["The change also holds for one accepted image."]


def test_accepted_images_keep_what_they_were_accepted_with(driven: Driven, messages: list[Message]) -> None:
    session, queue = driven
    session.rules.set(alpha=0.4)
    texts(session, queue, messages)
    session.navigator.go_to(session.navigator.ids[0])
    settle(session, queue)
    session.navigator.go_to(session.navigator.ids[2])
    settle(session, queue)
    first = session.rules.base().thresholds.alpha
    session.rules.set(alpha=0.5)
    session.rules.choose_scope(Scope.PROJECT, CAT)
    session.rules.set(beta=0.7)
    beta = session.rules.base().of(CAT).beta
    texts(session, queue, messages)
    assert session.accepted.keep() == 2
    assert texts(session, queue, messages)[-1] == "", "the message goes with its reason"
    assert rule_of(session, queue, 0) == (first, beta)
    assert rule_of(session, queue, 1) == (first, beta)
    assert rule_of(session, queue, 2) == (0.5, 0.7)
    assert session.accepted.keep() == 0
    session.navigator.go_to(session.navigator.ids[0])
    settle(session, queue)
    assert session.current is not None
    assert session.current.history.names[-1] == "Keep thresholds"
    assert session.undo()
    assert session.undo()
    assert rule_of(session, queue, 0) == (0.5, 0.7), "and that can be undone"


def test_the_image_on_the_desk_keeps_its_thresholds_too(driven: Driven, messages: list[Message]) -> None:
    session, queue = driven
    before = rule_of(session, queue, 2)
    session.rules.set(alpha=0.9)
    texts(session, queue, messages)
    session.navigator.go_to(session.navigator.ids[1])
    settle(session, queue)
    session.accepted.keep()
    settle(session, queue)
    assert session.rules.effective().thresholds.alpha == before[0]


def test_other_saliency_is_said_too(driven: Driven, messages: list[Message], tmp_path: Path) -> None:
    session, queue = driven
    session.folders.set(Role.SALIENCY, None)
    settle(session, queue)
    assert texts(session, queue, messages, "accepted-method")[-1].endswith("look at them again.")
