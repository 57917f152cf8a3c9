"""Thresholds in four scopes, dragged and kept, undone and brought back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from edam_gui.core.options import Dialect, ScoreForm
from edam_gui.core.pseudo_label import pseudo_label
from edam_gui.session.model_host import ModelHost
from edam_gui.session.rules import PRESETS, Scope
from tests.session.conftest import Driven
from tests.session.projects import CAT, DOG, opened, settle


def test_the_order_of_precedence_is_image_class_image_project_class_project(driven: Driven) -> None:
    session, _ = driven
    rules = session.rules
    rules.set(alpha=0.1)
    rules.choose_scope(Scope.PROJECT, CAT)
    rules.set(alpha=0.2)
    assert rules.effective().of(CAT).alpha == 0.2
    assert rules.effective().of(DOG).alpha == 0.1
    rules.choose_scope(Scope.IMAGE, None)
    rules.set(alpha=0.3)
    assert rules.effective().of(CAT).alpha == 0.3
    rules.choose_scope(Scope.IMAGE, CAT)
    rules.set(alpha=0.4)
    assert rules.effective().of(CAT).alpha == 0.4
    assert rules.effective().of(DOG).alpha == 0.3


def test_the_image_on_the_desk_alone_has_the_images_thresholds(driven: Driven) -> None:
    session, queue = driven
    session.rules.set(theta=50.0)
    session.rules.choose_scope(Scope.IMAGE, None)
    session.rules.set(theta=60.0)
    session.navigator.next()
    settle(session, queue)
    assert session.rules.effective().thresholds.theta == 50.0
    session.navigator.previous()
    settle(session, queue)
    assert session.rules.effective().thresholds.theta == 60.0
    assert session.rules.image_has_own()
    session.rules.adopt_image_thresholds()
    assert not session.rules.image_has_own()
    session.navigator.next()
    settle(session, queue)
    assert session.rules.effective().thresholds.theta == 60.0


def test_dragging_shows_and_committing_keeps(driven: Driven) -> None:
    session, queue = driven
    assert session.project is not None
    before = session.rules.effective().thresholds.theta
    session.rules.drag(theta=250.0)
    settle(session, queue)
    assert session.rules.effective().thresholds.theta == 250.0
    assert session.project.thresholds.theta is None
    session.rules.abandon()
    assert session.rules.effective().thresholds.theta == before
    session.rules.drag(theta=255.0)
    session.rules.commit()
    assert session.project.thresholds.theta == 255.0
    settle(session, queue)
    current = session.current
    assert current is not None
    assert current.labels is not None
    assert not current.labels.any(), "theta 255 leaves nothing salient"


def test_every_step_is_undone_and_redone(driven: Driven) -> None:
    session, queue = driven
    current = session.current
    assert current is not None
    assert current.labels is not None
    start = current.labels.copy()
    session.rules.set(theta=255.0)
    session.rules.choose(dialect=Dialect.PAPER)
    session.ticks.untick(CAT)
    settle(session, queue)
    assert current.history.names == ("Theta default → 255", "Method", "Untick cat")
    for _ in range(3):
        assert session.undo()
    settle(session, queue)
    np.testing.assert_array_equal(current.labels, start)
    assert session.rules.effective().dialect is Dialect.REFERENCE
    for _ in range(3):
        assert session.redo()
    settle(session, queue)
    assert session.rules.effective().thresholds.theta == 255.0
    assert session.rules.effective().dialect is Dialect.PAPER
    assert current.present == {DOG}
    assert not session.redo()


def test_presets_and_reset(driven: Driven) -> None:
    session, _ = driven
    script = next(preset for preset in PRESETS if preset.name == "Authors' script")
    session.rules.apply_preset(script)
    rule = session.rules.effective()
    assert (rule.thresholds.theta, rule.thresholds.alpha, rule.thresholds.beta) == (20.0, 1e-6, 0.99999)
    assert session.rules.score_form() is ScoreForm.MAX
    session.rules.set(theta=3.0, alpha=0.5)
    session.rules.reset("theta")
    assert session.rules.own_fields().theta is None
    assert session.rules.own_fields().alpha == 0.5
    session.rules.reset()
    assert not session.rules.own_fields()


def test_thresholds_are_there_after_reopening_and_give_the_same_map(folder: Path, tmp_path: Path) -> None:
    with opened(folder, tmp_path / "cache") as (session, queue):
        session.rules.set(theta=128.0, beta=0.5)
        session.rules.choose_scope(Scope.IMAGE, DOG)
        session.rules.set(alpha=0.95)
        settle(session, queue)
        assert session.current is not None
        assert session.current.labels is not None
        kept = session.current.labels.copy()
    with opened(folder, tmp_path / "cache") as (session, queue):
        current = session.current
        assert current is not None
        assert current.labels is not None
        np.testing.assert_array_equal(current.labels, kept)
        assert current.frame is not None
        assert current.frame.scores is not None
        expected = pseudo_label(current.frame.scores, current.saliency, session.rules.effective())
        np.testing.assert_array_equal(current.labels, expected)
        assert current.history.names == (
            "Theta default → 128, Beta default → 0.5",
            "Alpha default → 0.95, dog, this image",
        )


def test_undo_brings_back_where_saliency_comes_from_and_which_model_is_used(
    driven: Driven, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, queue = driven
    loaded: list[str] = []
    monkeypatch.setattr(ModelHost, "load", lambda _host, choice, _object_to: loaded.append(choice.device))
    before = session.current.labels.copy()
    session.folders.choose_saliency("none")
    settle(session, queue)
    assert session.current.saliency is None
    session.choose_model(device="cpu")
    assert session.undo()
    assert loaded == ["cpu", "auto"]
    assert session.undo()
    settle(session, queue)
    assert session.current.saliency is not None
    np.testing.assert_array_equal(session.current.labels, before)
    assert session.current.history.position == 0
    session.go_to_step(2)
    settle(session, queue)
    assert session.current.saliency is None
    assert loaded == ["cpu", "auto", "cpu"]
