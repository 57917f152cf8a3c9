"""A project of own classes, which no model knows, is trained on; the run's model then fits it."""

from __future__ import annotations

import pytest

from edam_gui.core.label_set import LabelSet
from edam_gui.project.store import Role, Ticks
from edam_gui.project.store.changes import SetTicks
from edam_gui.session.class_draft import ClassDraft
from edam_gui.session.class_use import ClassUse
from edam_gui.session.model_host import ModelHost, ModelState
from edam_gui.session.training.look import Phase
from tests.session.training.driving import PATIENCE_S, TrainingDriver

_LOAD = ModelHost.load


def test_own_classes_are_labelled_trained_and_inferred(driver: TrainingDriver, monkeypatch: pytest.MonkeyPatch) -> None:
    session, queue = driver.session, driver.queue
    monkeypatch.setattr(ModelHost, "load", _LOAD)  # other tests load no network
    session.load_model()
    assert queue.run_until(lambda: session.model.state is ModelState.READY, PATIENCE_S)
    session.folders.set(Role.MASKS, None)
    project = session.project
    assert project is not None
    images = project.store.ids()
    project.submit(*(SetTicks(image, None) for image in images))
    project.store.flush()
    draft = ClassDraft(session.label_set, None, ClassUse())
    draft.load(LabelSet.from_names(["crack", "rust"]))
    session.classes.choose(draft)
    driver.until(lambda: session.model.state is ModelState.UNFIT)
    assert "train" in driver.session.classes.model_sentence()

    # Image-level labels by ticking; the run starts from the shipped network with a new last layer.
    project.submit(*(SetTicks(image, Ticks(frozenset({1 + place % 2}))) for place, image in enumerate(images)))
    project.store.flush()
    prepared = driver.prepare(driver.request("own", "max_steps=3"))
    assert prepared.usable, prepared.check.problems
    assert prepared.config.init == "efficientnet_lite0_voc"
    assert prepared.manifest.label_set.names == ("background", "crack", "rust")
    run_dir = driver.start("own", "max_steps=3")
    driver.until(driver.phase_is(run_dir, Phase.FINISHED))

    session.training.model_use.use(run_dir)
    driver.until(lambda: session.model.state is ModelState.READY)
    assert session.model.label_set is not None
    assert session.model.label_set.names == ("background", "crack", "rust")
    assert session.label_set.names == ("background", "crack", "rust")
    assert not session.model.remark
    driver.until(lambda: session.current is not None and session.current.masks is not None)
